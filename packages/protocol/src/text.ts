import { z } from "zod";

/**
 * Free text that people read before they sign: NFC, no control characters, no bidirectional
 * formatting, no invisible characters, no private use, so that what is shown is what is there [L6].
 */
const FORBIDDEN =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}\ue000-\uf8ff\u{f0000}-\u{10ffff}]/u;

const cleanText = (what: string, max: number) =>
  z
    .string()
    .max(max, `${what}: ${max} characters at most`)
    .refine(
      (text) => text.isWellFormed() && text.normalize("NFC") === text,
      `${what}: not in Unicode form NFC`,
    )
    .refine(
      (text) => !FORBIDDEN.test(text),
      `${what}: has an invisible, control or direction character`,
    )
    .refine((text) => text.trim() === text && text !== "", `${what}: empty, or blank at an end`);

const oneLine = (what: string, max: number) =>
  cleanText(what, max).refine((text) => !text.includes("\n"), `${what}: one line`);

/** What a commitment may open to, by its label. A commitment made for one label never opens as another. */
export const OPENED_TEXT = {
  "person-name": oneLine("name", 80),
  "device-label": oneLine("device label", 60),
  justification: cleanText("justification", 1000),
  ticket: oneLine("ticket", 80),
  reason: cleanText("reason", 1000),
  description: cleanText("description", 1000),
} as const satisfies Record<string, z.ZodType<string>>;

export type TextLabel = keyof typeof OPENED_TEXT;
export const TEXT_LABELS = [
  "person-name",
  "device-label",
  "justification",
  "ticket",
  "reason",
  "description",
] as const satisfies readonly TextLabel[];
