import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { consistencyProof, inclusionPath, treeRoot } from "../testing/test-ledger.ts";
import { consistencyHolds, EMPTY_ROOT, inclusionHolds, leafHash } from "./merkle-proof.ts";

const entriesOf = (n: number) => Array.from({ length: n }, (_, i) => Buffer.from(`entry ${i}`));
const flip = (bytes: Uint8Array) =>
  Buffer.from(bytes.map((byte, i) => (i === 7 ? byte ^ 1 : byte)));

describe("proofs of RFC 9162, against trees built as RFC 6962 defines them", () => {
  it("AUD-2 accepts the inclusion of every entry of every tree up to 33 entries, and of no other entry", () => {
    for (let size = 1; size <= 33; size++) {
      const entries = entriesOf(size);
      const root = treeRoot(entries);
      for (const [index, entry] of entries.entries()) {
        const of = {
          leaf: leafHash(entry),
          index,
          size,
          proof: inclusionPath(index, entries),
          root,
        };
        expect(inclusionHolds(of)).toBe(true);
        expect(inclusionHolds({ ...of, leaf: leafHash(Buffer.from("another")) })).toBe(false);
        expect(inclusionHolds({ ...of, index: index + 1 })).toBe(false);
        expect(inclusionHolds({ ...of, root: flip(root) })).toBe(false);
        expect(inclusionHolds({ ...of, proof: [...of.proof, root] })).toBe(false);
        if (of.proof.length > 0)
          expect(inclusionHolds({ ...of, proof: of.proof.slice(1) })).toBe(false);
      }
    }
  });

  it("AUD-2 accepts that every tree continues every smaller one, and no other history", () => {
    const whole = entriesOf(33);
    for (let to = 0; to <= 33; to++) {
      for (let from = 0; from <= to; from++) {
        const entries = whole.slice(0, to);
        const proof = consistencyProof(from, entries);
        const of = {
          from: { size: from, root: treeRoot(whole.slice(0, from)) },
          to: { size: to, root: treeRoot(entries) },
          proof,
        };
        expect(consistencyHolds(of)).toBe(true);
        if (from > 0)
          expect(consistencyHolds({ ...of, from: { size: from, root: flip(of.from.root) } })).toBe(
            false,
          );
        if (from !== to && from > 0)
          expect(consistencyHolds({ ...of, to: { size: to, root: flip(of.to.root) } })).toBe(false);
        expect(consistencyHolds({ ...of, proof: [...proof, of.to.root] })).toBe(false);
      }
    }
  });

  it("AUD-2 refuses a tree in which one earlier entry was changed, whatever proof its server makes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.nat(), fc.nat(), (size, a, b) => {
        const from = 1 + (a % (size - 1));
        const changed = b % from;
        const before = entriesOf(size);
        const after = before.map((entry, i) => (i === changed ? Buffer.from("rewritten") : entry));
        return !consistencyHolds({
          from: { size: from, root: treeRoot(before.slice(0, from)) },
          to: { size, root: treeRoot(after) },
          proof: consistencyProof(from, after),
        });
      }),
    );
  });

  it("knows the root of the tree without entries, and takes no other one for it", () => {
    expect(EMPTY_ROOT.toString("hex")).toBe(
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
    const to = { size: 1, root: treeRoot(entriesOf(1)) };
    expect(consistencyHolds({ from: { size: 0, root: flip(EMPTY_ROOT) }, to, proof: [] })).toBe(
      false,
    );
    expect(consistencyHolds({ from: { size: 2, root: to.root }, to, proof: [] })).toBe(false);
  });
});
