import { asDigest } from "@countersign/protocol/digest";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HashTree } from "../../ledger/domain/hash-tree.ts";
import { leafHash } from "../../ledger/domain/merkle.ts";
import { buildConsistencyProof } from "../../ledger/domain/proof.ts";
import { whyOtherHistory } from "./why-other-history.ts";

const tree = new HashTree();
const fork = new HashTree();
for (let at = 0; at < 200; at++) {
  tree.append(leafHash(Buffer.from(`entry ${at}`)));
  fork.append(leafHash(Buffer.from(at < 100 ? `entry ${at}` : `another ${at}`)));
}
const ledgerOf = (durable: number) => ({
  head: () => ({ size: durable, root: tree.root(durable) }),
  consistencyProof: async (from: number, to: number) => buildConsistencyProof(tree, from, to),
});
const naming = (size: number, of = tree) => ({
  checkpoint: { size, root: asDigest(of.root(Math.min(size, of.size))) },
});

describe("the checkpoint that a statement names", () => {
  it("AUD-2 holds where this ledger once had it, at every size", async () => {
    const sizes = fc.integer({ min: 0, max: 200 });
    await fc.assert(
      fc.asyncProperty(sizes, sizes, async (a, b) => {
        const [named, durable] = [Math.min(a, b), Math.max(a, b)];
        expect(await whyOtherHistory(ledgerOf(durable), naming(named))).toBeNull();
      }),
    );
  });

  it("AUD-2 L26 is refused by name where the root is another one, at every size", async () => {
    const sizes = fc.integer({ min: 0, max: 200 });
    const roots = fc.uint8Array({ minLength: 32, maxLength: 32 });
    await fc.assert(
      fc.asyncProperty(sizes, roots, async (size, bytes) => {
        const root = asDigest(bytes);
        const no = await whyOtherHistory(ledgerOf(200), { checkpoint: { size, root } });
        expect(no?.code).toBe("facts-differ");
        expect(no?.message).toContain(`${size} entries with the root ${root}`);
      }),
    );
  });

  it("AUD-2 is refused from the entry on at which the histories part", async () => {
    const codes = await Promise.all(
      [99, 100, 101, 150, 200].map(async (size) => {
        const no = await whyOtherHistory(ledgerOf(200), naming(size, fork));
        return no?.code ?? "its own";
      }),
    );
    expect(codes).toEqual(["its own", "its own", "facts-differ", "facts-differ", "facts-differ"]);
  });

  it("AUD-2 is refused where it is newer than anything durable", async () => {
    for (const size of [101, 200, Number.MAX_SAFE_INTEGER]) {
      expect((await whyOtherHistory(ledgerOf(100), naming(size)))?.code).toBe("facts-differ");
    }
  });
});
