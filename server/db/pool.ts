import pg from "pg";

/** `pg` delivers 8-byte integers as text. Sizes and indexes of the ledger fit a number for ever. */
const OID_INT8 = 20;

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a number`);
  return value;
}

/**
 * How column values become JavaScript values: `bigint` a safe integer (beyond 2^53 is thrown, never
 * rounded), `bytea` a Buffer, `timestamptz` a Date with milliseconds, `jsonb` parsed JSON.
 *
 * Results are always asked for as text: pg 8.23 corrupts `bytea` in binary results.
 */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === OID_INT8 && format !== "binary" ? parseInt8 : pg.types.getTypeParser(oid, format),
};

/** How long a database may take, in milliseconds, wherever nobody says otherwise. */
export const DATABASE_TIMING = {
  /** To connect, or to be given a free connection. */
  connectTimeoutMs: 5_000,
  /** After this long the server cancels a statement. */
  statementTimeoutMs: 30_000,
  /** How much later we stop waiting ourselves, for a server or a network that says nothing at all. */
  answerGraceMs: 3_000,
  /** The server ends a transaction in which nothing was asked for so long. */
  idleInTransactionMs: 30_000,
} as const;

export type PoolOptions = {
  /** `postgresql://role:password@host:port/database`. */
  readonly url: string;
  /** Shown by `pg_stat_activity`, so that a person can tell whose session it is. */
  readonly application: string;
  /** Upper bound of open connections. Default 10. */
  readonly maxConnections?: number;
  /** Default: `DATABASE_TIMING`. */
  readonly statementTimeoutMs?: number;
  /** Default: `DATABASE_TIMING`. */
  readonly connectTimeoutMs?: number;
  /** Default: `DATABASE_TIMING`. */
  readonly answerGraceMs?: number;
  /** Told of connections that die while idle; the pool replaces them by itself. */
  readonly onIdleError?: (error: Error) => void;
};

/**
 * A pool of connections as one database role. Nothing connects before the first query, so a
 * database that is down is a fault of each query, not of the start.
 */
export function createPool(options: PoolOptions): pg.Pool {
  const timing = { ...DATABASE_TIMING, ...options };
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.application,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: timing.connectTimeoutMs,
    statement_timeout: timing.statementTimeoutMs,
    query_timeout: timing.statementTimeoutMs + timing.answerGraceMs,
    idle_in_transaction_session_timeout: timing.idleInTransactionMs,
    keepAlive: true,
    types,
  });
  outliveLostConnections(pool, options.onIdleError);
  return pool;
}

/**
 * Without a listener, a connection that breaks would end the process: while it lies idle, and between two
 * queries of a transaction. Nobody needs to hear of it: the pool replaces the one, the next query on the
 * other fails.
 */
export function outliveLostConnections(
  pool: pg.Pool,
  onIdleError: (error: Error) => void = () => undefined,
): void {
  pool.on("error", onIdleError);
  pool.on("connect", (client) => client.on("error", () => undefined));
}

/**
 * Runs `work` inside one transaction of a pool that `createPool` made: committed when it returns, rolled back when it throws.
 * Nothing slow belongs inside: no network, no sleep, no key operation.
 *
 * @throws whatever `work` throws; when COMMIT itself fails the outcome is unknown to the caller.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((cause: unknown) => {
      broken = cause instanceof Error ? cause : new Error(String(cause));
    });
    throw error;
  } finally {
    // A connection that cannot even roll back is closed, not given to the next caller.
    client.release(broken);
  }
}
