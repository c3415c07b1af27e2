import oracle from "canonicalize";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { BoundedJsonError, type Json } from "./bounded-json.ts";
import { fromUtf8, utf8 } from "./bytes.ts";
import { canonicalise, parseCanonical } from "./canonical.ts";

// Properties over many statements or code points, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const LIMITS = { maxBytes: 1_000_000, maxDepth: 64 };

/** JSON that the protocol knows: whole numbers, well-formed text, no `__proto__`, no U+0000. */
const wellFormed = fc
  .string({ unit: "binary", maxLength: 12 })
  .map((text) => text.toWellFormed().replaceAll("\0", "0"));
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, "", '\u2028\u2029\u007f\b\f\n\r\t"\\/'),
    fc.maxSafeInteger().map((n) => (Object.is(n, -0) ? 0 : n)),
    wellFormed,
    fc.array(tie("json"), { maxLength: 5 }),
    fc
      .array(fc.tuple(wellFormed, tie("json")), { maxLength: 5 })
      .map((members) => Object.fromEntries(members.filter(([name]) => name !== "__proto__"))),
  ),
}));

describe("canonicalise", () => {
  it("sorts names by UTF-16 code units, as RFC 8785 section 3.2.3 shows", () => {
    const example = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    };
    expect(Object.values(JSON.parse(canonicalise(example)))).toHaveLength(7);
    expect(canonicalise(example)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis",' +
        '"\u20ac":"Euro Sign","\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  it("writes literals and strings as RFC 8785 section 3.2.2 shows", () => {
    const example = {
      string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\u002f",
      literals: [null, true, false],
    };
    expect(canonicalise(example)).toBe(
      '{"literals":[null,true,false],"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it("sorts below the top, and keeps the order of lists (RFC 8785, arrays and structures of the test suite)", () => {
    expect(canonicalise([56, { d: true, "10": null, "1": [] }])).toBe(
      '[56,{"1":[],"10":null,"d":true}]',
    );
    expect(
      canonicalise({
        "1": { f: { f: "hi", F: 5 }, "\n": 56 },
        "10": {},
        "": "empty",
        a: {},
        "111": [{ e: "yes", E: "no" }],
        A: {},
      }),
    ).toBe(
      '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}}',
    );
  });

  it.each([
    [0, "0"],
    [9007199254740991, "9007199254740991"],
    [-9007199254740991, "-9007199254740991"],
  ])("writes the whole number %d as RFC 8785 appendix B does", (value, text) => {
    expect(canonicalise(value)).toBe(text);
  });

  it("agrees with an independent implementation on arbitrary documents", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalise(value)).toBe(oracle(value));
      }),
      { numRuns: 1000 },
    );
  });

  it("does not depend on the order in which members were added", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalise(reversed(value))).toBe(canonicalise(value));
      }),
    );
  });

  it("is undone by parsing: parse ∘ canonicalise and canonicalise ∘ parse are the identity", () => {
    fc.assert(
      fc.property(
        json.filter((value) => value !== null),
        (value) => {
          const bytes = utf8(canonicalise(value));
          const parsed = parseCanonical(bytes, LIMITS);
          expect(parsed).toEqual(value);
          expect(canonicalise(parsed)).toBe(fromUtf8(bytes));
        },
      ),
      { numRuns: 1000 },
    );
  });

  const sparse = [1, 2];
  delete sparse[0];
  it.each([
    ["a float", 1.5],
    ["negative zero", -0],
    ["a number beyond 2^53", 2 ** 53],
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["a lone surrogate", "\ud800"],
    ["a lone surrogate in a name", { "\udc00": 1 }],
    ["undefined", undefined],
    ["an undefined member", { a: undefined }],
    ["a hole in a list", sparse],
    ["a bigint", 1n],
    ["a function", () => 1],
    ["a symbol", Symbol("x")],
    ["a date", new Date(0)],
    ["a map", new Map()],
    ["bytes", new Uint8Array(2)],
    ["an object with another prototype", Object.create({ inherited: 1 })],
  ])("refuses %s instead of converting it", (_what, value) => {
    expect(() => canonicalise(value)).toThrow(TypeError);
    expect(() => canonicalise([{ deep: value }])).toThrow(TypeError);
  });
});

describe("parseCanonical", () => {
  it.each([
    ["a space", '{"a": 1}'],
    ["another order", '{"b":1,"a":2}'],
    ["an escape that is not needed", '"\\u0061"'],
    ["an upper-case escape", '"\\u001F"'],
    ["an escaped slash", '"\\/"'],
    ["a final line feed", "{}\n"],
    ["a bare null", "null"],
  ])("gives null for %s", (_what, text) => {
    expect(parseCanonical(utf8(text), LIMITS)).toBeNull();
  });

  it("takes no other spelling of a document than the canonical one", () => {
    fc.assert(
      fc.property(json, fc.constantFrom(1, 2, "\t"), (value, indent) => {
        const spelling = JSON.stringify(value, null, indent);
        const canonical = canonicalise(value);
        fc.pre(spelling !== canonical);
        expect(parseCanonical(utf8(spelling), LIMITS)).toBeNull();
      }),
    );
  });

  it("passes on the refusals of the parser", () => {
    expect(() => parseCanonical(utf8('{"a":1,"a":1}'), LIMITS)).toThrow(BoundedJsonError);
    expect(() => parseCanonical(utf8("-0"), LIMITS)).toThrow(BoundedJsonError);
    expect(() => parseCanonical(utf8('"\\ud800"'), LIMITS)).toThrow(BoundedJsonError);
  });
});

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}
