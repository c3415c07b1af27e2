import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CheckedDatabase } from "../application/checked-database.ts";
import { Checker } from "../application/checker.ts";
import { CheckedRoom, HISTORY_ENTRIES, historyOf } from "./checked-room.fixture.ts";
import { PostgresCheckedDatabase } from "./infrastructure/postgres-checked-database.ts";
import { createOwnRoom } from "./projection.fixture.ts";

let checked: CheckedRoom;
beforeAll(async () => {
  checked = await CheckedRoom.create();
});
afterAll(() => checked?.room.dispose());

describe("the checker", () => {
  it("finds a planted row, and writes into its report nothing that the row chose", async () => {
    await checked.room.sql(
      "INSERT INTO projection.grant_secret VALUES ('acme', 'r-1', E'line\\nbreak \\u001b[31m', 1, 'x', 9223372036854775807)",
    );
    const { differences } = await checked.room.checker.run();
    expect(differences).toEqual([
      {
        table: "projection.grant_secret",
        key: { tenant: "acme", request: "r-1", secret: "(not an id)" },
        column: null,
        problem: "unknown-row",
        repaired: true,
      },
    ]);
    await checked.expectRepaired();
  });

  it("finds and takes away a row whose index is larger than any number of ours", async () => {
    await checked.room.sql(
      "INSERT INTO projection.audit_entry SELECT * FROM (SELECT 'acme', 9223372036854775807, now(), 'desk', 'c', 'x', ARRAY[]::text[], NULL, NULL, NULL, NULL, ARRAY[]::text[], NULL, 'done', NULL, 1) AS x",
    );
    expect(await checked.found()).toEqual([
      'projection.audit_entry {"tenant":"acme","entry":"9223372036854775807"} null unknown-row true',
    ]);
    await checked.expectRepaired();
  });

  it("tells of no difference while the projector is at work, and repairs under it", async () => {
    const projector = checked.room.createProjector({ batchEntries: 3, pollMs: 1 });
    projector.start();
    const more = historyOf(HISTORY_ENTRIES + 200);
    const reports = [];
    for (let from = HISTORY_ENTRIES; from < HISTORY_ENTRIES + 200; from += 20) {
      const appended = checked.room.append(more, from, from + 20);
      reports.push(await checked.room.checker.run());
      await appended;
    }
    expect(reports.flatMap((it) => it.differences)).toEqual([]);
    await checked.room.sql("UPDATE projection.person SET status = 'revoked', name = 'Mallory'");
    const { differences } = await checked.room.checker.run();
    expect(differences.length).toBeGreaterThan(15);
    await projector.reached(HISTORY_ENTRIES + 199, 30_000);
    await projector.stop();
    await checked.isHealthyNow();
    expect(await checked.found()).toEqual([]);
  });

  it.each([
    [
      "moved beyond the ledger",
      "UPDATE projection.cursor SET next_index = 9223372036854775807",
      "changed",
    ],
    ["moved below zero", "UPDATE projection.cursor SET next_index = -7", "changed"],
    ["deleted", "DELETE FROM projection.cursor", "missing"],
    ["renamed", "UPDATE projection.cursor SET name = 'mine'", "missing"],
  ])("has the tables rebuilt when their cursor was %s", async (_, edit, problem) => {
    await checked.room.sql(edit);
    const { differences } = await checked.room.checker.run();
    expect(differences).toEqual([
      { table: "projection.cursor", key: {}, column: "next_index", problem, repaired: true },
    ]);
    await checked.room.project();
    await checked.expectRepaired();
  });

  it.each([10, -10])("finds and repairs what a cursor that was moved by %i leaves", async (by) => {
    await checked.room.sql(
      "UPDATE projection.cursor SET next_index = next_index + $1 WHERE next_index + $1 <= $2",
      [by, checked.room.ledger.head().size],
    );
    if (by > 0) {
      // Forward: as if the last ten entries had never been projected.
      await checked.room.sql("DELETE FROM projection.audit_entry WHERE entry >= $1", [
        checked.room.ledger.head().size - by,
      ]);
    }
    expect((await checked.found()).length).toBeGreaterThan(9);
    await checked.room.project();
    await checked.expectRepaired();
  });

  it("has the tables made anew where more differs than is worth repairing row by row", async () => {
    await checked.room.sql(
      `INSERT INTO projection.signature_line
       SELECT 'acme', 'planted', n, 'approve', 'p-1', NULL, NULL, NULL, now() FROM generate_series(1, 6000) AS n`,
    );
    const report = await checked.room.checker.run();
    expect([report.found, report.differences.length]).toEqual([6_000, 1_000]);
    await checked.room.project();
    await checked.expectRepaired();
  });

  it("holds no table that grows with the ledger: its rows are read beside the entries that made them", async () => {
    const room = await createOwnRoom();
    const history = historyOf(1_200);
    await room.append(history);
    await room.project();
    const { ledger, store, openings, snapshots, pool } = room;
    const read = { entries: 0, rows: 0, furthestApart: 0 };
    const database: CheckedDatabase = {
      inSnapshot: (work) =>
        new PostgresCheckedDatabase(pool).inSnapshot((snapshot) =>
          work({
            ...snapshot,
            entries: (size) =>
              tapped(snapshot.entries(size), ({ index }) => {
                read.entries = index;
              }),
            rows: (table, order) =>
              table !== "audit_entry"
                ? snapshot.rows(table, order)
                : tapped(snapshot.rows(table, order), ({ entry }) => {
                    read.rows = Number(entry);
                    read.furthestApart = Math.max(
                      read.furthestApart,
                      Math.abs(read.rows - read.entries),
                    );
                  }),
          }),
        ),
    };
    const checker = new Checker({ ledger, store, openings, snapshots, database });
    expect((await checker.run()).differences).toEqual([]);
    expect(read.rows).toBe(history.entries.length - 1);
    expect(read.furthestApart).toBeLessThanOrEqual(600);
  });
});

async function* tapped<T>(items: AsyncIterable<T>, look: (item: T) => void): AsyncGenerator<T> {
  for await (const item of items) {
    look(item);
    yield item;
  }
}
