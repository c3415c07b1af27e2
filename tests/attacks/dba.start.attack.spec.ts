import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { damage } from "../support/dba-alterations.ts";
import { reports } from "../support/dba-arenas.ts";
import { DbaBench } from "../support/dba-bench.ts";
import { START_ROWS } from "../support/dba-cases.ts";
import { openAll, opensAll, restart, startOutcome, stopKeyService } from "../support/dba-room.ts";
import { eventually } from "../support/eventually.ts";

const FULL = process.env.COUNTERSIGN_PROVE === "full";

describe("dba: rows that a start reads", () => {
  let bench: DbaBench;
  beforeAll(async () => {
    bench = await DbaBench.start();
  });
  afterAll(() => bench?.stop());

  it("AUD-2 a running service refuses a head or an entry that was moved under it, and recovers when it is put back", async () => {
    const { room, dba } = bench;
    // Whoever owns the table takes its constraint away first.
    await dba.rows("ALTER TABLE keyservice.tree_head DROP CONSTRAINT tree_head_id_check");
    const outcomes: Record<string, string> = {};
    // A service that ends takes a snapshot.
    await restart(room);
    const expected: Record<string, string> = {};
    for (const [table, cases] of Object.entries(START_ROWS)) {
      for (const [name, { running, long }] of Object.entries(cases)) {
        if (long && !FULL) continue;
        expected[`${table}.${name}`] = running;
        const undo = await damage(bench, table, name);
        const codes = new Set((await openAll(room)).split(" "));
        outcomes[`${table}.${name}`] = [...codes].join(" ");
        await undo();
        await opensAll(`${table}.${name}`, room);
      }
    }
    expect(outcomes).toEqual(expected);
  });

  it("AUD-2 a start refuses an altered head or entry, says what disagrees and what to do, and passes over an altered snapshot", async () => {
    const { room, dba } = bench;
    const { installation } = room;
    await stopKeyService(installation);
    for (const [table, cases] of Object.entries(START_ROWS)) {
      for (const [name, { start, long, reported }] of Object.entries(cases)) {
        if (long && !FULL) continue;
        const before = await reports(dba);
        const undo = await damage(bench, table, name);
        const outcome = await startOutcome(installation);
        expect(outcome, `${table}.${name}`).toMatch(start);
        if (outcome === "serves") {
          // The check after a start closes a ledger in which an entry was changed, and opens it anew.
          await opensAll(`${table}.${name}`, room);
          if (reported)
            await eventually(
              `${table}.${name}`,
              bench.written,
              () => reports(dba),
              (it) => it > before,
            );
          await opensAll(`${table}.${name}`, room);
          await stopKeyService(installation);
        } else {
          expect(outcome, `${table}.${name}`).toMatch(/Restore the database .*npm run reset/);
        }
        // An altered snapshot stays: it must not come to be believed later.
        if (table !== "snapshot") await undo();
      }
    }
    await dba.rows("DELETE FROM keyservice.snapshot");
    const undo = await damage(bench, "ledger_entry", "bytes");
    expect(await startOutcome(installation)).toMatch(/entry \d+ in the database is not the one/);
    await undo();
    expect(await startOutcome(installation)).toBe("serves");
    expect(await openAll(room)).toBe("right right right");
  });
});
