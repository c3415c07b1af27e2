import { describe, expect, it } from "vitest";
import { LedgerFault } from "../domain/ledger.ts";
import { leafHash } from "../domain/merkle.ts";
import { GroupCommit, maxEntryBytes, type PendingBatch } from "./group-commit.ts";

/** A commit that ends when the test says so. */
function createGate() {
  const batches: PendingBatch[] = [];
  const open: { resolve: (first: number) => void; reject: (error: Error) => void }[] = [];
  const faults: LedgerFault[] = [];
  let arrived = (): void => undefined;
  const queue = new GroupCommit(
    (batch) => {
      batches.push(batch);
      return new Promise((resolve, reject) => {
        open.push({ resolve, reject });
        arrived();
      });
    },
    (fault) => faults.push(fault),
  );
  return {
    queue,
    batches,
    faults,
    /** Waits until a batch is on its way. */
    async next() {
      if (open.length === 0) await new Promise<void>((resolve) => (arrived = resolve));
      const gate = open.shift();
      if (gate === undefined) throw new Error("no batch is on its way");
      return gate;
    },
  };
}

const entry = (name: string): Buffer => Buffer.from(name);
const names = (batch: PendingBatch | undefined): string[] => (batch?.entries ?? []).map(String);
const reason = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => "appended",
    (error: unknown) => (error instanceof LedgerFault ? error.reason : error),
  );

describe("group commit", () => {
  it("AUD-2 gathers what comes while a batch is on its way, and keeps the order", async () => {
    const { queue, batches, next } = createGate();
    const order: number[] = [];
    const append = (name: string) =>
      queue.append(entry(name)).then(({ index }) => order.push(index));
    const first = [append("a"), append("b")];
    const gate = await next();
    const second = [append("c"), append("d"), append("e")];
    gate.resolve(10);
    await Promise.all(first);
    (await next()).resolve(12);
    await Promise.all(second);
    expect(batches.map(names)).toEqual([
      ["a", "b"],
      ["c", "d", "e"],
    ]);
    expect(batches[0]?.leafHashes).toEqual([leafHash(entry("a")), leafHash(entry("b"))]);
    expect(order).toEqual([10, 11, 12, 13, 14]);
  });

  it("AUD-2 L35 sends nothing after a failed batch, and tells its callers what those behind it are not told", async () => {
    const { queue, batches, faults, next } = createGate();
    const inBatch = reason(queue.append(entry("a")));
    const gate = await next();
    const behind = reason(queue.append(entry("b")));
    gate.reject(new LedgerFault("write-outcome-unknown", "the connection broke"));
    expect(await inBatch).toBe("write-outcome-unknown");
    expect(await behind).toBe("closed");
    expect(await reason(queue.append(entry("c")))).toBe("closed");
    await queue.settled();
    expect(batches).toHaveLength(1);
    expect(faults.map((f) => f.reason)).toEqual(["write-outcome-unknown"]);
  });

  it("AUD-2 treats an error that nobody foresaw as an unknown outcome", async () => {
    const { queue, next } = createGate();
    const call = reason(queue.append(entry("a")));
    (await next()).reject(new Error("surprise"));
    expect(await call).toBe("write-outcome-unknown");
  });

  it("AUD-2 lets a batch on its way settle when it is stopped", async () => {
    const { queue, next, batches } = createGate();
    const onItsWay = queue.append(entry("a"));
    const gate = await next();
    const behind = reason(queue.append(entry("b")));
    queue.stop(new LedgerFault("closed", "shutting down"));
    gate.resolve(0);
    expect(await onItsWay).toEqual({ index: 0 });
    expect(await behind).toBe("closed");
    await queue.settled();
    expect(batches).toHaveLength(1);
  });

  it("AUD-2 bounds a batch by entries and by bytes, and lets one large entry through", async () => {
    const { queue, batches, next } = createGate();
    const calls = [
      ...Array.from({ length: 513 }, () => queue.append(entry("x"))),
      ...Array.from({ length: 70 }, () => queue.append(Buffer.alloc(maxEntryBytes))),
    ];
    let size = 0;
    while (size < calls.length) {
      (await next()).resolve(size);
      size += batches.at(-1)?.entries.length ?? 0;
    }
    await Promise.all(calls);
    expect(batches[0]?.entries).toHaveLength(512);
    for (const { entries } of batches) {
      expect(entries.reduce((sum, e) => sum + e.length, 0)).toBeLessThanOrEqual(4 * 1024 * 1024);
    }
  });
});
