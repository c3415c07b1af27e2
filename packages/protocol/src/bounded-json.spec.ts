import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { strictParse } from "../testing/strict-json.ts";
import { BoundedJsonError, type Json, parseBoundedJson, STATEMENT_LIMITS } from "./bounded-json.ts";
import { utf8 } from "./bytes.ts";

// Properties over many statements or code points, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const WIDE = { maxBytes: 4_000_000, maxDepth: 64 };
const parse = (text: string, limits = WIDE) => parseBoundedJson(utf8(text), limits);

/** Why a text is refused; fails the test when it is not. */
function refusal(text: string | Uint8Array, limits = WIDE): string {
  try {
    parseBoundedJson(typeof text === "string" ? utf8(text) : text, limits);
  } catch (error) {
    if (error instanceof BoundedJsonError) return error.message;
    throw error;
  }
  throw new Error(`not refused: ${String(text).slice(0, 80)}`);
}

describe("parseBoundedJson", () => {
  it("reads what JSON.parse reads, within its bounds", () => {
    const text = ' {"a": [1, -2, true, false, null, "é\\u00e9\\n", {}, []], "": {"b": "x"}} ';
    expect(parse(text)).toEqual(JSON.parse(text));
    for (const bare of ["0", "-1", '""', "true", "null", "[]", "{}"]) {
      expect(parse(bare)).toEqual(JSON.parse(bare));
    }
  });

  it("L6 refuses a million levels in bounded time and without a stack overflow", () => {
    const started = performance.now();
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
      ['[{"a":', "}]"],
    ] as const) {
      const levels = 1_000_000;
      const deep = `${open.repeat(levels)}0${close.repeat(levels)}`;
      expect(refusal(deep, { maxBytes: 20_000_000, maxDepth: 12 })).toBe(
        "the JSON is deeper than 12 levels",
      );
    }
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it("L6 answers with a refusal even where a caller allows a million levels", () => {
    const deep = "[".repeat(1_000_000) + "]".repeat(1_000_000);
    expect(refusal(deep, { maxBytes: 4_000_000, maxDepth: 2_000_000 })).toBe(
      "the text is not JSON",
    );
  });

  it("counts depth exactly, and not inside of strings", () => {
    const limits = { maxBytes: 1000, maxDepth: 3 };
    expect(parse('[[["[[[[{{{{"]]]', limits)).toEqual([[["[[[[{{{{"]]]);
    expect(parse('[[[]],"\\"[[[[",[[]]]', limits)).toEqual([[[]], '"[[[[', [[]]]);
    expect(refusal("[[[[]]]]", limits)).toBe("the JSON is deeper than 3 levels");
    expect(refusal('{"a":{"b":{"c":{}}}}', limits)).toBe("the JSON is deeper than 3 levels");
  });

  it("L6 judges the size in bytes before it reads anything", () => {
    expect(parse(`"${"é".repeat(10)}"`, { maxBytes: 22, maxDepth: 1 })).toBe("é".repeat(10));
    expect(refusal(`"${"é".repeat(10)}"`, { maxBytes: 21, maxDepth: 1 })).toBe(
      "the JSON is larger than 21 bytes",
    );
    const huge = new Uint8Array(50_000_000).fill(0xff);
    // Neither UTF-8 nor JSON nor shallow, but it is the size that is named.
    expect(refusal(huge, STATEMENT_LIMITS)).toBe("the JSON is larger than 16384 bytes");
  });

  it("reads two megabytes of short members in linear time", () => {
    const text = `[${Array.from({ length: 400_000 }, (_, i) => i % 10).join(",")}]`;
    const started = performance.now();
    expect(parse(text)).toHaveLength(400_000);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it.each([
    ['{"a":1,"a":1}'],
    ['{"a":1,"\\u0061":2}'],
    ['{"\\u0061":1,"a":{"b":[1,2,3]}}'],
    ['{"a":{"b":[1,2,3]},"a":null}'],
    ['[{"x":[{"k":"","k":""}]}]'],
    ['{"":0,"":0}'],
    ['{"1":0,"1":0}'],
    ['{"a":[],"a":[]}'],
    ['{"a":{},"b":{},"a":{}}'],
    ['{"\\/":1,"/":1}'],
    ['{"constructor":1,"constructor":2}'],
  ])("refuses the repeated name in %s", (text) => {
    expect(refusal(text)).toBe("the JSON repeats a name");
  });

  it.each([
    "1.0",
    "0.5",
    "-0.5",
    "1e3",
    "1E3",
    "1e+3",
    "1e-3",
    "-0",
    "0e0",
    "0E-5",
    "-0.0",
    "1.5e300",
    "[1,-0]",
    '{"a":10e2}',
    "[0.0]",
  ])("refuses the number %s, which is not written as a plain whole number", (text) => {
    expect(refusal(text)).toBe("the JSON has a number that is not a plain whole number");
  });

  it.each(["9007199254740992", "-9007199254740992", "9007199254740993", "1".repeat(400)])(
    "refuses the number %s, which is not exact",
    (text) => {
      expect(refusal(text)).toBe("the JSON has a number beyond 2^53");
    },
  );

  it("keeps the largest exact numbers, and texts that look like odd numbers", () => {
    expect(parse("[9007199254740991,-9007199254740991]")).toEqual([
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
    ]);
    expect(parse('["-0","1.5","1e3",true,false,{"1e3":"-0"}]')).toEqual([
      "-0",
      "1.5",
      "1e3",
      true,
      false,
      { "1e3": "-0" },
    ]);
  });

  it.each(['{"__proto__":{"admin":true}}', '[{"a":{"\\u005f_proto__":1}}]'])(
    "refuses the name __proto__ in %s",
    (text) => {
      expect(refusal(text)).toBe("the JSON has a forbidden name");
    },
  );

  it.each([
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '{"\\ud800":1}',
    '"\\u0000"',
    '["a\\u0000b"]',
    '{"a\\u0000":1}',
  ])("refuses half a character or U+0000 in %s", (text) => {
    expect(refusal(text)).toBe("the JSON has half a character, or U+0000, in a text");
  });

  it("keeps a whole character that is written as two escapes", () => {
    expect(parse('"\\ud83d\\ude00"')).toBe("😀");
  });

  it.each([
    ["a byte order mark", "\ufeff{}"],
    ["trailing text", "{} x"],
    ["a second document", "{}{}"],
    ["a trailing comma", "[1,]"],
    ["a missing comma", "[1 2]"],
    ["a NUL after the end", "{}\u0000"],
    ["a raw NUL in a string", '"\u0000"'],
    ["a raw line feed in a string", '"\n"'],
    ["nothing", ""],
    ["blanks", "  "],
    ["an unfinished string", '"abc'],
    ["an unfinished escape", '"abc\\'],
    ["an unfinished object", '{"a":1'],
    ["a comment", "{}//"],
    ["single quotes", "{'a':1}"],
    ["a bare name", "{a:1}"],
    ["NaN", "NaN"],
    ["Infinity", "-Infinity"],
    ["a leading zero", "01"],
    ["a leading plus", "+1"],
    ["a no-break space", "\u00a0{}"],
    ["a form feed", "\f{}"],
    ["a bad escape", '"\\x41"'],
  ])("refuses %s", (_what, text) => {
    expect(refusal(text)).toBe("the text is not JSON");
  });

  it.each([
    ["a lone continuation byte", [0x22, 0x80, 0x22]],
    ["an overlong slash", [0x22, 0xc0, 0xaf, 0x22]],
    ["an encoded surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ["a cut sequence", [0x22, 0xe2, 0x82, 0x22]],
    ["UTF-16", [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ])("refuses %s as not UTF-8", (_what, bytes) => {
    expect(refusal(Uint8Array.from(bytes))).toBe("the JSON is not UTF-8");
  });

  it("quotes nothing of the input in a refusal", () => {
    for (const text of [
      '{"canary-7":1,"canary-7":2}',
      '{"__proto__":"canary-7"}',
      '"canary-7',
      '["canary-7",1.5]',
      '["canary-7\\ud800"]',
    ]) {
      expect(refusal(text)).not.toContain("canary");
    }
  });

  it("agrees with an independent strict parser on documents and on damaged documents", () => {
    let accepted = 0;
    let repeated = 0;
    fc.assert(
      fc.property(documents, (text) => {
        const expected = strictParse(text);
        let actual: { value: Json } | null;
        try {
          actual = { value: parse(text) };
          accepted += 1;
        } catch (error) {
          if (!(error instanceof BoundedJsonError)) throw error;
          if (error.message === "the JSON repeats a name") repeated += 1;
          actual = null;
        }
        expect(actual).toEqual(expected);
      }),
      { numRuns: 6000 },
    );
    // Both sides of the fence were visited, or the comparison says nothing.
    expect(accepted).toBeGreaterThan(100);
    expect(repeated).toBeGreaterThan(100);
  });
});

/* ---- JSON text with few names, so that names repeat; sometimes with one character changed */

const NAMES = ["a", "b", "\\u0061", "", "0", "\\u005c", "\\\\", "__proto__", "{", ",", "]"];
const SCALARS = [
  "0",
  "-7",
  "12",
  "true",
  "null",
  '""',
  '"a,b"',
  '"[{"',
  '"\\""',
  "1.5",
  "-0",
  "2e2",
  '"\\ud800"',
];
const blank = fc.constantFrom("", "", "", " ", "\n\t ");

const { value: anyText, object: objectText } = fc.letrec<{
  value: string;
  list: string;
  object: string;
}>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { arbitrary: fc.constantFrom(...SCALARS.slice(0, 9)), weight: 8 },
    { arbitrary: fc.constantFrom(...SCALARS), weight: 1 },
    { arbitrary: tie("list"), weight: 3 },
    { arbitrary: tie("object"), weight: 4 },
  ),
  list: fc
    .tuple(blank, fc.array(tie("value"), { maxLength: 4 }))
    .map(([gap, members]) => `[${gap}${members.join(`${gap},`)}]`),
  object: fc
    .tuple(blank, fc.array(fc.tuple(fc.constantFrom(...NAMES), tie("value")), { maxLength: 4 }))
    .map(
      ([gap, members]) => `{${gap}${members.map(([n, v]) => `"${n}"${gap}:${v}`).join(`,${gap}`)}}`,
    ),
}));

const damage = fc.tuple(fc.nat(), fc.constantFrom(...'{}[],:"\\0-e. \u0000a', ""));
const documents = fc
  .tuple(fc.oneof(objectText, anyText), fc.option(damage, { freq: 4 }))
  .map(([text, change]) => {
    if (change === null || text === "") return text;
    const [at, char] = change;
    const i = at % text.length;
    return text.slice(0, i) + char + text.slice(i + 1);
  });
