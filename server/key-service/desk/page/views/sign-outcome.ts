import type { PeopleApiOutput } from "@countersign/protocol/people-api";
import { bringIntoSight } from "../deed.ts";
import { type Child, el, icon, put } from "../dom.ts";
import { type OnScreen, signedLine } from "../drafts-on-screen.ts";
import { say } from "../live.ts";
import { sentence } from "../phrases.ts";
import { isLoopback, safeNext } from "../safe-next.ts";
import { fillLines } from "../statement-card.ts";
import { consoleSignIn } from "../way-back.ts";
import { homeLink } from "./failure.ts";

export type SignOutcome = PeopleApiOutput<"/desk/v1/drafts/sign">;

/** What became of each statement: its line is drawn, or says why not; below, what that means. */
export async function showOutcome(
  place: HTMLElement,
  of: {
    readonly shown: readonly OnScreen[];
    readonly outcome: SignOutcome;
    readonly credential: string;
    /** Where in the console the person came from. */
    readonly back: string | null;
  },
): Promise<void> {
  const { shown, credential, back } = of;
  const { outcomes, next } = of.outcome;
  const byDraft = new Map(outcomes.map((it) => [it.draft, it]));
  for (const { draft, lines } of shown) {
    const { accepted = null, refused = null } = byDraft.get(draft.draft) ?? {};
    if (refused === null)
      fillLines(lines, [signedLine(draft, credential, accepted?.index ?? null)]);
    else if (shown.length > 1) put(lines, refusedLine(refused.message));
  }
  const refused = outcomes.flatMap((it) => (it.refused === null ? [] : [it.refused]));
  const refusals = refused.map((it) => it.message);
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
    help: await helpAfter(refused, shown),
    next: safeNext(next),
    back,
    goesBack: refusals.length === 0 && shown.every(isSignIn),
  });
}

type Help = { readonly says: string; readonly links: readonly Child[] };

/** What somebody can do whose signature was refused, beyond what the refusal itself says. */
async function helpAfter(
  refused: readonly { readonly code: string }[],
  shown: readonly OnScreen[],
): Promise<Help | null> {
  if (refused.length === 0) return null;
  const again = el(
    "button",
    { type: "button", class: "plain", on: { click: () => location.reload() } },
    "Sign it again",
  );
  if (refused.some((it) => it.code === "sign-in-needed")) {
    const address = await consoleSignIn();
    const link =
      address !== null &&
      el(
        "a",
        { class: "button primary", href: address, target: "_blank", rel: "noreferrer" },
        "Sign in at the console",
      );
    return {
      says: "What you drew up waits here. Sign in, come back to this page and sign it again.",
      links: [link, again],
    };
  }
  const [only] = shown;
  const decided = shown.length === 1 && only !== undefined ? proposalOf(only) : null;
  if (decided === null) return null;
  return {
    says: "The request shows who has signed, who can, and what became of it.",
    links: [el("a", { class: "button plain", href: `/r/${decided}` }, "See the request")],
  };
}

function proposalOf({ draft }: OnScreen): string | null {
  const { kind, body } = draft.opened.statement;
  return kind === "approve" || kind === "deny" || kind === "withdraw" ? body.proposal : null;
}

/** Nothing waits for a person who signs in but the console. */
function isSignIn({ draft }: OnScreen): boolean {
  return draft.opened.statement.kind === "sign-in";
}

export function showDeclined(place: HTMLElement, back: string | null): void {
  const says = "Nothing was signed, and this draft cannot be signed any more.";
  const of = { title: "Not signed", says, isGood: false, help: null };
  showEnd(place, { ...of, next: null, back, goesBack: false });
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
    help: Help | null;
    next: string | null;
    back: string | null;
    goesBack: boolean;
  },
): void {
  const { title, says, isGood, help, next, back } = of;
  const heading = el(
    "h2",
    { class: "subtitle", tabindex: "-1" },
    icon(isGood ? "seal" : "stop"),
    title,
  );
  const look = help === null ? "primary" : "plain";
  const onward =
    next !== null
      ? el("a", { class: "button primary", href: next }, "Go on")
      : back !== null
        ? el("a", { class: `button ${look}`, href: back }, "Back to the console")
        : homeLink("See what waits for you");
  const end = el(
    "section",
    { class: `end ${isGood ? "good" : "plain"}` },
    heading,
    el("p", { class: "sentence" }, ...sentence(says)),
    help !== null && el("p", { class: "sentence" }, help.says),
    el("div", { class: "deeds" }, ...(help?.links ?? []), onward),
  );
  put(place, end);
  document.title = `${title} · Countersign desk`;
  heading.focus({ preventScroll: true });
  bringIntoSight(end);
  say(`${title}. ${[says, help?.says ?? ""].join(" ").trim()}`);
  // The command line waits on its loopback port; a page of the desk can wait for the person.
  if (next !== null && isLoopback(next)) location.assign(next);
  else if (back !== null && of.goesBack) location.assign(back);
}

function refusedLine(message: string): HTMLElement {
  return el("li", { class: "line refused" }, icon("stop"), el("span", {}, ...sentence(message)));
}
