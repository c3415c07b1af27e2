import { Socket } from "node:net";
import {
  Client,
  type ClientConfig,
  type QueryConfig,
  type QueryResult,
  type QueryResultRow,
} from "pg";
import { withDeadline } from "./deadline.ts";
import type { LedgerTiming } from "./timing.ts";

/**
 * The one connection that holds the pen. Statements run one after another. A statement that fails or
 * hangs makes the connection useless: its owner calls `destroy` and opens another.
 */
export class WriterConnection {
  readonly #client: Client;
  readonly #socket: Socket;
  readonly #timing: LedgerTiming;

  private constructor(client: Client, socket: Socket, timing: LedgerTiming) {
    this.#client = client;
    this.#socket = socket;
    this.#timing = timing;
  }

  /**
   * Connects, and makes the session durable and bounded: `synchronous_commit` is on, and PostgreSQL itself
   * gives up statements, locks and idle transactions, so that a lost connection cannot block its successor.
   */
  static async open(database: ClientConfig, timing: LedgerTiming): Promise<WriterConnection> {
    // Our own socket, because only destroying it ends a wait for a server that stopped answering.
    const socket = new Socket();
    const client = new Client({
      ...database,
      stream: () => socket,
      keepAlive: true,
      connectionTimeoutMillis: timing.connectTimeoutMs,
    });
    // The failed statement reports the loss; without a listener the event would end the process.
    client.on("error", () => undefined);
    const connection = new WriterConnection(client, socket, timing);
    try {
      await withDeadline(client.connect(), timing.connectTimeoutMs, "connecting to PostgreSQL");
      await connection.run({
        text: `SELECT set_config('synchronous_commit', 'on', false),
                      set_config('statement_timeout', $1, false),
                      set_config('lock_timeout', $1, false),
                      set_config('idle_in_transaction_session_timeout', $1, false)`,
        values: [String(timing.statementTimeoutMs)],
      });
    } catch (cause) {
      connection.destroy();
      throw cause;
    }
    return connection;
  }

  /** Runs one statement. @throws DeadlineExceeded, or what PostgreSQL answered. */
  run<R extends QueryResultRow>(query: QueryConfig): Promise<QueryResult<R>> {
    return withDeadline(this.#client.query<R>(query), this.#timing.writeDeadlineMs, "PostgreSQL");
  }

  /** Ends the connection now, without waiting for anybody. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Ends the connection after what was asked of it. */
  async end(): Promise<void> {
    try {
      await withDeadline(
        this.#client.end(),
        this.#timing.writeDeadlineMs,
        "closing the connection",
      );
    } finally {
      this.destroy();
    }
  }
}
