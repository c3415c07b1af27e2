import { describe, expect, it, onTestFinished } from "vitest";
import { createPool } from "../../../db/pool.ts";
import { applyEntry, encodeEntry } from "../../decisions/domain/entry.ts";
import { emptyState, type State } from "../../decisions/domain/state.ts";
import { buildHistory } from "../../decisions/testing/history.ts";
import { createLedgerFixture, createTestLogKey } from "../infrastructure/ledger.fixture.ts";
import { PostgresSnapshotStore } from "../projection/infrastructure/postgres-snapshot-store.ts";
import { FOLD_VERSION, foldLines } from "./fold-codec.ts";
import { type FoldProgress, loadFold } from "./load-fold.ts";
import { Snapshots } from "./snapshot.ts";
import { Snapshotter } from "./snapshotter.ts";

const { entries } = buildHistory(41, 600);

function foldOf(count: number): string[] {
  const state = emptyState();
  for (const entry of entries.slice(0, count)) applyEntry(state, entry);
  return linesOf(state);
}
// Through JSON, as entries from a ledger: the order of members in an object says nothing.
const linesOf = (state: State) => [...foldLines(state)].map((line) => sorted(JSON.parse(line)));
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, it) =>
    it !== null && typeof it === "object" && !Array.isArray(it)
      ? Object.fromEntries(Object.entries(it).sort(([a], [b]) => (a < b ? -1 : 1)))
      : it,
  );
}

async function createRoom() {
  const key = createTestLogKey();
  const fixture = await createLedgerFixture(key);
  const ledger = await fixture.open();
  const pool = createPool({ url: fixture.database.connectionString ?? "", application: "test" });
  onTestFinished(async () => {
    await pool.end();
    await fixture.dispose();
  });
  const refusals: string[] = [];
  const { origin } = fixture.options;
  const store = new PostgresSnapshotStore(pool);
  const snapshotsOf = (logKey = key, logOrigin = origin) =>
    new Snapshots({
      store,
      key: { origin: logOrigin, ...logKey },
      onRefused: (size, reason) => refusals.push(`${size}: ${reason}`),
    });
  const snapshots = snapshotsOf();
  let appended = 0;
  return {
    ledger,
    store,
    snapshots,
    snapshotsOf,
    refusals,
    sql: fixture.sql,
    async appendTo(size: number) {
      const batch = entries.slice(appended, size).map((it) => ledger.append(encodeEntry(it)));
      appended = size;
      await Promise.all(batch);
    },
    async takeSnapshot() {
      const failures: unknown[] = [];
      await new Snapshotter({ ledger, snapshots, onFailed: (it) => failures.push(it) }, -1).stop();
      expect(failures).toEqual([]);
    },
    async load(from = snapshots) {
      let last: FoldProgress | undefined;
      const state = await loadFold({ ledger, snapshots: from, onProgress: (it) => (last = it) });
      return { lines: linesOf(state), progress: last };
    },
  };
}

