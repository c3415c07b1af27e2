import pg from "pg";
import { DatabaseFault } from "./database-fault.ts";

/** SQLSTATE codes of PostgreSQL's appendix A that we answer with a sentence of our own. */
const INVALID_PASSWORD = "28P01";
const INVALID_AUTHORIZATION = "28000";
const INSUFFICIENT_PRIVILEGE = "42501";

/**
 * One connection for administrative work, closed at the end, whatever happens.
 *
 * @throws DatabaseFault `unreachable`, `wrong-credentials` or `no-rights`; anything else as it came
 */
export async function inSession<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: "countersign-administration",
    connectionTimeoutMillis: 10_000,
  });
  // The server may close the session under us; the query that is running reports it.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    throw connectFault(error, url);
  }
  try {
    return await work(client);
  } catch (error) {
    if (sqlState(error) === INSUFFICIENT_PRIVILEGE) {
      throw new DatabaseFault(
        "no-rights",
        `The database role ${roleOf(url)} has too few rights: ${messageOf(error)}.`,
        "Give it CREATEROLE and ownership of the database, or put a role that has them in DATABASE_URL.",
        { cause: error },
      );
    }
    throw error;
  } finally {
    await client.end();
  }
}

/** SQLSTATE of a database error, an operating system's error code, or an empty string. */
export function sqlState(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Host, port and database, without role and password: what may be printed. */
export function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || "5432"}${pathname}`;
}

function roleOf(url: string): string {
  return decodeURIComponent(new URL(url).username) || "(none named)";
}

function connectFault(error: unknown, url: string): unknown {
  const code = sqlState(error);
  if (code === INVALID_PASSWORD || code === INVALID_AUTHORIZATION) {
    return new DatabaseFault(
      "wrong-credentials",
      `PostgreSQL at ${placeOf(url)} does not accept the role ${roleOf(url)} with this password.`,
      "Correct role and password in DATABASE_URL.",
      { cause: error },
    );
  }
  // Five digits and letters are PostgreSQL's own answer (a missing database, too many connections).
  if (/^[0-9A-Z]{5}$/.test(code) && !code.startsWith("E")) return error;
  return new DatabaseFault(
    "unreachable",
    `PostgreSQL at ${placeOf(url)} cannot be reached: ${messageOf(error)}.`,
    "Check that it runs and that host and port in DATABASE_URL are right.",
    { cause: error },
  );
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(", ");
  return error instanceof Error ? error.message : String(error);
}
