import * as z from "zod";

/*
 * Free text that people read before they sign: what is shown is what is there [L6]. The rules belong to
 * version 1 of the statements. A text that a rule refuses no longer opens, so a rule may be relaxed later,
 * never tightened for statements that exist.
 */

/**
 * Code points that are not seen, change the direction of what is around them, or mean nothing. Written
 * out rather than as `\p{…}`, so that every engine, whatever its Unicode version, judges alike; the spec
 * compares them with the properties. First and last code point of each range.
 */
const FORBIDDEN_RANGES: readonly (readonly [first: number, last: number])[] = [
  [0x0000, 0x0009], // controls; line feed is U+000A
  [0x000b, 0x001f],
  [0x007f, 0x00a0], // controls, no-break space
  [0x00ad, 0x00ad], // soft hyphen
  [0x034f, 0x034f], // combining grapheme joiner
  [0x061c, 0x061c], // Arabic letter mark
  [0x115f, 0x1160], // Hangul fillers
  [0x1680, 0x1680], // blank
  [0x17b4, 0x17b5], // invisible vowels
  [0x180b, 0x180f], // Mongolian variation selectors, vowel separator
  [0x2000, 0x200f], // blanks, zero-width, direction marks
  [0x2028, 0x202f], // separators, embeddings and overrides, narrow no-break space
  [0x205f, 0x206f], // blank, joiners, isolates, deprecated formatting
  [0x2800, 0x2800], // braille blank
  [0x3000, 0x3000], // ideographic blank
  [0x3164, 0x3164], // Hangul filler
  [0xd800, 0xf8ff], // surrogates, private use
  [0xfdd0, 0xfdef], // noncharacters
  [0xfe00, 0xfe0f], // variation selectors
  [0xfeff, 0xfeff], // byte order mark
  [0xffa0, 0xffa0], // Hangul filler
  [0xfff0, 0xfffb], // default ignorables, interlinear annotation
  [0xfffe, 0xffff], // noncharacters, here and at the end of each plane
  [0x1_bca0, 0x1_bca3], // shorthand format controls
  [0x1_d159, 0x1_d159], // null notehead
  [0x1_d173, 0x1_d17a], // musical format controls
  [0x1_fffe, 0x1_ffff],
  [0x2_fffe, 0x2_ffff],
  [0x3_fffe, 0x10_ffff], // planes without characters, tags, variation selectors, private use
];
const hex = (codePoint: number) => `\\u{${codePoint.toString(16)}}`;
const FORBIDDEN_CLASS = `[${FORBIDDEN_RANGES.map(([first, last]) => `${hex(first)}-${hex(last)}`).join("")}]`;
const FORBIDDEN = new RegExp(FORBIDDEN_CLASS, "u");
const EACH_FORBIDDEN = new RegExp(FORBIDDEN_CLASS, "gu");

/** For showing a text that nobody has judged: what could not be signed becomes U+FFFD, one for one. Keeps line feeds. */
export function showHidden(text: string): string {
  return text.replace(EACH_FORBIDDEN, "\ufffd");
}

/** A mark with nothing to stand on, or a pile of them that would cover the lines around it. */
const STRAY_MARKS = /(?:^|[\n ])\p{M}|\p{M}{5}/u;

/** Blank lines that would push what follows out of sight. */
const GAP = /\n *\n *\n| {9}/;

const cleanText = (what: string, max: number) =>
  z
    .string()
    .max(max, { abort: true, error: `${what}: ${max} characters at most` })
    .refine(
      (text) => text.isWellFormed() && text.normalize("NFC") === text,
      `${what}: not in Unicode form NFC`,
    )
    .refine(
      (text) => !FORBIDDEN.test(text),
      `${what}: has an invisible, control or direction character`,
    )
    .refine(
      (text) => !STRAY_MARKS.test(text),
      `${what}: has accents without a letter, or too many on one`,
    )
    .refine((text) => !GAP.test(text), `${what}: has more than one blank line, or a wide gap`)
    .refine((text) => text.trim() === text && text !== "", `${what}: empty, or blank at an end`);

const oneLine = (what: string, max: number) =>
  cleanText(what, max).refine((text) => !text.includes("\n"), `${what}: one line`);

const WORD = /[\p{L}\p{M}]+/gu;
const LATIN = /\p{Script=Latin}/u;
const LATIN_LOOK_ALIKE =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Lisu}]/u;

function mixesAlphabets(text: string): boolean {
  return (text.match(WORD) ?? []).some((word) => LATIN.test(word) && LATIN_LOOK_ALIKE.test(word));
}

/**
 * What stands in the middle of a sentence: in plain letter forms (NFKC, so no full-width or mathematical
 * look-alikes), one alphabet a word, and without double quotation marks, because it is shown between them.
 */
const label = (what: string, max: number) =>
  oneLine(what, max)
    .refine((text) => text.normalize("NFKC") === text, `${what}: has letters in a special form`)
    .refine((text) => !mixesAlphabets(text), `${what}: mixes alphabets in one word`)
    .refine((text) => !/["“”„‟«»]/.test(text), `${what}: no quotation marks`)
    .refine((text) => !text.includes("  "), `${what}: one space at a time`);

/**
 * An account at an identity provider, as `accountText` writes it: issuer, one blank, subject. Visible ASCII:
 * the two parts are compared by machines, and shown in fields of their own.
 */
const account = z
  .string()
  .max(456, { abort: true, error: "account: 456 characters at most" })
  .regex(/^https?:\/\/[!-~]{1,192} [!-~]{1,255}$/, "account: an issuer, one blank, a subject");

/** What a commitment may open to, by its label. A commitment made for one label never opens as another. */
export const OPENED_TEXT = {
  "person-name": label("name", 80),
  "device-label": label("device label", 60),
  justification: cleanText("justification", 1000),
  ticket: oneLine("ticket", 80),
  reason: cleanText("reason", 1000),
  description: cleanText("description", 1000),
  account,
} as const satisfies Record<string, z.ZodType<string>>;

export type TextLabel = keyof typeof OPENED_TEXT;
export const TEXT_LABELS = [
  "person-name",
  "device-label",
  "justification",
  "ticket",
  "reason",
  "description",
  "account",
] as const satisfies readonly TextLabel[];

/**
 * What somebody typed or pasted, in the one spelling that may be signed: NFC, line ends as line feeds,
 * every other blank as a space, no blanks at the ends of lines, one blank line at most. Changes nothing
 * that is read; whatever else is wrong stays, and is refused by `OPENED_TEXT`.
 */
export function tidyText(typed: string): string {
  return typed
    .normalize("NFC")
    .replace(/\r\n?/g, "\n")
    .replace(/[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, " ")
    .replace(/ +$/gm, "")
    .replace(/ {9,}/g, "        ")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
