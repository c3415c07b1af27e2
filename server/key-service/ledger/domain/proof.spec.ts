import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HashTree } from "./hash-tree.ts";
import { emptyRoot, leafHash } from "./merkle.ts";
import {
  buildConsistencyProof,
  buildInclusionProof,
  type ConsistencyClaim,
  type InclusionClaim,
  verifyConsistency,
  verifyInclusion,
} from "./proof.ts";

const maxSize = 300;
const tree = new HashTree();
for (let i = 0; i < maxSize; i += 1) tree.append(leafHash(Buffer.from(`entry ${i}`)));

const published = new HashTree();
for (const hex of ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]) {
  published.append(leafHash(Buffer.from(hex, "hex")));
}
published.append(leafHash(Buffer.from("606162636465666768696a6b6c6d6e6f", "hex")));
const hex = (proof: readonly Buffer[]): string[] => proof.map((hash) => hash.toString("hex"));

const inclusionArbitrary = fc
  .integer({ min: 1, max: maxSize })
  .chain((size) => fc.record({ size: fc.constant(size), index: fc.nat({ max: size - 1 }) }));
const consistencyArbitrary = fc
  .integer({ min: 2, max: maxSize })
  .chain((toSize) =>
    fc.record({ toSize: fc.constant(toSize), fromSize: fc.integer({ min: 1, max: toSize - 1 }) }),
  );

const inclusionClaim = (index: number, size: number): InclusionClaim => ({
  index,
  size,
  leaf: tree.leaf(index),
  root: tree.root(size),
  proof: buildInclusionProof(tree, index, size),
});
const consistencyClaim = (fromSize: number, toSize: number): ConsistencyClaim => ({
  fromSize,
  fromRoot: tree.root(fromSize),
  toSize,
  toRoot: tree.root(toSize),
  proof: buildConsistencyProof(tree, fromSize, toSize),
});

function flip(hash: Uint8Array, bit: number): Buffer {
  const changed = Buffer.from(hash);
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return changed;
}

/** The proof with one hash changed, dropped, doubled or added. */
function corrupt(proof: readonly Uint8Array[], at: number, bit: number): Uint8Array[][] {
  const variants = [
    [...proof, Buffer.alloc(32)],
    [Buffer.alloc(32), ...proof],
  ];
  const hash = proof[at % Math.max(proof.length, 1)];
  if (hash === undefined) return variants;
  const i = at % proof.length;
  return [
    ...variants,
    proof.with(i, flip(hash, bit)),
    proof.toSpliced(i, 1),
    proof.toSpliced(i, 0, hash),
    proof.with(i, hash.subarray(1)),
  ];
}

describe("proofs", () => {
  it("AUD-2 are those that are published for the eight leaves", () => {
    expect(hex(buildInclusionProof(published, 0, 8))).toEqual([
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]);
    expect(hex(buildInclusionProof(published, 2, 3))).toEqual([
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    ]);
    expect(hex(buildConsistencyProof(published, 6, 8))).toEqual([
      "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]);
    expect(hex(buildConsistencyProof(published, 2, 5))).toEqual([
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ]);
  });

  it("AUD-2 convince for every leaf and every pair of sizes", () => {
    fc.assert(
      fc.property(inclusionArbitrary, ({ index, size }) =>
        verifyInclusion(inclusionClaim(index, size)),
      ),
    );
    fc.assert(
      fc.property(consistencyArbitrary, ({ fromSize, toSize }) =>
        verifyConsistency(consistencyClaim(fromSize, toSize)),
      ),
    );
  });

  it("AUD-2 convince nobody of another index, size, leaf, root or with a changed proof", () => {
    fc.assert(
      fc.property(
        inclusionArbitrary,
        fc.nat(),
        fc.nat({ max: 255 }),
        ({ index, size }, at, bit) => {
          const claim = inclusionClaim(index, size);
          const lies: InclusionClaim[] = [
            { ...claim, leaf: flip(claim.leaf, bit) },
            { ...claim, root: flip(claim.root, bit) },
            { ...claim, index: index + 1 },
            { ...claim, index: index - 1 },
            { ...claim, size: size * 2 },
            ...corrupt(claim.proof, at, bit).map((proof) => ({ ...claim, proof })),
          ];
          for (const lie of lies) expect(verifyInclusion(lie)).toBe(false);
        },
      ),
    );
    fc.assert(
      fc.property(consistencyArbitrary, fc.nat(), fc.nat({ max: 255 }), (sizes, at, bit) => {
        const claim = consistencyClaim(sizes.fromSize, sizes.toSize);
        const lies: ConsistencyClaim[] = [
          { ...claim, fromRoot: flip(claim.fromRoot, bit) },
          { ...claim, toRoot: flip(claim.toRoot, bit) },
          { ...claim, fromRoot: claim.toRoot, toRoot: claim.fromRoot },
          { ...claim, fromSize: 0 },
          { ...claim, fromSize: claim.toSize },
          { ...claim, toSize: claim.fromSize },
          { ...claim, toSize: claim.toSize * 2 },
          ...corrupt(claim.proof, at, bit).map((proof) => ({ ...claim, proof })),
        ];
        for (const lie of lies) expect(verifyConsistency(lie)).toBe(false);
      }),
    );
  });

  it("AUD-2 of nothing: the same size needs the same root, the empty tree its own root, no hashes", () => {
    const root = tree.root(9);
    const same = { fromSize: 9, fromRoot: root, toSize: 9, toRoot: root, proof: [] };
    expect(verifyConsistency(same)).toBe(true);
    expect(verifyConsistency({ ...same, toRoot: tree.root(8) })).toBe(false);
    expect(verifyConsistency({ ...same, proof: [root] })).toBe(false);
    const empty = { ...same, fromSize: 0, fromRoot: emptyRoot() };
    expect(verifyConsistency(empty)).toBe(true);
    expect(verifyConsistency({ ...empty, fromRoot: root })).toBe(false);
    expect(verifyConsistency({ ...empty, proof: [root] })).toBe(false);
    expect(buildConsistencyProof(tree, 0, 9)).toEqual([]);
    expect(buildConsistencyProof(tree, 9, 9)).toEqual([]);
  });

  it("end for sizes that are no sizes, instead of looping", () => {
    const claim = inclusionClaim(0, 2);
    for (const size of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
      expect(verifyInclusion({ ...claim, size })).toBe(false);
      expect(verifyInclusion({ ...claim, index: size, size: 4 })).toBe(false);
      const consistency = consistencyClaim(1, 2);
      expect(verifyConsistency({ ...consistency, toSize: size })).toBe(false);
      expect(verifyConsistency({ ...consistency, fromSize: size })).toBe(false);
    }
  });

  it("AUD-2 cannot be had beyond the tree", () => {
    expect(() => buildInclusionProof(tree, 5, 5)).toThrow(RangeError);
    expect(() => buildInclusionProof(tree, 0, maxSize + 1)).toThrow(RangeError);
    expect(() => buildConsistencyProof(tree, 6, 5)).toThrow(RangeError);
    expect(() => buildConsistencyProof(tree, 0, maxSize + 1)).toThrow(RangeError);
  });

  it("AUD-2 of a built tree are copies: writing to one does not change the tree", () => {
    const root = Buffer.from(tree.root(8));
    for (const hash of buildInclusionProof(tree, 3, 8)) hash.fill(0);
    expect(tree.root(8)).toEqual(root);
  });
});
