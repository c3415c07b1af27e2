import type { Commitment } from "./ids.ts";
import {
  durationInWords,
  exactDurationInWords,
  type Instant,
  instantInWords,
  secondsBetween,
} from "./instants.ts";
import type { OpenedStatement } from "./openings.ts";
import type { SecretPolicy } from "./policy.ts";
import type { RenderedField } from "./rendering-shape.ts";
import { type Assignment, ROLE_NAMES } from "./roles.ts";
import type { DeviceRef, PersonRef } from "./statement.ts";
import { DATA_CLASSIFICATIONS, TIERS } from "./taxonomy.ts";

/*
 * The phrases from which cards are made. Every word here is fixed; what varies comes from the statement
 * or from a text that opened.
 */

export const text = (label: string, value: string): RenderedField => ({
  label,
  value,
  face: "text",
});
export const mono = (label: string, value: string): RenderedField => ({
  label,
  value,
  face: "mono",
});
export const time = (label: string, at: Instant): RenderedField => ({
  label,
  value: at,
  face: "time",
});

/** A committed text, or its commitment where it does not open. */
export function committed(of: OpenedStatement, label: string, target: Commitment): RenderedField {
  const value = of.texts.get(target);
  return value === undefined ? { label, value: target, face: "unopened" } : text(label, value);
}

/** A person's name, or the person's id where the name does not open. */
export function person(of: OpenedStatement, label: string, who: NamedPerson): RenderedField {
  const value = of.texts.get(who.name);
  return value === undefined ? { label, value: who.person, face: "unopened" } : text(label, value);
}

type NamedPerson = Pick<PersonRef, "person" | "name">;

export function nameOf(of: OpenedStatement, who: NamedPerson): string {
  return inSentence(of.texts.get(who.name) ?? who.person);
}

export function signerName(of: OpenedStatement): string {
  return nameOf(of, of.statement.signer);
}

/** `the device “Olivia's laptop”`: quoted, because whoever enrolled it chose the words. */
export function deviceName(
  of: OpenedStatement,
  device: Pick<DeviceRef, "device" | "label">,
): string {
  const label = of.texts.get(device.label);
  return label === undefined ? `the device ${device.device}` : `the device “${inSentence(label)}”`;
}

const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * Sets off a text that runs from right to left between FSI and PDI (Unicode UAX 9, section 2.7), so that it
 * cannot reorder the words around it. A text itself may hold no such characters, hence cannot break out.
 */
function inSentence(opened: string): string {
  return RIGHT_TO_LEFT.test(opened) ? `\u2068${opened}\u2069` : opened;
}

/**
 * `until 2026-05-30 08:00 UTC, for 90 days`. Lengths count from the drafting of the statement, not from the
 * reading: an auditor reads the same words as the person who signed.
 */
export function untilInWords(of: OpenedStatement, end: Instant): string {
  const seconds = secondsBetween(of.statement.draftedAt, end);
  const length = seconds > 0 ? `for ${durationInWords(seconds)}` : "which is over already";
  return `until ${instantInWords(end)}, ${length}`;
}

/** `enrolled 3 days before`: before the statement was drafted. */
export function enrolledInWords(of: OpenedStatement, enrolledAt: Instant): string {
  const seconds = secondsBetween(enrolledAt, of.statement.draftedAt);
  return seconds < 60
    ? "enrolled less than a minute before"
    : `enrolled ${durationInWords(seconds)} before`;
}

export function lengthInWords(from: Instant, to: Instant): string {
  return exactDurationInWords(secondsBetween(from, to));
}

export function timesInWords(count: number): string {
  return count === 1 ? "once" : count === 2 ? "twice" : `${count} times`;
}

export function assignmentsInWords(of: readonly Assignment[]): string {
  return of.length === 0 ? "none" : of.map(assignmentInWords).join(", ");
}

function assignmentInWords(of: Assignment): string {
  return of.service === null ? ROLE_NAMES[of.role] : `${ROLE_NAMES[of.role]} of ${of.service}`;
}

/** What of `these` is not among `others`. */
export function assignmentsOnlyIn(
  these: readonly Assignment[],
  others: readonly Assignment[],
): Assignment[] {
  const known = new Set(others.map(assignmentInWords));
  return these.filter((it) => !known.has(assignmentInWords(it)));
}

/** The metadata of a secret in words, one entry a field. No name can look like the words in brackets: names have no spaces. */
export function policyInWords(
  of: SecretPolicy,
): readonly (readonly [label: string, value: string])[] {
  return [
    ["Owner", orNotGiven(of.owner)],
    ["Service", orNotGiven(of.service)],
    ["Data class", dataInWords(of.dataClassification)],
    ["Tier", knownOr(of.tier, TIERS, "not a known tier")],
    ["Rotation", rotationInWords(of.rotationPeriodDays)],
  ];
}

const COUNTS_AS_PERSONAL = "counts as personal data";

function dataInWords(classification: string | null): string {
  if (classification === "pii") return "pii (personal data)";
  if (classification === null || classification === "") {
    return `${orNotGiven(classification)} (${COUNTS_AS_PERSONAL})`;
  }
  return knownOr(classification, DATA_CLASSIFICATIONS, `not known: ${COUNTS_AS_PERSONAL}`);
}

function knownOr(value: string | null, known: readonly string[], remark: string): string {
  if (value === null || value === "") return orNotGiven(value);
  return known.includes(value) ? value : `${value} (${remark})`;
}

function orNotGiven(value: string | null): string {
  return value === null ? "not given" : value === "" ? "left empty" : value;
}

function rotationInWords(days: number | null): string {
  if (days === null) return "no period given";
  if (days === 0) return "never (0 days)";
  return days === 1 ? "every day" : `every ${days} days`;
}
