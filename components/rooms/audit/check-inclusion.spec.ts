import { hash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { checkInclusion, type InclusionProof } from "./check-inclusion.ts";

/*
 * The trees of these tests are built by the definition of RFC 6962 section 2.1, recursively and slowly,
 * with none of the code that is tested.
 */
const sha = (...parts: readonly Uint8Array[]) => hash("sha256", Buffer.concat(parts), "buffer");
const leaf = (entry: Buffer) => sha(Buffer.of(0), entry);
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");

function split(count: number): number {
  let k = 1;
  while (k * 2 < count) k *= 2;
  return k;
}
function rootOf(entries: readonly Buffer[]): Buffer {
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) return leaf(only);
  const k = split(entries.length);
  return sha(Buffer.of(1), rootOf(entries.slice(0, k)), rootOf(entries.slice(k)));
}
function pathOf(index: number, entries: readonly Buffer[]): Buffer[] {
  if (entries.length === 1) return [];
  const k = split(entries.length);
  return index < k
    ? [...pathOf(index, entries.slice(0, k)), rootOf(entries.slice(k))]
    : [...pathOf(index - k, entries.slice(k)), rootOf(entries.slice(0, k))];
}

const entriesOf = (size: number) =>
  Array.from({ length: size }, (_, at) => Buffer.from(`{"entry":${at}}`));

function claim(index: number, size: number): InclusionProof {
  const entries = entriesOf(size);
  return {
    entry: text(entries[index] ?? Buffer.of()),
    leafHash: text(leaf(entries[index] ?? Buffer.of())),
    index,
    size,
    proof: pathOf(index, entries).map(text),
    root: text(rootOf(entries)),
  };
}

const flip = (of: string) => (of.startsWith("A") ? "B" : "A") + of.slice(1);

describe("AUD-2 an inclusion proof, checked in the page", () => {
  it("holds for every entry of every tree of up to 33 entries", async () => {
    for (let size = 1; size <= 33; size += 1) {
      for (let index = 0; index < size; index += 1) {
        expect([size, index, await checkInclusion(claim(index, size))]).toEqual([
          size,
          index,
          "included",
        ]);
      }
    }
  });

  it("fails for another entry, root, index, size, and for each hash that is changed or left out", async () => {
    const good = claim(5, 13);
    const wrong: readonly InclusionProof[] = [
      { ...good, entry: text(Buffer.from('{"entry":6}')) },
      { ...good, leafHash: flip(good.leafHash) },
      { ...good, entry: null, leafHash: flip(good.leafHash) },
      { ...good, root: flip(good.root) },
      { ...good, index: 4 },
      { ...good, index: 7 },
      { ...good, size: 6 },
      { ...good, proof: [] },
      { ...good, proof: [...good.proof, good.root] },
      ...good.proof.map((_, at) => ({ ...good, proof: good.proof.filter((_, i) => i !== at) })),
      ...good.proof.map((_, at) => ({
        ...good,
        proof: good.proof.map((it, i) => (i === at ? flip(it) : it)),
      })),
    ];
    for (const each of wrong) expect(await checkInclusion(each)).toBe("not-included");
  });

  it("a node of the tree does not pass for an entry", async () => {
    const entries = entriesOf(2);
    const [first = Buffer.of(), second = Buffer.of()] = entries.map(leaf);
    const node = Buffer.concat([first, second]);
    const root = text(rootOf(entries));
    const posing = { index: 0, size: 1, proof: [], root };
    for (const leafHash of [text(leaf(node)), root])
      expect(await checkInclusion({ ...posing, entry: text(node), leafHash })).toBe("not-included");
  });

  it("what is no proof at all is malformed, never an exception", async () => {
    const good = claim(0, 2);
    const odd: readonly InclusionProof[] = [
      { ...good, index: -1 },
      { ...good, index: 2 },
      { ...good, index: 0.5 },
      { ...good, size: Number.NaN },
      { ...good, size: 2 ** 60 },
      { ...good, entry: "not base64!" },
      { ...good, root: "AAAA" },
      { ...good, leafHash: "" },
      { ...good, proof: ["AAAA"] },
      { ...good, proof: ["*"] },
    ];
    for (const each of odd) expect(await checkInclusion(each)).toBe("malformed");
  });

  it("holds for the published tree of one empty entry, whose root is 6e340b9c…, in either alphabet", async () => {
    const known = Buffer.from(
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "hex",
    );
    const [leafHash, root] = [text(known), known.toString("base64")];
    const of = { entry: "", leafHash, index: 0, size: 1, proof: [], root };
    expect(await checkInclusion(of)).toBe("included");
    expect(await checkInclusion({ ...of, entry: null })).toBe("included");
  });
});
