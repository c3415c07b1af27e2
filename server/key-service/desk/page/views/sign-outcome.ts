import type { PeopleApiOutput } from "@countersign/protocol/people-api";
import { el, icon, put } from "../dom.ts";
import { type OnScreen, signedLine } from "../drafts-on-screen.ts";
import { say } from "../live.ts";
import { sentence } from "../phrases.ts";
import { isLoopback, safeNext } from "../safe-next.ts";
import { fillLines } from "../statement-card.ts";
import { homeLink } from "./failure.ts";

export type SignOutcome = PeopleApiOutput<"/desk/v1/drafts/sign">;

/** What became of each statement: its line is drawn, or says why not; below, what that means. */
export function showOutcome(
  place: HTMLElement,
  of: {
    readonly shown: readonly OnScreen[];
    readonly outcome: SignOutcome;
    readonly credential: string;
    /** Where in the console the person came from. */
    readonly back: string | null;
  },
): void {
  const { shown, credential, back } = of;
  const { outcomes, next } = of.outcome;
  const byDraft = new Map(outcomes.map((it) => [it.draft, it]));
  for (const { draft, lines } of shown) {
    const { accepted = null, refused = null } = byDraft.get(draft.draft) ?? {};
    if (refused === null)
      fillLines(lines, [signedLine(draft, credential, accepted?.index ?? null)]);
    else if (shown.length > 1) put(lines, refusedLine(refused.message));
  }
  const refusals = outcomes.flatMap((it) => (it.refused === null ? [] : [it.refused.message]));
  const effects = [
    ...new Set(outcomes.flatMap((it) => (it.accepted === null ? [] : [it.accepted.effect]))),
  ];
  showEnd(place, {
    title:
      refusals.length === 0
        ? "Signed"
        : refusals.length === shown.length
          ? "Refused"
          : "Signed in part",
    says: sentenceOn(refusals, effects, shown.length),
    isGood: refusals.length === 0,
    next: safeNext(next),
    back,
    goesBack: refusals.length === 0 && shown.every(isSignIn),
  });
}

/** Nothing waits for a person who signs in but the console. */
function isSignIn({ draft }: OnScreen): boolean {
  return draft.opened.statement.kind === "sign-in";
}

export function showDeclined(place: HTMLElement, back: string | null): void {
  const says = "Nothing was signed, and this draft cannot be signed any more.";
  showEnd(place, { title: "Not signed", says, isGood: false, next: null, back, goesBack: false });
}

function sentenceOn(
  refusals: readonly string[],
  effects: readonly string[],
  count: number,
): string {
  const [refusal] = refusals;
  if (refusal !== undefined) {
    return count === 1 ? refusal : `${refusals.length} of ${count} were refused; each says why.`;
  }
  return effects.length === 0
    ? "Your signature waits for the terminal to finish."
    : effects.join(" ");
}

function showEnd(
  place: HTMLElement,
  of: {
    title: string;
    says: string;
    isGood: boolean;
    next: string | null;
    back: string | null;
    goesBack: boolean;
  },
): void {
  const { title, says, isGood, next, back } = of;
  const heading = el(
    "h2",
    { class: "subtitle", tabindex: "-1" },
    icon(isGood ? "seal" : "stop"),
    title,
  );
  const onward =
    next !== null
      ? el("a", { class: "button primary", href: next }, "Go on")
      : back !== null
        ? el("a", { class: "button primary", href: back }, "Back to the console")
        : homeLink("See what waits for you");
  put(
    place,
    el(
      "section",
      { class: `end ${isGood ? "good" : "plain"}` },
      heading,
      el("p", { class: "sentence" }, ...sentence(says)),
      el("div", { class: "deeds" }, onward),
    ),
  );
  document.title = `${title} · Countersign desk`;
  heading.focus();
  say(`${title}. ${says}`);
  // The command line waits on its loopback port; a page of the desk can wait for the person.
  if (next !== null && isLoopback(next)) location.assign(next);
  else if (back !== null && of.goesBack) location.assign(back);
}

function refusedLine(message: string): HTMLElement {
  return el("li", { class: "line refused" }, icon("stop"), el("span", {}, ...sentence(message)));
}
