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

export type PoolOptions = {
  /** `postgresql://role:password@host:port/database`. */
  readonly url: string;
  /** Shown by `pg_stat_activity`, so that a person can tell whose session it is. */
  readonly application: string;
  /** Upper bound of open connections. Default 10. */
  readonly maxConnections?: number;
  /** After this long the server cancels a statement. Default 30,000; 0 never. */
  readonly statementTimeoutMs?: number;
  /** After this long a caller that waits for a connection is told that there is none. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Told of connections that die while idle; the pool replaces them by itself. */
  readonly onIdleError?: (error: Error) => void;
};

/**
 * A pool of connections as one database role. Nothing connects before the first query, so a
 * database that is down is a fault of each query, not of the start.
 */
export function createPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.application,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    types,
  });
  // Without a listener, an idle connection that the server closes would end the process.
  pool.on("error", (error) => options.onIdleError?.(error));
  // Nor may one that is closed between two queries of a transaction: the next query reports it.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

/**
 * Runs `work` inside one transaction: committed when it returns, rolled back when it throws.
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
  // Between two statements nobody else hears of a connection that breaks, and without a listener it would end
  // the process; the next statement tells.
  const lost = (error: Error) => {
    broken = error;
  };
  client.on("error", lost);
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
    client.removeListener("error", lost);
    client.release(broken);
  }
}
