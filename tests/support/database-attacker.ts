import pg from "pg";
import type { TestDatabase } from "./postgres.ts";

/** A column as `information_schema` lists it. */
export type Column = {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  /** PostgreSQL's name of the type: text, bytea, int8, _text ... */
  readonly type: string;
};

/** Takes an alteration back, and leaves everything that was written meanwhile alone. */
export type Undo = () => Promise<void>;

/** One row of a table, named by one column that no other row shares. */
export type RowRef = { readonly table: string; readonly by: string; readonly key: string };

/** A hostile database administrator: superuser of the database, and nothing else. */
export class DatabaseAttacker {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async of(database: Pick<TestDatabase, "adminUrl">): Promise<DatabaseAttacker> {
    const client = new pg.Client({ connectionString: database.adminUrl });
    // A session that is cut is told by the next query.
    client.on("error", () => undefined);
    await client.connect();
    return new DatabaseAttacker(client);
  }

  end(): Promise<void> {
    return this.#client.end();
  }

  /** Every value as text, null for null. */
  async rows(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<Record<string, string | null>[]> {
    const { rows } = await this.#client.query<Record<string, string | null>>({
      text: sql,
      values: [...values],
      types: { getTypeParser: () => (text: string) => text },
    });
    return rows;
  }

  columns(schema: "keyservice" | "projection"): Promise<Column[]> {
    // The alias list makes each of these a text that is never null.
    return this.rows(
      `SELECT table_schema AS schema, table_name AS table, column_name AS column, udt_name AS type
         FROM information_schema.columns WHERE table_schema = $1 ORDER BY table_name, ordinal_position`,
      [schema],
    ) as Promise<Column[]>;
  }

  async get(row: RowRef, column: string): Promise<string | null> {
    const [found] = await this.rows(
      `SELECT "${column}"::text AS value FROM ${row.table} WHERE "${row.by}"::text = $1`,
      [row.key],
    );
    if (found === undefined) throw new Error(`${row.table} has no row ${row.key}`);
    return found.value ?? null;
  }

  /** Undone only where it still stands: the service may have written over it. */
  async set(row: RowRef, { column, type }: Column, to: string | null): Promise<Undo> {
    const was = await this.get(row, column);
    const write = `UPDATE ${row.table} SET "${column}" = $2::${sqlType(type)}
                    WHERE "${row.by}"::text = $1 AND "${column}"::text IS NOT DISTINCT FROM $3::${sqlType(type)}::text`;
    await this.rows(write, [row.key, to, was]);
    const keyNow = column === row.by ? to : row.key;
    return async () => {
      await this.rows(write, [keyNow, was, to]);
    };
  }

  /** Exchanges one column between two rows of a table. */
  async swap(a: RowRef, b: RowRef, column: Column): Promise<Undo> {
    const [ofA, ofB] = [await this.get(a, column.column), await this.get(b, column.column)];
    if (column.column === a.by) {
      // Keys are exchanged by way of one that neither has.
      const parked = column.type === "text" ? `${a.key}-parked` : "-7777";
      await this.set(a, column, parked);
      await this.set(b, column, a.key);
      await this.set({ ...a, key: parked }, column, b.key);
    } else {
      await this.set(a, column, ofB);
      await this.set(b, column, ofA);
    }
    let undone = false;
    return async () => {
      if (undone) return;
      undone = true;
      await this.swap(a, b, column);
    };
  }

  async remove(row: RowRef): Promise<Undo> {
    const [taken] = await this.rows(
      `DELETE FROM ${row.table} AS it WHERE "${row.by}"::text = $1 RETURNING to_jsonb(it)::text AS json`,
      [row.key],
    );
    return async () => {
      await this.rows(
        `INSERT INTO ${row.table} SELECT * FROM jsonb_populate_record(NULL::${row.table}, $1::jsonb)
         ON CONFLICT DO NOTHING`,
        [taken?.json],
      );
    };
  }

  /** Everything in a table, row by row, in one order: to compare before with after. */
  async contents(table: string): Promise<string[]> {
    const rows = await this.rows(
      `SELECT to_jsonb(it)::text AS json FROM ${table} AS it ORDER BY 1`,
    );
    return rows.map((row) => row.json ?? "");
  }
}

function sqlType(type: string): string {
  return type.startsWith("_") ? `${type.slice(1)}[]` : type;
}

const DAY_MS = 86_400_000;

/** The same value with one bit, character or unit changed. */
export function flipped(value: string | null, type: string): string {
  switch (type) {
    case "bytea":
      return value === null || value === "\\x" ? "\\x00" : changeCharacter(value, "0", "1");
    case "int4":
    case "int8":
      return String(Number(value ?? 0) + 1);
    case "timestamptz":
      return new Date(Date.parse(value ?? "2026-01-01") + DAY_MS).toISOString();
    case "bool":
      return value === "t" || value === "true" ? "false" : "true";
    case "jsonb":
      return JSON.stringify(withOneLeafChanged(JSON.parse(value ?? "{}")));
    case "_text":
      return value === null || value === "{}" ? "{a}" : value.replace("}", ",a}");
    default:
      return value === null || value === "" ? "a" : changeCharacter(value, "a", "b");
  }
}

/** The value taken away, as far as the column's type lets a row go without. */
export function emptied(type: string): string {
  const empty: Readonly<Record<string, string>> = {
    bytea: "\\x",
    int4: "0",
    int8: "0",
    timestamptz: "1970-01-01T00:00:00Z",
    bool: "false",
    jsonb: "{}",
    _text: "{}",
  };
  return empty[type] ?? "";
}

function changeCharacter(text: string, to: string, otherwise: string): string {
  const at = text.startsWith("\\x")
    ? 2 + Math.floor((text.length - 2) / 2)
    : Math.floor(text.length / 2);
  return text.slice(0, at) + (text[at] === to ? otherwise : to) + text.slice(at + 1);
}

function withOneLeafChanged(json: unknown): unknown {
  if (typeof json === "string") return changeCharacter(json === "" ? "x" : json, "a", "b");
  if (Array.isArray(json))
    return json.length === 0 ? ["a"] : [withOneLeafChanged(json[0]), ...json.slice(1)];
  if (typeof json !== "object" || json === null) return "a";
  const members = Object.entries(json);
  const at = members.findIndex(
    ([, member]) => typeof member === "object" && member !== null && Object.keys(member).length > 0,
  );
  if (members.length === 0) return { a: "a" };
  const chosen = Math.max(at, 0);
  return Object.fromEntries(
    members.map(([name, member], i) => [name, i === chosen ? withOneLeafChanged(member) : member]),
  );
}
