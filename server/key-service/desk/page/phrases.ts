import {
  durationInWords,
  type Instant,
  instantInWords,
  toMilliseconds,
} from "@countersign/protocol/instants";
import { el } from "./dom.ts";

/** `3 minutes ago`, `in 2 hours`, `now`; the reader's own clock says what is now. */
export function relativeInWords(at: Instant, nowMs: number): string {
  const seconds = Math.round((toMilliseconds(at) - nowMs) / 1000);
  if (Math.abs(seconds) < 60) return seconds < 0 ? "just now" : "in less than a minute";
  const [largest = ""] = /^\d+ \w+/.exec(durationInWords(Math.abs(seconds))) ?? [];
  return seconds < 0 ? `${largest} ago` : `in ${largest}`;
}

/** Relative, with the exact UTC on hover: for lists. */
export function relativeTime(at: Instant): HTMLElement {
  return el("time", { datetime: at, title: instantInWords(at) }, relativeInWords(at, Date.now()));
}

/** Exact, with how far it is: for details. */
export function exactTime(at: Instant): HTMLElement {
  const far = relativeInWords(at, Date.now());
  return el(
    "time",
    { datetime: at, title: at },
    instantInWords(at),
    el("span", { class: "aside" }, ` (${far})`),
  );
}

/** A name, id or digest in the mono face, which may break after each slash. One click selects it whole. */
export function name(text: string): HTMLElement {
  const parts = text.split(/(?<=\/)/);
  return el(
    "code",
    { class: "name" },
    ...parts.flatMap((part, i) => (i === 0 ? [part] : [el("wbr"), part])),
  );
}

const PATHLIKE = /([a-z0-9][a-z0-9.-]*(?:\/[a-z0-9.-]+)+|spiffe:\/\/\S+)/;

/** Prose in which names with slashes are set as names. Nothing is added to or taken from the text. */
export function prose(text: string): (Node | string)[] {
  return text.split(PATHLIKE).map((part, i) => (i % 2 === 1 ? name(part) : part));
}

export function joinInWords(items: readonly string[], word: "and" | "or"): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} ${word} ${last}`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A sentence of ours or of the key service, in which commands stand between backticks. */
export function sentence(text: string): (Node | string)[] {
  return text.split("`").map((part, i) => (i % 2 === 1 ? el("code", {}, part) : part));
}
