import { describe, expect, it } from "vitest";
import { Frontier } from "./frontier.ts";
import { HashTree } from "./hash-tree.ts";
import { emptyRoot, leafHash, nodeHash, splitPoint } from "./merkle.ts";

/** The eight leaves and roots that Certificate Transparency implementations publish and test with. */
const publishedLeaves = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map((hex) => Buffer.from(hex, "hex"));

const publishedRoots = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
].map((hex) => Buffer.from(hex, "hex"));

describe("the Merkle tree", () => {
  it("AUD-2 has the published root of the empty tree", () => {
    expect(emptyRoot().toString("hex")).toBe(
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
    expect(new Frontier().root()).toEqual(emptyRoot());
    expect(new HashTree().root()).toEqual(emptyRoot());
  });

  it("AUD-2 has the published roots, in the frontier and in the whole tree", () => {
    const frontier = new Frontier();
    const tree = new HashTree();
    publishedLeaves.forEach((entry, i) => {
      frontier.append(leafHash(entry));
      tree.append(leafHash(entry));
      expect(frontier.root()).toEqual(publishedRoots[i]);
      expect(tree.root()).toEqual(publishedRoots[i]);
    });
    publishedRoots.forEach((root, i) => {
      expect(tree.root(i + 1)).toEqual(root);
    });
  });

  it("AUD-2 keeps earlier roots while it grows over many chunks", () => {
    const frontier = new Frontier();
    const tree = new HashTree();
    const roots = new Map<number, Buffer>();
    for (let i = 0; i < 20_000; i += 1) {
      const leaf = leafHash(Buffer.from(`entry ${i}`));
      frontier.append(leaf);
      tree.append(leaf);
      if (i % 997 === 0 || i === 4_095 || i === 4_096) roots.set(i + 1, frontier.root());
    }
    expect(tree.root()).toEqual(frontier.root());
    for (const [size, root] of roots) expect(tree.root(size)).toEqual(root);
    expect(tree.leaf(12_345)).toEqual(leafHash(Buffer.from("entry 12345")));
  });

  it("AUD-2 tells a leaf from a node with the same content", () => {
    const [left, right] = [leafHash(Buffer.of(1)), leafHash(Buffer.of(2))];
    expect(leafHash(Buffer.concat([left, right]))).not.toEqual(nodeHash(left, right));
  });

  it("AUD-2 splits at the largest power of two below the size", () => {
    expect([2, 3, 4, 5, 8, 9].map(splitPoint)).toEqual([1, 2, 2, 4, 4, 8]);
  });

  it("refuses leaves of another length, and sizes and indices it does not have", () => {
    const tree = new HashTree();
    expect(() => tree.append(Buffer.alloc(31))).toThrow(RangeError);
    tree.append(Buffer.alloc(32));
    for (const size of [-1, 2, 0.5, Number.NaN]) expect(() => tree.root(size)).toThrow(RangeError);
    for (const index of [-1, 1, 0.5, Number.NaN])
      expect(() => tree.leaf(index)).toThrow(RangeError);
  });
});
