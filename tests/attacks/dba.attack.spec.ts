import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Column,
  DatabaseAttacker,
  emptied,
  flipped,
  type Undo,
} from "../support/database-attacker.ts";
import {
  type Arena,
  attempt,
  draftArena,
  entryArena,
  envelopeArena,
  openingArena,
} from "../support/dba-arenas.ts";
import { ALTERATIONS, type Alteration, USED_ROWS } from "../support/dba-cases.ts";
import { createDbaRoom, type DbaRoom, openAll } from "../support/dba-room.ts";

const _FULL = process.env.COUNTERSIGN_PROVE === "full";
/** Not a small step: the next index may be taken. */
const FAR = 1_000_000;

/*
 * The administrator of the database is not trusted. This program has all rights in it, and edits, exchanges, restores
 * and deletes what is stored, column by column as `information_schema` lists them, while honest people go on.
 */
describe("dba", () => {
  let room: DbaRoom;
  let dba: DatabaseAttacker;
  let columns: Column[];
  const arenas: Readonly<Record<string, () => Promise<Arena>>> = {
    envelope: () => envelopeArena(room, dba),
    opening: () => openingArena(room),
    draft: () => draftArena(room),
    ledger_entry: () => entryArena(room),
  };

  beforeAll(async () => {
    room = await createDbaRoom();
    dba = await DatabaseAttacker.of(room.installation.database);
    columns = await dba.columns("keyservice");
  });
  afterAll(async () => {
    await dba?.end();
    await room?.installation.stop();
  });

  for (const [table, cases] of Object.entries(USED_ROWS)) {
    it(`KEY-2 SEG-1 an edited, exchanged, restored or deleted ${table} row opens and shows nothing that it should not`, async () => {
      const outcomes: Record<string, string> = {};
      const expected: Record<string, string> = {};
      let arena = await arenas[table]?.();
      for (const column of columns.filter((it) => it.table === table)) {
        for (const how of ALTERATIONS) {
          if (arena === undefined || arena.spent()) arena = await arenas[table]?.();
          if (arena === undefined || (how === "old" && arena.older === null)) continue;
          const undo = await alter(dba, arena, column, how);
          outcomes[`${column.column}: ${how}`] = await attempt(room, dba, arena);
          await undo();
          expected[`${column.column}: ${how}`] = cases[column.column]?.[how] ?? "no case";
        }
      }
      expect(outcomes).toEqual(expected);
      expect(await openAll(room), "put back, everything is as before").toBe("right right right");
    });
  }
});

async function alter(
  dba: DatabaseAttacker,
  { target, sibling, foreign, older }: Arena,
  column: Column,
  how: Alteration,
): Promise<Undo> {
  const isKey = column.column === target.by;
  switch (how) {
    case "flip": {
      const was = await dba.get(target, column.column);
      const isNumber = isKey && column.type === "int8";
      return dba.set(
        target,
        column,
        isNumber ? String(Number(was) + FAR) : flipped(was, column.type),
      );
    }
    case "swap":
      return dba.swap(target, sibling, column);
    case "swap tenant":
      return dba.swap(target, foreign, column);
    case "old":
      if (older === null) throw new Error("rows of this table have no older state");
      return isKey
        ? dba.swap(target, older, column)
        : dba.set(target, column, await dba.get(older, column.column));
    case "delete":
      return isKey ? dba.remove(target) : dba.set(target, column, emptied(column.type));
  }
}
