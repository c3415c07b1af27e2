import { instant, instantInWords } from "./instants.ts";
import type { RenderedField, Rendering } from "./rendering-shape.ts";
import { ROLE_NAMES } from "./roles.ts";
import { showHidden } from "./text.ts";
import { cellsOf, wrap } from "./text-wrap.ts";
import type { SignatureLine } from "./views.ts";

/*
 * The statement card for a terminal and for evidence: plain text, no colour, no cursor movement. It says
 * what the desk's page says, because both draw the same `Rendering`.
 */

const NARROWEST = 24;
const WIDEST_LABEL = 22;

/**
 * The card and, below it, its signature lines. Every line is at most `width` cells (24 at least). Texts
 * with several lines stay indented under their label, so that none can pass for a field.
 */
export function renderText(
  of: Rendering,
  lines: readonly SignatureLine[],
  width: number,
): string[] {
  const usable = Math.max(NARROWEST, Math.floor(width));
  return [
    ...card(of, usable),
    "",
    ...field({ label: "Words", value: of.words.join(" "), face: "text" }, usable, "Digest".length),
    ...field({ label: "Digest", value: of.digest, face: "mono" }, usable, "Digest".length),
    ...(lines.length > 0 ? ["", ...renderSignatureLines(lines, usable)] : []),
  ];
}

function card(of: Rendering, width: number): string[] {
  const labelCells = Math.min(
    WIDEST_LABEL,
    Math.max(0, ...of.fields.map((it) => cellsOf(it.label))),
  );
  return [
    ...wrap(shown(of.title), width),
    "",
    ...of.sentences.flatMap((sentence) => wrap(shown(sentence), width)),
    "",
    ...of.fields.flatMap((it) => field(it, width, labelCells)),
    ...(of.about === null ? [] : ["", ...inset(of.about, width)]),
  ];
}

/** The statement that this one is about, behind a rule at the left. */
function inset(about: Rendering, width: number): string[] {
  const inner = width - 2;
  const words: RenderedField = { label: "Words", value: about.words.join(" "), face: "text" };
  return [...card(about, inner), "", ...field(words, inner, "Words".length)].map((line) =>
    line === "" ? "│" : `│ ${line}`,
  );
}

function field(of: RenderedField, width: number, labelCells: number): string[] {
  const value = asShown(of);
  const beside = width - labelCells - 4;
  if (beside < 24) {
    return [
      `  ${of.label}`,
      ...wrap(value, width - 4).map((line) => (line === "" ? "" : `    ${line}`)),
    ];
  }
  return wrap(value, beside).map((line, i) => {
    const label = i === 0 ? of.label : "";
    return `  ${label}${" ".repeat(Math.max(0, labelCells - cellsOf(label)))}  ${line}`.trimEnd();
  });
}

function asShown(of: RenderedField): string {
  switch (of.face) {
    case "time": {
      const at = instant.safeParse(of.value);
      return at.success ? instantInWords(at.data) : shown(of.value);
    }
    case "unopened":
      return `(could not be shown) ${shown(of.value)}`;
    case "text":
    case "mono":
      return shown(of.value);
  }
}

/**
 * One line for each person that the chain needs: dotted while it is empty; a drawn rule under the name,
 * with role, time, key and the ledger's entry, once it is signed. Names come from the key service and are
 * shown without anything that a terminal would obey.
 */
export function renderSignatureLines(lines: readonly SignatureLine[], width: number): string[] {
  const usable = Math.max(NARROWEST, Math.floor(width));
  return lines.flatMap((line, i) => [...(i === 0 ? [] : [""]), ...signatureLine(line, usable)]);
}

function signatureLine(line: SignatureLine, width: number): string[] {
  const length = Math.min(40, width - 2);
  const indented = (text: string) => wrap(text, width - 2).map((part) => `  ${part}`);
  if (line.signed === null) {
    const roles = line.anyOf.map((role) => ROLE_NAMES[role]).join(" or ");
    return [`  ${"·".repeat(length)}`, ...indented(`not signed yet: ${roles}`)];
  }
  const { name, role, at, credential, index } = line.signed;
  const details = [
    ROLE_NAMES[role],
    instantInWords(at),
    `key ${credential.slice(0, 8)}…`,
    `● ledger entry ${index}`,
  ];
  return [
    ...indented(showHidden(name).replaceAll("\n", "\ufffd")),
    `  ${"─".repeat(length)}`,
    ...indented(details.join(" · ")),
  ];
}

/** Isolates are the renderer's own and stay; whatever else is hidden is made visible. */
function shown(text: string): string {
  return text
    .split(/([\u2068\u2069])/)
    .map((part, i) => (i % 2 === 1 ? part : showHidden(part)))
    .join("");
}
