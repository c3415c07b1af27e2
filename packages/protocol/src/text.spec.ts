import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { aTextFor } from "../testing/arbitrary-values.ts";
import { OPENED_TEXT, TEXT_LABELS, tidyText } from "./text.ts";

// Properties over many statements or code points, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const opens = (text: string, label: (typeof TEXT_LABELS)[number] = "justification") =>
  OPENED_TEXT[label].safeParse(text).success;

/** Every code point that has the property, by the Unicode version of the engine that runs this. */
function codePointsWith(property: RegExp, except?: RegExp): number[] {
  const found: number[] = [];
  for (let point = 0; point <= 0x10ffff; point++) {
    const char = String.fromCodePoint(point);
    if (property.test(char) && except?.test(char) !== true) found.push(point);
  }
  return found;
}
const hex = (point: number) => `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;

describe("free text", () => {
  it("the list of labels names every label", () => {
    expect([...TEXT_LABELS].sort()).toEqual(Object.keys(OPENED_TEXT).sort());
  });

  it.each([
    ["bidirectional control", /\p{Bidi_Control}/u, 12],
    [
      "invisible (default ignorable: zero-width, tags, variation selectors, fillers)",
      /\p{Default_Ignorable_Code_Point}/u,
      4000,
    ],
    ["variation selector", /\p{Variation_Selector}/u, 260],
    ["control character other than line feed", /\p{Cc}/u, 64, /\n/],
    ["surrogate", /\p{Cs}/u, 2048],
    ["private use", /\p{Co}/u, 137_000],
    ["line or paragraph separator", /[\p{Zl}\p{Zp}]/u, 2],
    ["blank other than the space", /\p{White_Space}/u, 20, /[\n ]/],
    ["noncharacter", /\p{Noncharacter_Code_Point}/u, 66],
  ])("L6 refuses every %s", (_what, property, atLeast, except?: RegExp) => {
    const points = codePointsWith(property, except);
    expect(points.length).toBeGreaterThanOrEqual(atLeast);
    // All labels share one rule; the long lists are tried on one of them.
    const labels = points.length > 10_000 ? (["reason"] as const) : TEXT_LABELS;
    for (const label of labels) {
      const accepted = points.filter((point) => opens(`a${String.fromCodePoint(point)}b`, label));
      expect(accepted.map(hex)).toEqual([]);
    }
  });

  it("lets every letter of every script through, in NFC", () => {
    const letters = codePointsWith(/\p{L}/u, /\p{Default_Ignorable_Code_Point}/u);
    expect(letters.length).toBeGreaterThan(100_000);
    const refused = letters.filter((point) => !opens(String.fromCodePoint(point).normalize("NFC")));
    expect(refused.map(hex)).toEqual([]);
  });

  it.each([
    ["a decomposed accent", "e\u0301"],
    ["a singleton that NFC replaces", "\u212b"],
    ["a lone surrogate", "a\ud800"],
    ["nothing", ""],
    ["a blank in front", " a"],
    ["a line feed at the end", "a\n"],
    ["two blank lines", "a\n\n\nb"],
    ["blank lines with spaces in them", "a\n \n \nb"],
    ["a gap that could hide what follows", `a${" ".repeat(9)}b`],
    ["an accent with nothing to stand on", "\u0301a"],
    ["an accent on a space", "a \u0301"],
    ["a pile of accents", `a${"\u0336".repeat(5)}`],
    ["1,001 characters", "a".repeat(1001)],
  ])("L6 refuses %s", (_what, text) => {
    for (const label of TEXT_LABELS) expect(opens(text, label)).toBe(false);
  });

  it("keeps to the length of each label", () => {
    const most = {
      "person-name": 80,
      "device-label": 60,
      ticket: 80,
      justification: 1000,
      reason: 1000,
      description: 1000,
    } as const;
    for (const label of Object.keys(most) as (keyof typeof most)[]) {
      // keys of a literal object
      expect(opens("a".repeat(most[label]), label)).toBe(true);
      expect(opens("a".repeat(most[label] + 1), label)).toBe(false);
    }
  });

  it("ID-1 takes an account as an issuer, one blank and a subject of visible ASCII", () => {
    const issuer = "https://idp.example";
    const accounts = [`${issuer} olivia`, `http://localhost:9/realms/a ${"x".repeat(255)}`];
    for (const account of accounts) expect(opens(account, "account")).toBe(true);
    const others = [
      issuer,
      `${issuer} `,
      `${issuer}  olivia`,
      `${issuer} olivia hart`,
      `${issuer}\nolivia`,
      `${issuer} оlivia`,
      "olivia",
      `ftp://idp.example olivia`,
      `${issuer} ${"x".repeat(256)}`,
    ];
    for (const account of others) expect(opens(account, "account"), account).toBe(false);
  });

  it("L6 judges an over-long text by its length alone", () => {
    // Not in NFC either: a second issue would show that the text was looked at.
    const read = OPENED_TEXT.justification.safeParse("e\u0301".repeat(1_000_000));
    expect(read.error?.issues.map((it) => it.message)).toEqual([
      "justification: 1000 characters at most",
    ]);
  });

  it("keeps names, device labels and tickets on one line", () => {
    expect(opens("a\nb", "justification")).toBe(true);
    for (const label of ["person-name", "device-label", "ticket"] as const) {
      expect(opens("a\nb", label)).toBe(false);
    }
  });

  it.each([
    ["a Cyrillic О before Latin letters", "Оlivia Hart"],
    ["a Greek ο among Latin letters", "Sοphie"],
    ["full-width letters", "Ｏlivia Hart"],
    ["mathematical letters", "𝐎𝐥𝐢𝐯𝐢𝐚"],
    ["a ligature", "ﬁona"],
    ["quotation marks, which would end the quotation around it", "laptop” and anywhere else “x"],
    ["straight quotation marks", 'a "b"'],
    ["two spaces", "Olivia  Hart"],
  ])("L2 refuses %s in what stands in a sentence", (_what, text) => {
    expect(opens(text, "person-name")).toBe(false);
    expect(opens(text, "device-label")).toBe(false);
  });

  it.each([
    "Olivia Hart",
    "José Núñez",
    "O’Neill-Żak, jr.",
    "Ингрид Ларсен",
    "Ελένη",
    "نور حداد",
    "田中 一郎",
    "Nguyễn Văn A",
    "Anna Ивановна",
  ])("takes the name %s", (name) => {
    expect(opens(name, "person-name")).toBe(true);
  });
});

describe("tidyText", () => {
  it.each([
    ["e\u0301te\u0301", "été"],
    ["  a\u00a0b\t c \r\n\r\n\r\n\r\nd  \n", "a b  c\n\nd"],
    ["a\rb", "a\nb"],
    [`a${" ".repeat(40)}b`, `a${" ".repeat(8)}b`],
  ])("makes %j fit to be signed", (typed, tidy) => {
    expect(tidyText(typed)).toBe(tidy);
    expect(opens(tidy)).toBe(true);
  });

  it("leaves alone what is fit already, and does nothing the second time", () => {
    fc.assert(
      fc.property(aTextFor("justification"), (text) => {
        expect(tidyText(text)).toBe(text);
      }),
    );
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..." \n\r\t\u00a0ae\u0301.", "\r\n"), maxLength: 30 }),
        (typed) => {
          expect(tidyText(tidyText(typed))).toBe(tidyText(typed));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("does not repair what would change what is read", () => {
    expect(opens(tidyText("a\u202eb"))).toBe(false);
    expect(opens(tidyText("a\u200bb"))).toBe(false);
  });
});
