import { describe, expect, it } from "vitest";
import { buildHistory, HISTORY_TENANTS } from "../../decisions/testing/history.ts";
import { ProjectionLate } from "../application/index-waiters.ts";
import type { ProjectionStore, WriteOutcome } from "../application/projection-store.ts";
import { TABLE_NAMES } from "./domain/tables.ts";
import { createOwnRoom, type ProjectionRoom } from "./projection.fixture.ts";

const history = buildHistory(295, 420);
const last = history.entries.length - 1;

/** Every row of every table, as text. */
async function contents(room: ProjectionRoom) {
  const all: Record<string, string[]> = {};
  for (const table of TABLE_NAMES) {
    const rows = await room.sql<{ row: string }>(
      `SELECT t::text AS row FROM projection."${table}" AS t`,
    );
    all[table] = rows.map((it) => it.row).sort();
  }
  return all;
}

async function cursorOf(room: ProjectionRoom) {
  const rows = await room.sql<{ next: string }>("SELECT next_index AS next FROM projection.cursor");
  return rows.map((row) => Number(row.next));
}

async function isExact(room: ProjectionRoom) {
  const { found, differences, projectedEntries } = await room.checker.run();
  expect(differences).toEqual([]);
  return { found, projectedEntries };
}

describe("the projector", () => {
  it("AUD-1 has a row in every table for a history with every kind of thing, and a whole audit trail", async () => {
    const room = await createOwnRoom();
    await room.append(history);
    await room.project();
    const all = await contents(room);
    for (const table of TABLE_NAMES) expect(all[table]?.length, table).toBeGreaterThan(0);
    const gaps = await room.sql(
      "SELECT i FROM generate_series(0, $1) AS i WHERE i NOT IN (SELECT entry FROM projection.audit_entry)",
      [last],
    );
    expect(gaps).toEqual([]);
    expect([room.faults, room.damage]).toEqual([[], []]);
    expect(await isExact(room)).toEqual({ found: 0, projectedEntries: last + 1 });
  });

  it("shows what a commitment opens to, and null once the opening is erased", async () => {
    const room = await createOwnRoom();
    await room.append(history);
    await room.project();
    const names = () =>
      room.sql<{ name: string | null }>(
        "SELECT name FROM projection.person WHERE tenant = 'acme' ORDER BY name",
      );
    const before = (await names()).map((row) => row.name);
    expect(before).toContain("Olivia of acme");
    const erased = history.openings.find((it) => it.value === "Olivia of acme");
    if (erased === undefined) throw new Error("the history has no Olivia");
    await room.sql("DELETE FROM keyservice.opening WHERE commitment = $1", [erased.commitment]);
    await room.createProjector().refreshTexts(erased.tenant, [erased.commitment]);
    expect((await names()).map((row) => row.name)).toEqual([
      ...before.filter((it) => it !== "Olivia of acme"),
      null,
    ]);
    expect(await isExact(room)).toEqual({ found: 0, projectedEntries: last + 1 });
  });

  it("shows no text that is not the one that was committed to", async () => {
    const room = await createOwnRoom();
    await room.append(history, 0, 0);
    await room.sql("UPDATE keyservice.opening SET value = 'Mallory' WHERE label = 'person-name'");
    await room.append({ ...history, openings: [] });
    await room.project();
    const rows = await room.sql("SELECT DISTINCT name FROM projection.person");
    expect(rows).toEqual([{ name: null }]);
  });

  it("lets a reader wait for what was just recorded, until a deadline", async () => {
    const room = await createOwnRoom();
    const projector = room.createProjector({ pollMs: 60_000 });
    projector.start();
    await room.append(history, 0, 50);
    await projector.reached(49);
    expect(await cursorOf(room)).toEqual([50]);
    expect(projector.status).toMatchObject({ state: "running", next: 50, behind: 0 });
    await expect(projector.reached(50, 20)).rejects.toThrow(ProjectionLate);
    const waiting = projector.reached(50, 60_000);
    await Promise.all([projector.stop(), expect(waiting).rejects.toThrow(ProjectionLate)]);
    expect(projector.status.state).toBe("stopped");
  });

  it("goes on where it stood after a restart, and once more from the beginning when asked", async () => {
    const room = await createOwnRoom();
    for (const to of [1, 2, 90, 91, last + 1]) {
      const from = room.ledger.head().size;
      await room.append(history, from, to);
      await room.project();
      expect(await cursorOf(room)).toEqual([to]);
    }
    const before = await contents(room);
    const projector = room.createProjector({ batchEntries: 7 });
    projector.start();
    await projector.reached(last);
    await projector.rebuild();
    await expect.poll(() => projector.status.next, { timeout: 20_000 }).toBe(last + 1);
    await projector.stop();
    expect(await contents(room)).toEqual(before);
    expect([room.faults, room.damage]).toEqual([[], []]);
  });

  it("projects each entry once when two projectors run at once", async () => {
    const room = await createOwnRoom();
    const two = [3, 5].map((batchEntries) => room.createProjector({ batchEntries, pollMs: 1 }));
    for (const projector of two) projector.start();
    for (let from = 0; from <= last; from += 40) await room.append(history, from, from + 40);
    await Promise.all(two.map((projector) => projector.reached(last, 30_000)));
    await Promise.all(two.map((projector) => projector.stop()));
    expect([room.faults, room.damage]).toEqual([[], []]);
    expect(await isExact(room)).toEqual({ found: 0, projectedEntries: last + 1 });
  });

  it("writes nothing where the cursor stands elsewhere: of eight who try at once, one does", async () => {
    const room = await createOwnRoom();
    const { store } = room;
    await store.reset();
    const row = { tenant: "acme", mode: "m", ledger_origin: "l", desk_origin: "d", entry: 0 };
    const writes = (mode: string) =>
      new Map([["tenant", { put: [{ ...row, mode }], add: [], set: [], remove: [] }]] as const);
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, i) => store.write(0, 5, writes(`writer ${i}`))),
    );
    expect(outcomes.map((it) => it.status).sort()).toEqual([...Array(7).fill("fenced"), "written"]);
    const winner = outcomes.findIndex((it) => it.status === "written");
    const modes = () => room.sql("SELECT mode FROM projection.tenant");
    expect(await modes()).toEqual([{ mode: `writer ${winner}` }]);
    for (const from of [0, 4, 6]) {
      expect(await store.write(from, from + 1, writes("late"))).toEqual({ status: "fenced" });
    }
    expect([await modes(), await cursorOf(room)]).toEqual([[{ mode: `writer ${winner}` }], [5]]);
  });

  it.each(["before the write", "inside of it", "after it, unheard"] as const)(
    "leaves nothing half done and nothing twice when it is cut off %s",
    async (when) => {
      const room = await createOwnRoom();
      await room.append(history);
      let cuts = 0;
      const cut = () => {
        cuts += 1;
        throw new Error("cut off");
      };
      const store: ProjectionStore = {
        position: () => room.store.position(),
        reset: () => room.store.reset(),
        retext: (...of) => room.store.retext(...of),
        async write(from, to, writes): Promise<WriteOutcome> {
          // Each batch is cut once and then let through, so that every batch has been cut.
          if (cuts % 2 === 1) {
            cuts += 1;
            return room.store.write(from, to, writes);
          }
          if (when === "before the write") return cut();
          if (when === "inside of it") {
            // The session of the write is ended by the server while it waits for a row.
            await breakWrites(room, from);
            const written = room.store.write(from, to, writes);
            cuts += 1;
            return written.finally(() => mendWrites(room));
          }
          await room.store.write(from, to, writes);
          return cut();
        },
      };
      const projector = room.createProjector({ store, batchEntries: 75, pollMs: 1 });
      projector.start();
      await projector.reached(last, 30_000);
      await projector.stop();
      expect(room.faults.length).toBeGreaterThan(1);
      expect(room.damage).toEqual([]);
      expect(await isExact(room)).toEqual({ found: 0, projectedEntries: last + 1 });
    },
  );

  it("says what is wrong and tries again while the database refuses, and crashes nothing", async () => {
    const room = await createOwnRoom();
    await room.append(history, 0, 100);
    await room.sql("ALTER TABLE projection.secret RENAME TO gone");
    const projector = room.createProjector();
    projector.start();
    await expect.poll(() => projector.status.failures, { timeout: 20_000 }).toBeGreaterThan(2);
    expect(projector.status).toMatchObject({ state: "retrying", next: 0, behind: 100 });
    expect(projector.status.lastError).toMatch(/projection\.secret/);
    const head = room.ledger.head().size;
    await room.append(history, 100, 101);
    expect(room.ledger.head().size).toBe(head + 1);
    await room.sql("ALTER TABLE projection.gone RENAME TO secret");
    await projector.reached(100, 30_000);
    expect(projector.status).toMatchObject({ state: "running", failures: 0, lastError: null });
  });

  it.each([
    ["set forward", "UPDATE projection.cursor SET next_index = 250"],
    ["set back", "UPDATE projection.cursor SET next_index = 3"],
    ["beyond any ledger", "UPDATE projection.cursor SET next_index = 9223372036854775807"],
    ["below zero", "UPDATE projection.cursor SET next_index = -5"],
    ["deleted", "DELETE FROM projection.cursor"],
    ["renamed", "UPDATE projection.cursor SET name = 'other'"],
    ["left behind by a deleted audit row", "DELETE FROM projection.audit_entry WHERE entry = 199"],
  ])("rebuilds the tables when it finds the cursor %s", async (_, edit) => {
    const room = await createOwnRoom();
    await room.append(history, 0, 200);
    await room.project();
    await room.sql(edit);
    await room.append(history, 200);
    await room.project();
    expect(room.damage).toEqual([
      "projection.cursor does not stand where the projected entries end",
    ]);
    expect(await isExact(room)).toEqual({ found: 0, projectedEntries: last + 1 });
  });

  it("names a row that was taken away when it is to be changed", async () => {
    const room = await createOwnRoom();
    await room.append(history, 0, 200);
    await room.project();
    await room.sql("DELETE FROM projection.hardware_key");
    await room.append(history, 200);
    await room.project();
    expect(room.damage.length).toBeGreaterThan(0);
    for (const what of room.damage) {
      expect(what).toMatch(/^projection\.hardware_key lacks the row \{"tenant":"(acme|globex)"/);
    }
    expect((await room.checker.run()).found).toBeGreaterThan(0);
    expect(await isExact(room)).toEqual({ found: 0, projectedEntries: last + 1 });
  });

  it("keeps the first intent of a use that was sealed again, done or not", async () => {
    const room = await createOwnRoom();
    await room.append(history);
    await room.project();
    const intents = history.entries.flatMap(({ events }, index) =>
      events.flatMap((event) => (event.type === "ReleaseIntended" ? [{ ...event, index }] : [])),
    );
    const first = new Map<string, number>();
    for (const { request, secret, use, index } of intents) {
      const name = `${request} ${secret} ${use}`;
      if (!first.has(name)) first.set(name, index);
    }
    expect(intents.length).toBeGreaterThan(first.size);
    const rows = await room.sql<{ name: string; entry: string }>(
      "SELECT request || ' ' || secret || ' ' || use AS name, entry FROM projection.release",
    );
    expect(new Map(rows.map(({ name, entry }) => [name, Number(entry)]))).toEqual(first);
  });

  it("ignores openings of another tenant under the same commitment", async () => {
    const room = await createOwnRoom();
    const [acme, globex] = HISTORY_TENANTS;
    await room.append(history, 0, 0);
    await room.sql("UPDATE keyservice.opening SET tenant = $1 WHERE tenant = $2", [globex, acme]);
    await room.append({ ...history, openings: [] });
    await room.project();
    const names = await room.sql("SELECT DISTINCT name FROM projection.person WHERE tenant = $1", [
      acme,
    ]);
    expect(names).toEqual([{ name: null }]);
  });
});

/** Makes the next write fail after it has moved the cursor and written some tables. */
async function breakWrites(room: ProjectionRoom, from: number): Promise<void> {
  await room.sql(
    `ALTER TABLE projection.audit_entry ADD CONSTRAINT broken CHECK (entry < ${from}) NOT VALID`,
  );
}

async function mendWrites(room: ProjectionRoom): Promise<void> {
  await room.sql("ALTER TABLE projection.audit_entry DROP CONSTRAINT broken");
}
