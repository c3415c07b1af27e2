import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CborInput, writeCbor } from "../../../../scripts/authenticator/cbor-writer.ts";
import { readCbor } from "./cbor.ts";

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(" ", ""), "hex");

/** RFC 8949, appendix A: those that an attestation object may hold. */
const EXAMPLES: [hex: string, value: unknown][] = [
  ["00", 0],
  ["17", 23],
  ["18 18", 24],
  ["18 64", 100],
  ["19 03e8", 1000],
  ["1a 000f4240", 1_000_000],
  ["20", -1],
  ["38 63", -100],
  ["39 03e7", -1000],
  ["f4", false],
  ["f5", true],
  ["40", new Uint8Array()],
  ["44 01020304", bytes("01020304")],
  ["60", ""],
  ["62 c3bc", "ü"],
  ["64 f0908591", "𐅑"],
  ["80", []],
  ["83 01 02 03", [1, 2, 3]],
  ["83 01 82 02 03 82 04 05", [1, [2, 3], [4, 5]]],
  ["a0", new Map()],
  [
    "a2 01 02 03 04",
    new Map([
      [1, 2],
      [3, 4],
    ]),
  ],
  [
    "a2 61 61 01 61 62 82 02 03",
    new Map<string, unknown>([
      ["a", 1],
      ["b", [2, 3]],
    ]),
  ],
];

const REFUSED: [why: string, hex: string][] = [
  ["nothing", ""],
  ["two items", "00 00"],
  ["an item that is cut", "44 010203"],
  ["a number in a longer form than it needs", "18 17"],
  ["a length in a longer form than it needs", "58 01 00"],
  ["16 bits where 8 do", "19 00ff"],
  ["32 bits where 16 do", "1a 0000ffff"],
  ["a number of 64 bits", "1b 000000e8d4a51000"],
  ["a reserved length", "1c"],
  ["an indefinite text", "7f 61 61 ff"],
  ["an indefinite list", "9f 01 ff"],
  ["an indefinite map", "bf 01 02 ff"],
  ["a break alone", "ff"],
  ["a tag", "c1 1a 514b67b0"],
  ["a float", "f9 3c00"],
  ["null", "f6"],
  ["undefined", "f7"],
  ["a simple value", "f0"],
  ["text that is not UTF-8", "62 c328"],
  ["a name twice", "a2 01 02 01 03"],
  ["a list as a name", "a1 80 01"],
  ["bytes as a name", "a1 41 01 01"],
  ["a map that is cut", "a2 01 02"],
  ["seven levels", "81 81 81 81 81 81 00"],
];

describe("CBOR", () => {
  it.each(EXAMPLES)("reads %s of RFC 8949", (hex, value) => {
    const read = readCbor(bytes(hex));
    const plain = read instanceof Uint8Array ? Buffer.from(read) : read;
    expect(plain).toEqual(value instanceof Uint8Array ? Buffer.from(value) : value);
  });

  it.each(REFUSED)("L6 refuses %s (%s)", (_, hex) => {
    expect(readCbor(bytes(hex))).toBeNull();
  });

  it("has one spelling for what it reads: written again it is the same bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (input) => {
        const read = readCbor(input);
        if (read === null) return;
        // What is read is what can be written; the two types differ in being read-only.
        expect(writeCbor(read as CborInput)).toEqual(Buffer.from(input));
      }),
      { numRuns: 20_000 },
    );
  });

  it("reads what was written", () => {
    const leaf = fc.oneof(
      fc.integer({ min: -(2 ** 32), max: 2 ** 32 - 1 }),
      fc.boolean(),
      fc.string({ unit: "grapheme" }),
    );
    const tree = fc.oneof(
      leaf,
      fc.array(leaf),
      fc
        .uniqueArray(fc.tuple(fc.string(), leaf), { selector: ([name]) => name })
        .map((it) => new Map(it)),
    );
    fc.assert(
      fc.property(tree, (value) => {
        expect(readCbor(writeCbor(value))).toEqual(value);
      }),
    );
  });
});