describe("loading the fold", () => {
  it("AUD-2 reads the whole ledger without a snapshot, and only the tail with one", async () => {
    const room = await createRoom();
    await room.appendTo(200);
    expect(await room.load()).toEqual({
      lines: foldOf(200),
      progress: { fromSnapshot: 0, folded: 200, size: 200 },
    });
    await room.takeSnapshot();
    await room.appendTo(250);
    expect(await room.load()).toEqual({
      lines: foldOf(250),
      progress: { fromSnapshot: 200, folded: 250, size: 250 },
    });
    expect(room.refusals).toEqual([]);
  });

  it("starts from an empty ledger", async () => {
    const room = await createRoom();
    expect(await room.load()).toEqual({
      lines: foldOf(0),
      progress: { fromSnapshot: 0, folded: 0, size: 0 },
    });
  });

  it("AUD-2 L33 passes over a snapshot with one flipped byte anywhere in its row, and says so", async () => {
    const room = await createRoom();
    await room.appendTo(30);
    await room.takeSnapshot();
    const stored = await room.store.read(30);
    if (stored === null) throw new Error("no snapshot was stored");
    const expected = foldOf(30);
    const columns = { root: stored.root, signature: stored.signature, state: stored.state };
    for (const [column, bytes] of Object.entries(columns)) {
      // Every byte of the short columns; of the state the first and last, and one in seventeen.
      const step = bytes.length > 64 ? 17 : 1;
      for (let at = 0; at < bytes.length; at += step) {
        const flipped = Buffer.from(bytes);
        flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (at % 8)), at);
        await room.sql(`UPDATE keyservice.snapshot SET ${column} = $1`, [flipped]);
        expect(await room.snapshots.newest(room.ledger), `${column} ${at}`).toBeNull();
        expect(room.refusals.pop(), `${column} ${at}`).toMatch(/^30: .+/);
      }
      const loaded = await room.load();
      expect(loaded.lines).toEqual(expected);
      expect(loaded.progress?.fromSnapshot).toBe(0);
      await room.sql(`UPDATE keyservice.snapshot SET ${column} = $1`, [bytes]);
      expect((await room.load()).progress?.fromSnapshot).toBe(30);
    }
    for (const edit of [
      `fold_version = ${FOLD_VERSION + 1}`,
      "size = 29",
      "size = 31",
      "signature = ''",
    ]) {
      await room.sql(`UPDATE keyservice.snapshot SET ${edit}`);
      expect((await room.load()).progress?.fromSnapshot, edit).toBe(0);
      await room.sql(
        "UPDATE keyservice.snapshot SET fold_version = $2, size = 30, signature = $1",
        [stored.signature, FOLD_VERSION],
      );
    }
    expect(room.refusals).toHaveLength(3 + 4);
    expect(await room.snapshots.damaged(room.ledger)).toEqual([]);
  });

  it("falls back to the snapshot before, when the newest is damaged", async () => {
    const room = await createRoom();
    await room.appendTo(100);
    await room.takeSnapshot();
    await room.appendTo(150);
    await room.takeSnapshot();
    await room.sql("UPDATE keyservice.snapshot SET state = state || '\\x00' WHERE size = 150");
    const { lines, progress } = await room.load();
    expect(lines).toEqual(foldOf(150));
    expect(progress?.fromSnapshot).toBe(100);
    expect(room.refusals).toEqual(["150: the log key did not sign it"]);
    expect((await room.snapshots.damaged(room.ledger)).map((it) => it.size)).toEqual([150]);
  });

  it("refuses a snapshot of another fold version, of another key and of another log", async () => {
    const room = await createRoom();
    await room.appendTo(50);
    await room.takeSnapshot();
    expect(await room.snapshots.newest(room.ledger, FOLD_VERSION + 1)).toBeNull();
    expect(await room.snapshotsOf(createTestLogKey()).newest(room.ledger)).toBeNull();
    expect(await room.snapshotsOf(undefined, "ledger.test/other").newest(room.ledger)).toBeNull();
    expect(room.refusals).toEqual([
      `50: it is of fold version ${FOLD_VERSION}, this is ${FOLD_VERSION + 1}`,
      "50: the log key did not sign it",
      "50: the log key did not sign it",
    ]);
  });

  it("refuses a rightly signed snapshot that this ledger does not continue", async () => {
    const key = createTestLogKey();
    const [ours, theirs] = [await createRoom(), await createRoom()];
    await Promise.all([
      ours.appendTo(40),
      theirs.ledger.append(encodeEntry(entries[1] ?? raise())),
    ]);
    const state = emptyState();
    for (const entry of entries.slice(0, 1)) applyEntry(state, entry);
    await ours.snapshotsOf(key, "one").save(state, theirs.ledger.head().root);
    expect(await ours.snapshotsOf(key, "one").newest(ours.ledger)).toBeNull();
    expect(ours.refusals).toEqual(["1: the ledger does not continue it"]);
  });

  it("keeps the last two snapshots, and takes one every so many entries and at the end", async () => {
    const room = await createRoom();
    const { ledger, snapshots } = room;
    const snapshotter = new Snapshotter({ ledger, snapshots, everyEntries: 100 }, 0);
    for (const size of [60, 130, 180, 260, 300]) {
      await room.appendTo(size);
      snapshotter.consider();
      await snapshotter.settled();
    }
    expect(await room.store.sizes()).toEqual([260, 130]);
    await snapshotter.stop();
    expect(await room.store.sizes()).toEqual([300, 260]);
    expect((await room.load()).lines).toEqual(foldOf(300));
  });

  it("goes on without a snapshot when the token does not sign, and reports it", async () => {
    const room = await createRoom();
    await room.appendTo(10);
    const failures: unknown[] = [];
    const broken = { ...createTestLogKey(), publicKey: createTestLogKey().publicKey };
    const snapshotter = new Snapshotter(
      {
        ledger: room.ledger,
        snapshots: room.snapshotsOf(broken),
        onFailed: (it) => failures.push(it),
      },
      0,
    );
    await snapshotter.stop();
    expect(String(failures)).toMatch(/does not verify: check the token/);
    expect(await room.store.sizes()).toEqual([]);
  });
});

function raise(): never {
  throw new Error("the history is shorter than that");
}
