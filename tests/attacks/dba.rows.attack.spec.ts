import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Undo } from "../support/database-attacker.ts";
import { alter } from "../support/dba-alterations.ts";
import {
  type Arena,
  attempt,
  draftArena,
  entryArena,
  envelopeArena,
  openingArena,
} from "../support/dba-arenas.ts";
import { DbaBench } from "../support/dba-bench.ts";
import { ALTERATIONS, START_ROWS, USED_ROWS } from "../support/dba-cases.ts";
import { openAll, restart } from "../support/dba-room.ts";

const FULL = process.env.COUNTERSIGN_PROVE === "full";

/*
 * The administrator of the database is not trusted. This program has all rights in it, and edits, exchanges, restores
 * and deletes what is stored, column by column as `information_schema` lists them, while honest people go on.
 */
describe("dba: rows that are used", () => {
  let bench: DbaBench;
  beforeAll(async () => {
    bench = await DbaBench.start();
  });
  afterAll(() => bench?.stop());

  const arenas: Readonly<Record<string, () => Promise<Arena>>> = {
    envelope: () => envelopeArena(bench.room, bench.dba),
    opening: () => openingArena(bench.room),
    draft: () => draftArena(bench.room),
    ledger_entry: () => entryArena(bench.room),
  };

  for (const [table, cases] of Object.entries(USED_ROWS)) {
    it(`KEY-2 SEG-1 an edited, exchanged, restored or deleted ${table} row opens and shows nothing that it should not`, async () => {
      const { room, dba, columns } = bench;
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
          await arena.look();
          expected[`${column.column}: ${how}`] = cases[column.column]?.[how] ?? "no case";
        }
      }
      expect(outcomes).toEqual(expected);
      expect(await openAll(room), "put back, everything is as before").toBe("right right right");
    });
  }

  it("KEY-2 no column of a primary table is without a case, and no outcome without a refusal, a report or a reason", () => {
    const cases = { ...START_ROWS, ...USED_ROWS };
    const missing = bench.columns.filter(
      ({ table, column }) => cases[table]?.[column] === undefined,
    );
    expect(missing.map((it) => `${it.table}.${it.column}`)).toEqual([]);
    for (const [table, of] of Object.entries(USED_ROWS)) {
      for (const [column, { why, ...outcomes }] of Object.entries(of)) {
        const silent = Object.values(outcomes).some((it) => /^(right|unopened|seen)$/.test(it));
        expect(why !== undefined, `${table}.${column} has a reason`).toBe(silent);
      }
    }
    for (const [table, of] of Object.entries(START_ROWS)) {
      for (const [column, { start, running, why }] of Object.entries(of)) {
        const silent = start === "serves" || running === "right";
        expect(why !== undefined, `${table}.${column} has a reason`).toBe(silent);
      }
    }
  });

  it("AUD-2 SEG-1 after a restart altered rows are refused as before it", async () => {
    const { room, dba } = bench;
    for (const how of FULL ? ALTERATIONS : (["swap tenant", "delete"] as const)) {
      const envelope = await envelopeArena(room, dba);
      const opening = await openingArena(room);
      const used = [
        ["envelope", "sealed", envelope],
        ["opening", "value", opening],
      ] as const;
      const undos: Undo[] = [];
      for (const [table, column, arena] of used) {
        if (how !== "old" || arena.older !== null)
          undos.push(await alter(dba, arena, bench.columnOf(table, column), how));
      }
      await restart(room);
      for (const [table, column, arena] of used) {
        if (how === "old" && arena.older === null) continue;
        const expected = USED_ROWS[table]?.[column]?.[how];
        expect(await attempt(room, dba, arena), `${table}.${column}: ${how}`).toBe(expected);
      }
      for (const undo of undos) await undo();
    }
    expect(await openAll(room)).toBe("right right right");
  });
});
