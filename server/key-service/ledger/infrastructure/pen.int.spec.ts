import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLedgerFixture, type LedgerFixture } from "./ledger.fixture.ts";
import type { PostgresLedgerOptions } from "./open-session.ts";
import { PostgresLedger } from "./postgres-ledger.ts";

describe("the pen", () => {
  let fixture: LedgerFixture;
  const entry = (i: number | string): Buffer => Buffer.from(`entry ${i}`);
  const standby = (timing: object = {}): PostgresLedgerOptions => ({
    ...fixture.options,
    holder: "key-service-2",
    checkpointFile: `${fixture.checkpointFile}-2`,
    timing,
  });
  beforeEach(async () => {
    fixture = await createLedgerFixture();
  });
  afterEach(async () => {
    await fixture.dispose();
  });
  /** As the database remembers it when a holder fell silent. */
  const fallSilent = (seconds: number) =>
    fixture.sql(
      "UPDATE keyservice.tree_head SET renewed_at = renewed_at - make_interval(secs => $1)",
      [seconds],
    );

  it("AUD-2 is held by one process: a second one is told who holds it", async () => {
    await fixture.open();
    const second = fixture.open({ holder: "key-service-2" });
    await expect(second).rejects.toMatchObject({ reason: "fenced" });
    await expect(second).rejects.toThrow(/key-service-1 \([0-9a-f]{8}\) holds the pen/);
  });

  it("AUD-2 of two processes that start together exactly one gets it", async () => {
    const starts = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => fixture.open({ holder: `key-service-${i}` })),
    );
    expect(starts.filter((s) => s.status === "fulfilled")).toHaveLength(1);
  });

  it("AUD-2 passes at once when its holder closes", async () => {
    const first = await fixture.open();
    await first.append(entry(0));
    await first.close();
    const second = await fixture.open({ holder: "key-service-2" });
    expect(await second.append(entry(1))).toEqual({ index: 1 });
  });

  it("AUD-2 a standby waits for it, and goes on where the holder stopped", async () => {
    const first = await fixture.open();
    await first.append(entry(0));
    const waiting = fixture.open({ holder: "key-service-2" }, AbortSignal.timeout(20_000));
    await first.append(entry(1));
    await first.close();
    const second = await waiting;
    expect(await second.append(entry(2))).toEqual({ index: 2 });
  });

  it("AUD-2 a standby that is stopped stops waiting", async () => {
    await fixture.open();
    const stop = new AbortController();
    const waiting = PostgresLedger.open(standby(), stop.signal);
    stop.abort(new Error("shutting down"));
    await expect(waiting).rejects.toThrow(/shutting down|aborted/);
  });

  it("AUD-2 a silent holder loses it, and its next append is refused by the database", async () => {
    const first = await fixture.open({ timing: { penRenewMs: 60_000 } });
    await first.append(entry(0));
    await fallSilent(11);
    const second = await PostgresLedger.open({ ...fixture.options, holder: "key-service-2" });
    try {
      await expect(first.append(entry("zombie"))).rejects.toMatchObject({ reason: "fenced" });
      expect(await second.append(entry(1))).toEqual({ index: 1 });
      await expect(first.reopen()).rejects.toMatchObject({ reason: "fenced" });
      await expect(first.append(entry("zombie"))).rejects.toMatchObject({ reason: "closed" });
    } finally {
      await second.close();
    }
    const rows = await fixture.sql<{ bytes: Buffer }>(
      "SELECT bytes FROM keyservice.ledger_entry ORDER BY index",
    );
    expect(rows.map((r) => r.bytes.toString())).toEqual(["entry 0", "entry 1"]);
    // When the other is gone, it may have the pen again, and finds what was written meanwhile.
    await first.reopen();
    expect(await first.append(entry(2))).toEqual({ index: 2 });
  });

  it("AUD-2 an idle holder that lost it notices without an append", async () => {
    await fixture.open({ timing: { penRenewMs: 20 } });
    await fixture.sql(
      "UPDATE keyservice.tree_head SET fence = fence + 1, holder = 'key-service-2'",
    );
    await expect
      .poll(() => fixture.faults.map((f) => f.reason), { timeout: 10_000 })
      .toEqual(["fenced"]);
  });

  it("AUD-2 an idle holder keeps it by renewing", async () => {
    await fixture.open({ timing: { penRenewMs: 20 } });
    await fallSilent(9);
    await expect
      .poll(
        async () => {
          const [row] = await fixture.sql<{ fresh: boolean }>(
            "SELECT renewed_at > clock_timestamp() - interval '5 s' AS fresh FROM keyservice.tree_head",
          );
          return row?.fresh;
        },
        { timeout: 10_000 },
      )
      .toBe(true);
    await expect(fixture.open({ holder: "key-service-2" })).rejects.toMatchObject({
      reason: "fenced",
    });
  });

  it("AUD-2 two writers that both believe to hold it never interleave: 50 takeovers under load", async () => {
    const written = new Map<number, string>();
    const refused = new Set<string>();
    let holder = await fixture.open();
    for (let round = 0; round < 50; round += 1) {
      const before = holder;
      const calls = Array.from({ length: 5 }, (_, i) => {
        const name = `${round}.${i}`;
        return before.append(Buffer.from(name)).then(
          ({ index }) => written.set(index, name),
          // Told that its outcome is unknown, a caller may find the entry there; told anything else, never.
          ({ reason }) => reason === "write-outcome-unknown" || refused.add(name),
        );
      });
      await fallSilent(11);
      holder = await fixture.open({ holder: `key-service-${round}` }).catch(() => before);
      await Promise.all(calls);
    }
    const rows = await fixture.sql<{ index: string; bytes: Buffer }>(
      "SELECT index, bytes FROM keyservice.ledger_entry",
    );
    const stored = new Map(rows.map((r) => [Number(r.index), r.bytes.toString()]));
    for (const [index, name] of written) expect(stored.get(index)).toBe(name);
    for (const name of stored.values()) expect(refused).not.toContain(name);
    expect(new Set(stored.values()).size, "entries that stand twice").toBe(stored.size);
    expect(written.size).toBeGreaterThan(0);
  });
});
