import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LedgerFault } from "../domain/ledger.ts";
import { collect, createLedgerFixture, type LedgerFixture } from "./ledger.fixture.ts";
import type { PostgresLedger } from "./postgres-ledger.ts";
import { type FaultyProxy, type NetworkFault, startFaultyProxy } from "./tcp-proxy.fixture.ts";

/**
 * The one statement that appends, under every fault: what callers are told, what is on disk, and that a
 * reopened ledger continues exactly from there. Real PostgreSQL, behind a network that fails on demand.
 */
describe("AUD-2 L35 fault table of the append", () => {
  let fixture: LedgerFixture;
  let proxy: FaultyProxy;
  let ledger: PostgresLedger;
  const entry = (name: string): Buffer => Buffer.from(name);
  const timing = { writeDeadlineMs: 1_500, statementTimeoutMs: 10_000 };

  beforeEach(async () => {
    fixture = await createLedgerFixture();
    const url = new URL(fixture.database.connectionString ?? "");
    proxy = await startFaultyProxy({ host: url.hostname, port: Number(url.port) });
    url.hostname = "127.0.0.1";
    url.port = String(proxy.port);
    ledger = await fixture.open({ timing, database: { connectionString: url.href } });
    await ledger.append(entry("before"));
  });
  afterEach(async () => {
    await fixture.dispose();
    await proxy.close();
  });

  const onDisk = async (): Promise<string[]> => {
    const rows = await fixture.sql<{ bytes: Buffer }>(
      "SELECT bytes FROM keyservice.ledger_entry ORDER BY index",
    );
    return rows.map((row) => row.bytes.toString());
  };
  /** Two entries of one batch and, where it can be known when that is, one that comes while it is on its way. */
  async function appendInto(struck?: Promise<void>): Promise<(string | number)[]> {
    const told = (call: Promise<{ index: number }>): Promise<string | number> =>
      call.then(
        ({ index }) => index,
        (error: unknown) => (error instanceof LedgerFault ? error.reason : String(error)),
      );
    const batch = [told(ledger.append(entry("a"))), told(ledger.append(entry("b")))];
    if (struck === undefined) return Promise.all(batch);
    await struck;
    return Promise.all([...batch, told(ledger.append(entry("behind")))]);
  }
  async function reopensTo(entries: readonly string[]): Promise<void> {
    await expect(ledger.append(entry("while closed"))).rejects.toMatchObject({ reason: "closed" });
    await ledger.reopen();
    expect(ledger.head().size).toBe(entries.length);
    expect(await ledger.append(entry("after"))).toEqual({ index: entries.length });
    const stored = await collect(ledger.entries(0, entries.length + 1));
    expect(stored.map((e) => e.bytes.toString())).toEqual([...entries, "after"]);
    expect(await onDisk()).toEqual([...entries, "after"]);
  }
  const unknown = ["write-outcome-unknown", "write-outcome-unknown", "closed"];
  const none = ["before"];
  const all = ["before", "a", "b"];

  const network: readonly (readonly [NetworkFault, string, readonly string[]])[] = [
    ["cut-before", "failed: the connection broke before PostgreSQL saw it", none],
    ["cut-after", "failed but persisted: the connection broke before we heard of it", all],
    ["stall-before", "hung: it stayed in the network", none],
    ["stall-after", "hung but persisted: the answer stayed in the network", all],
  ];
  for (const [fault, what, disk] of network) {
    it(`${what}: unknown to callers, closed behind them, ${disk.length} entries on disk, goes on from there`, async () => {
      expect(await appendInto(proxy.arm(fault, "append-batch"))).toEqual(unknown);
      expect(await onDisk()).toEqual(disk);
      expect(fixture.faults.map((f) => f.reason)).toEqual(["write-outcome-unknown"]);
      await reopensTo(disk);
    });
  }

  it("hung, and arriving late, after the ledger went on: refused by the fence, nothing on disk", async () => {
    expect(await appendInto(proxy.arm("stall-before", "append-batch"))).toEqual(unknown);
    await ledger.reopen();
    await proxy.deliverLate();
    expect(await onDisk()).toEqual(none);
    expect(await ledger.append(entry("after"))).toEqual({ index: 1 });
  });

  it("hung, and arriving late, before the ledger was reopened: it counts, whatever callers were told", async () => {
    expect(await appendInto(proxy.arm("stall-before", "append-batch"))).toEqual(unknown);
    await proxy.deliverLate();
    expect(await onDisk()).toEqual(all);
    await reopensTo(all);
  });

  it("an attempt to take the pen that arrives late takes nothing from the session that came after it", async () => {
    const struck = proxy.arm("stall-before", "SET fence = fence + 1");
    const first = ledger.reopen();
    await struck;
    await expect(first).rejects.toMatchObject({ reason: "closed" });
    await ledger.reopen();
    await proxy.deliverLate();
    expect(await ledger.append(entry("after"))).toEqual({ index: 1 });
  });

  it("failed: PostgreSQL refused it (a full disk)", async () => {
    await fixture.sql(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
      CREATE TRIGGER full_disk BEFORE INSERT ON keyservice.ledger_entry FOR EACH ROW EXECUTE FUNCTION full_disk()`);
    expect(await appendInto()).toEqual(unknown.slice(0, 2));
    expect(await onDisk()).toEqual(none);
    await fixture.sql("DROP TRIGGER full_disk ON keyservice.ledger_entry");
    await reopensTo(none);
  });

  it("failed: PostgreSQL ended the session", async () => {
    await fixture.sql(`CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;
      ALTER FUNCTION hang_up() SECURITY DEFINER;
      CREATE TRIGGER hang_up BEFORE INSERT ON keyservice.ledger_entry FOR EACH ROW EXECUTE FUNCTION hang_up()`);
    expect(await appendInto()).toEqual(unknown.slice(0, 2));
    await fixture.sql("DROP TRIGGER hang_up ON keyservice.ledger_entry");
    await reopensTo(none);
  });

  describe("hung inside PostgreSQL, on a lock that somebody holds", () => {
    let blocker: Client;
    beforeEach(async () => {
      blocker = new Client({ connectionString: fixture.adminUrl });
      await blocker.connect();
    });
    afterEach(async () => {
      await blocker.end();
    });
    /** A lock on the table is asked for before anything is done, one in a trigger after the head moved. */
    const lockTable = () =>
      blocker.query("BEGIN; LOCK TABLE keyservice.ledger_entry IN EXCLUSIVE MODE");
    const lockInTrigger = () =>
      blocker.query(`CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NEW; END $$;
        CREATE TRIGGER wait BEFORE INSERT ON keyservice.ledger_entry FOR EACH ROW EXECUTE FUNCTION wait();
        SELECT pg_advisory_lock(1)`);

    it("before it moved the head: the ledger goes on, and the fence refuses it when the lock is gone", async () => {
      await lockTable();
      expect(await appendInto()).toEqual(unknown.slice(0, 2));
      await ledger.reopen();
      await blocker.query("COMMIT");
      expect(await ledger.append(entry("after"))).toEqual({ index: 1 });
      expect(await onDisk()).toEqual(["before", "after"]);
    });

    it("after it moved the head: nobody gets the pen until it is decided, then it is found on disk", async () => {
      await lockInTrigger();
      expect(await appendInto()).toEqual(unknown.slice(0, 2));
      expect(await onDisk()).toEqual(none);
      await expect(ledger.reopen()).rejects.toMatchObject({ reason: "closed" });
      await expect(fixture.open({ holder: "other", timing })).rejects.toMatchObject({
        reason: "fenced",
      });
      await blocker.query("SELECT pg_advisory_unlock(1)");
      await expect.poll(onDisk, { timeout: 10_000 }).toEqual(all);
      await reopensTo(all);
    });

    it("and failed by PostgreSQL's own time limit", async () => {
      await ledger.close();
      ledger = await fixture.open({ timing: { statementTimeoutMs: 1_000 } });
      await lockInTrigger();
      expect(await appendInto()).toEqual(unknown.slice(0, 2));
      await blocker.query("SELECT pg_advisory_unlock(1)");
      expect(await onDisk()).toEqual(none);
      await reopensTo(none);
    });
  });

  it("the log key fails: nothing is sent, the ledger closes, and goes on when the key is back", async () => {
    await ledger.close();
    let isTokenThere = true;
    const { signCheckpoint } = fixture.options;
    ledger = await fixture.open({
      signCheckpoint: async (digest) => {
        if (!isTokenThere) throw new Error("token not present");
        return signCheckpoint(digest);
      },
    });
    isTokenThere = false;
    await expect(ledger.append(entry("a"))).rejects.toThrow(/log key did not sign/);
    isTokenThere = true;
    await reopensTo(none);
  });

  it("the log key hangs: the same, after a deadline", async () => {
    await ledger.close();
    let isHung = true;
    const { signCheckpoint } = fixture.options;
    ledger = await fixture.open({
      timing: { sideDeadlineMs: 1_000 },
      signCheckpoint: (digest) => (isHung ? new Promise(() => undefined) : signCheckpoint(digest)),
    });
    await expect(ledger.append(entry("a"))).rejects.toMatchObject({ reason: "closed" });
    isHung = false;
    await reopensTo(none);
  });
});
