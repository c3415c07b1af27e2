import type { Digest } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import type { RenderedField, Rendering } from "@countersign/protocol/rendering";
import { type Child, el, icon, put } from "./dom.ts";
import { hasUnopened, type WordsToCompare } from "./opened-drafts.ts";
import { exactTime, name, prose, relativeTime } from "./phrases.ts";

/**
 * The statement card: title, sentences, what it is about, fields, the four words, signature lines. The one
 * rendering of the protocol, set in type; no word of it is made here.
 */
export function statementCard(of: {
  card: Rendering;
  /** `h1` for the one card of a page. */
  heading: "h1" | "h2";
  /** Above the title, e.g. `2 of 3`. */
  eyebrow: string;
  /** Whether this takes something away from somebody, for good. */
  revokes: boolean;
  /** Those of the statement where left out. */
  words?: WordsToCompare;
  /** Why this must not be signed, or null. */
  warning?: string | null;
  lines: Child;
}): HTMLElement {
  const { card } = of;
  const id = `card-${card.digest.slice(0, 12)}`;
  return el(
    "article",
    { class: of.revokes ? "card revoking" : "card", "aria-labelledby": id },
    el("p", { class: "eyebrow" }, of.revokes && icon("stop"), of.eyebrow),
    el(of.heading, { id, class: "title" }, ...prose(card.title)),
    warning(of.warning ?? (hasUnopened(card) ? UNOPENED : null)),
    ...card.sentences.map((it) => el("p", { class: "sentence" }, ...prose(it))),
    card.about !== null && aboutCard(card.about, card.title.endsWith(card.about.title)),
    fieldTable(card.fields),
    wordsBlock(
      card.digest,
      of.words ?? { says: "The four words of this statement:", words: card.words },
    ),
    of.lines,
  );
}

/** Where the title above ends with this one's, only those who hear the page are told it again. */
function aboutCard(about: Rendering, isTold: boolean): HTMLElement {
  const id = `about-${about.digest.slice(0, 12)}`;
  return el(
    "div",
    { class: "about", role: "group", "aria-labelledby": id },
    el("h2", { id, class: isTold ? "visually-hidden" : "subtitle" }, ...prose(about.title)),
    ...about.sentences.map((it) => el("p", { class: "sentence" }, ...prose(it))),
    fieldTable(about.fields),
  );
}

const ID_OR_DIGEST = /^(?:[a-z]-[0-9a-z]{26}|[A-Za-z0-9_-]{22,})$/;

/** Every field is shown; ids and digests, which nobody reads aloud, stand small below the others. */
function fieldTable(fields: readonly RenderedField[]): HTMLElement {
  const isId = (it: RenderedField) => it.face === "mono" && ID_OR_DIGEST.test(it.value);
  const list = (kind: string, of: readonly RenderedField[]) =>
    el(
      "dl",
      { class: kind },
      ...of.map((it) => el("div", {}, el("dt", {}, it.label), fieldValue(it))),
    );
  const ids = fields.filter(isId);
  return el(
    "div",
    {},
    list(
      "fields",
      fields.filter((it) => !isId(it)),
    ),
    ids.length > 0 && list("ids", ids),
  );
}

function fieldValue({ value, face }: RenderedField): HTMLElement {
  switch (face) {
    case "text":
      return el("dd", { class: "prose" }, ...prose(value));
    case "mono":
      return el("dd", {}, name(value));
    case "time":
      return el("dd", {}, exactTime(value as Instant)); // a field of this face holds an instant
    case "unopened":
      return el(
        "dd",
        { class: "unopened" },
        el("span", { class: "mark" }, icon("notice"), "not opened"),
        name(value),
      );
  }
}

const UNOPENED =
  "Some parts could not be opened and show as ids, marked “not opened”. Sign only if you know what they are.";

function warning(text: string | null): Child {
  return text !== null && el("p", { class: "notice" }, icon("notice"), text);
}

function wordsBlock(digest: Digest, { says, words }: WordsToCompare): HTMLElement {
  const id = `words-${digest.slice(0, 12)}`;
  return el(
    "div",
    { class: "words", role: "group", "aria-labelledby": id },
    el("p", { id }, says),
    el("ol", {}, ...words.map((word) => el("li", {}, word))),
    el("p", { class: "digest" }, name(digest)),
  );
}

export type Line = {
  /** Whose line it is: roles, or a name. */
  readonly whose: string;
  readonly signed: {
    readonly name: string;
    readonly role: string;
    readonly credential: string;
    readonly at: Instant | null;
    /** Index of the ledger entry; null while it is not in the ledger. */
    readonly index: number | null;
  } | null;
  /** Under an empty line: who could sign. */
  readonly hint?: string;
};

/** Progress of an approval: lines that fill in, never a percentage. */
export function signatureLines(lines: readonly Line[], label = "Signatures"): HTMLElement {
  return el("ol", { class: "lines", "aria-label": label }, ...lines.map(signatureLine));
}

/** The same lines where many stand on a page. */
export function compactLines(lines: readonly Line[]): HTMLElement {
  const items = lines.map(({ whose, signed }) => {
    if (signed === null) return emptyLine(whose, false);
    const when = signed.at === null ? [] : [", ", relativeTime(signed.at)];
    const [seal, where] =
      signed.index === null
        ? [icon("clock"), "not in the ledger yet"]
        : [icon("seal"), "in the ledger"];
    return el(
      "li",
      { class: "line signed" },
      el("span", { class: "rule" }, signed.name),
      el("span", { class: "sealed" }, seal, el("span", {}, `${signed.role}, ${where}`, ...when)),
    );
  });
  return el("ol", { class: "lines compact", "aria-label": "Signatures" }, ...items);
}

/** Redraws a list of lines in place. */
export function fillLines(list: HTMLElement, lines: readonly Line[]): void {
  put(list, ...lines.map(signatureLine));
}

function emptyLine(whose: string, hint: string | false): HTMLElement {
  return el(
    "li",
    { class: "line open" },
    el("span", { class: "visually-hidden" }, "Not signed yet: "),
    el("span", { class: "rule" }),
    el("span", { class: "whose" }, whose),
    hint !== false && el("span", { class: "hint" }, hint),
  );
}

function signatureLine({ whose, signed, hint }: Line): HTMLElement {
  if (signed === null) return emptyLine(whose, hint ?? false);
  const { name: signer, role, credential, at, index } = signed;
  const key = el("code", { title: credential }, `…${credential.slice(-6)}`);
  const seal =
    index === null
      ? [icon("clock"), "signed, not in the ledger yet"]
      : [icon("seal"), `in the ledger, entry ${index}`];
  return el(
    "li",
    { class: "line signed" },
    el("span", { class: "rule" }, signer),
    el("span", { class: "whose" }, role, ", key ", key),
    at !== null && el("span", { class: "whose" }, exactTime(at)),
    el("span", { class: "sealed" }, ...seal),
  );
}
