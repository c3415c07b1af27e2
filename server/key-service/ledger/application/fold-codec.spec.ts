import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyEntry, decodeEntry, type Entry, encodeEntry } from "../../decisions/domain/entry.ts";
import { emptyState, type State } from "../../decisions/domain/state.ts";
import { buildHistory } from "../../decisions/testing/history.ts";
import { decodeFold, encodeFold, FOLD_VERSION, foldLines } from "./fold-codec.ts";

/** As they come from the ledger: no object is shared between the entries and anything else. */
const asRead = (entries: readonly Entry[]) => entries.map((it) => decodeEntry(encodeEntry(it)));

function fold(entries: readonly Entry[], onto: State = emptyState()): State {
  for (const entry of asRead(entries)) applyEntry(onto, entry);
  return onto;
}

const linesOf = (state: State) => [...foldLines(state)];

describe("the fold's written form", () => {
  it("AUD-2 folds a snapshot at every size, and the entries after it, to what all entries fold to", async () => {
    const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { entries } = buildHistory(seed, 100);
        const whole = linesOf(fold(entries));
        for (let size = 0; size <= entries.length; size++) {
          const snapshot = await encodeFold(fold(entries.slice(0, size)));
          const resumed = fold(entries.slice(size), await decodeFold(snapshot));
          expect(linesOf(resumed)).toEqual(whole);
        }
      }),
      { numRuns: 3 },
    );
  }, 30_000);

  it("restores every map in order, with equal members that share nothing", async () => {
    const state = fold(buildHistory(3, 400).entries);
    const restored = await decodeFold(await encodeFold(state));
    expect(restored).toEqual(state);
    expect([...restored.nonces.keys()]).toEqual([...state.nonces.keys()]);
    for (const [tenant, room] of state.tenants) {
      expect([...(restored.tenants.get(tenant)?.proposals.keys() ?? [])]).toEqual([
        ...room.proposals.keys(),
      ]);
      expect(room.proposals.size).toBeGreaterThan(10);
    }
  });

  it("writes equal bytes for equal histories", async () => {
    const { entries } = buildHistory(11, 200);
    const first = await encodeFold(fold(entries));
    expect((await encodeFold(fold(entries))).equals(first)).toBe(true);
    expect((await encodeFold(fold(entries.slice(0, -1)))).equals(first)).toBe(false);
  });

  it("has another version when a known history folds otherwise", () => {
    const digest = createHash("sha256")
      .update(linesOf(fold(buildHistory(2026, 500).entries)).join("\n"))
      .digest("hex");
    // A digest that differs says that `evolve`, `State` or the history builder changed. Unless it was the
    // history builder alone, raise FOLD_VERSION: stored snapshots of the old fold must not be read.
    expect({ version: FOLD_VERSION, digest }).toMatchInlineSnapshot(`
      {
        "digest": "28a0ab0ce3ccbd4424cdcc2f85d283630f22a5cab503ab13b4f9025aca6803b1",
        "version": 5,
      }
    `);
  });

  it("lets others run while it writes and reads", async () => {
    const state = fold(buildHistory(5, 3_000).entries);
    let turns = 0;
    const counter = setInterval(() => {
      turns += 1;
    }, 1);
    await decodeFold(await encodeFold(state));
    clearInterval(counter);
    expect(turns).toBeGreaterThan(2);
  });
});
