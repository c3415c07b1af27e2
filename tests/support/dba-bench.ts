import { type Column, DatabaseAttacker } from "./database-attacker.ts";
import { createDbaRoom, type DbaRoom } from "./dba-room.ts";
import { rowsWritten, type Signal } from "./eventually.ts";

/** Honest people with three values, and an administrator of their database who is not. */
export class DbaBench {
  readonly room: DbaRoom;
  readonly dba: DatabaseAttacker;
  /** Of every primary table, as `information_schema` lists them. */
  readonly columns: readonly Column[];
  /** Entries and projections, by whomever. */
  readonly written: Signal;

  private constructor(of: Pick<DbaBench, "room" | "dba" | "columns" | "written">) {
    this.room = of.room;
    this.dba = of.dba;
    this.columns = of.columns;
    this.written = of.written;
  }

  static async start(): Promise<DbaBench> {
    const room = await createDbaRoom();
    const { database } = room.installation;
    const dba = await DatabaseAttacker.of(database);
    const columns = await dba.columns("keyservice");
    return new DbaBench({ room, dba, columns, written: await rowsWritten(database) });
  }

  async stop(): Promise<void> {
    await this.written.close();
    await this.dba.end();
    await this.room.installation.stop();
  }

  columnOf(table: string, column: string): Column {
    const found = this.columns.find((it) => it.table === table && it.column === column);
    if (found === undefined) throw new Error(`there is no column ${table}.${column}`);
    return found;
  }

  /** The sentences of all reports that begin so. */
  async reported(beginning: string): Promise<string[]> {
    const rows = await this.dba.rows(
      `SELECT event->>'what' AS what FROM keyservice.ledger_entry,
              jsonb_array_elements(convert_from(bytes, 'UTF8')::jsonb->'events') AS event
        WHERE event->>'type' = 'TamperingFound' AND starts_with(event->>'what', $1) ORDER BY index`,
      [beginning],
    );
    return rows.map((row) => row.what ?? "");
  }
}
