import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyRoot, isConsistent } from "./consistency.ts";
import { proofOf, rootOf } from "./witness.fixture.ts";

const sizes = fc
  .integer({ min: 2, max: 80 })
  .chain((newer) =>
    fc.record({ newer: fc.constant(newer), older: fc.integer({ min: 1, max: newer - 1 }) }),
  );
const state = (size: number) => ({ size, root: rootOf(0, size) });

describe("consistency as the witness checks it", () => {
  it("AUD-2 holds for every pair of sizes of one log", () => {
    fc.assert(
      fc.property(sizes, ({ older, newer }) =>
        isConsistent(state(older), state(newer), proofOf(older, newer)),
      ),
    );
  });

  it("AUD-2 does not hold for another root, another size, or a changed proof", () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat({ max: 255 }), ({ older, newer }, at, bit) => {
        const proof = proofOf(older, newer);
        const flipped = (h: Buffer): Buffer => {
          const copy = Buffer.from(h);
          copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          return copy;
        };
        const [from, to] = [state(older), state(newer)];
        const i = at % proof.length;
        const lies = [
          isConsistent({ ...from, root: flipped(from.root) }, to, proof),
          isConsistent(from, { ...to, root: flipped(to.root) }, proof),
          isConsistent(from, { ...to, size: newer * 2 }, proof),
          isConsistent(to, from, proof),
          isConsistent(from, to, proof.with(i, flipped(proof[i] ?? Buffer.alloc(32)))),
          isConsistent(from, to, proof.toSpliced(i, 1)),
          isConsistent(from, to, [...proof, rootOf(0, 1)]),
          isConsistent(from, to, [rootOf(0, 1), ...proof]),
          isConsistent(from, to, proof.with(i, Buffer.alloc(31))),
        ];
        expect(lies).toEqual(lies.map(() => false));
      }),
    );
  });

  it("AUD-2 from the empty tree needs its root and no proof", () => {
    const empty = { size: 0, root: emptyRoot() };
    expect(isConsistent(empty, state(5), [])).toBe(true);
    expect(isConsistent(empty, state(5), [rootOf(0, 1)])).toBe(false);
    expect(isConsistent({ size: 0, root: rootOf(0, 1) }, state(5), [])).toBe(false);
  });
});
