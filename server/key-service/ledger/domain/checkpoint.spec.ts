import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCheckpoint, parseCheckpoint } from "./checkpoint.ts";
import { HashTree } from "./hash-tree.ts";
import { findDifference } from "./history.ts";
import { leafHash } from "./merkle.ts";

const root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
const text = `example.com/behind-the-sofa\n20852163\n${root}\n`;

describe("a checkpoint", () => {
  it("AUD-2 of the specification is read as it says", () => {
    expect(parseCheckpoint(text)).toEqual({
      ok: true,
      value: {
        origin: "example.com/behind-the-sofa",
        size: 20_852_163,
        root: Buffer.from(root, "base64"),
      },
    });
  });

  it("AUD-2 parses to what was formatted", () => {
    const checkpoint = fc.record({
      origin: fc.string({ minLength: 1, unit: "grapheme" }).filter((o) => !o.includes("\n")),
      size: fc.maxSafeNat(),
      root: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((b) => Buffer.from(b)),
    });
    fc.assert(
      fc.property(checkpoint, (original) => {
        expect(parseCheckpoint(formatCheckpoint(original))).toEqual({ ok: true, value: original });
      }),
    );
  });

  it("may carry extension lines, which say nothing to us", () => {
    expect(parseCheckpoint(`${text}extension\n`).ok).toBe(true);
  });

  const malformed: readonly (readonly [string, string])[] = [
    ["an empty text", ""],
    ["two lines", "origin\n1\n"],
    ["no newline at the end", text.slice(0, -1)],
    ["an empty origin", text.replace(/^.*\n/, "\n")],
    ["an empty extension line", `${text}\n`],
    ["a leading zero", text.replace("20852163", "020852163")],
    ["a sign", text.replace("20852163", "+20852163")],
    ["a size beyond 2^53", text.replace("20852163", "9007199254740993")],
    ["hexadecimal", text.replace("20852163", "0x10")],
    ["a short root", text.replace(root, "AAAA")],
    ["base64url", text.replace("/Xajj7", "_Xajj7")],
    ["a root without padding", text.replace("=\n", "\n")],
  ];
  for (const [what, candidate] of malformed) {
    it(`is malformed with ${what}`, () => {
      expect(parseCheckpoint(candidate)).toEqual({ ok: false, error: "checkpoint-malformed" });
    });
  }
});

describe("what somebody remembers of the ledger", () => {
  const tree = new HashTree();
  for (let i = 0; i < 7; i += 1) tree.append(leafHash(Buffer.of(i)));
  const remember = (size: number, hash: Buffer) =>
    findDifference(tree, { source: "witness w1", size, root: hash });

  it("AUD-2 agrees with every earlier state of the same tree", () => {
    for (let size = 0; size <= 7; size += 1) expect(remember(size, tree.root(size))).toBeNull();
  });

  it("AUD-2 differs from a shorter and from a changed tree, naming source, sizes and roots", () => {
    expect(remember(8, tree.root(7))).toMatch(
      /^witness w1 remembers 8 entries .* only 7 entries .*missing$/,
    );
    const other = leafHash(Buffer.of(9));
    const sentence = remember(5, other);
    expect(sentence).toContain(other.toString("base64"));
    expect(sentence).toContain(tree.root(5).toString("base64"));
    expect(sentence).toMatch(/entries were changed$/);
  });
});
