import { draftId } from "@countersign/protocol/ids";
import type { PeopleApiOutput } from "@countersign/protocol/people-api";
import { ROLE_NAMES, type SigningRole } from "@countersign/protocol/roles";
import { watchArming } from "../arming.ts";
import { deed, noticeBoard } from "../deed.ts";
import { el, icon, put } from "../dom.ts";
import { say, show, showLoading } from "../frame.ts";
import { ask } from "../key-service.ts";
import { openDrafts, type ShownDraft, type ShownList } from "../opened-drafts.ts";
import { counted } from "../phrases.ts";
import { fillLines, type Line, signatureLines, statementCard } from "../statement-card.ts";
import { touch } from "../web-authn.ts";
import { homeLink, showNothingHere } from "./failure.ts";

const MOST_AT_ONCE = 50;

/**
 * One card a statement, one touch for all of them. *Sign* works only while armed; what it asks the key to
 * sign was computed from the bytes that are on the screen.
 */
export async function signDraftsView(ids: readonly string[]): Promise<void> {
  const drafts = ids.flatMap((id) => draftId.safeParse(id).data ?? []);
  if (drafts.length === 0 || drafts.length !== ids.length || drafts.length > MOST_AT_ONCE)
    return showNothingHere();
  showLoading("Reading what you are asked to sign");
  const list = await openDrafts(drafts, await ask("/desk/v1/drafts/read", { drafts }));
  const many = list.drafts.length > 1;
  const shown = list.drafts.map((draft, i) =>
    showDraft(draft, many ? `${i + 1} of ${list.drafts.length}` : "You are asked to sign"),
  );
  const place = el("div", { class: "sign" });
  show(
    many ? `Sign ${list.drafts.length} statements` : "Sign",
    many &&
      el("h1", { class: "list-title" }, `${counted(list.drafts.length, "statement")}, one touch`),
    ...shown.map((it) => it.card),
    place,
  );
  offerToSign(place, list, shown);
}

type OnScreen = {
  readonly draft: ShownDraft;
  readonly card: HTMLElement;
  readonly lines: HTMLElement;
};

function showDraft(draft: ShownDraft, eyebrow: string): OnScreen {
  const lines = signatureLines([emptyLine(draft)], "Your signature");
  const heading = eyebrow.includes(" of ") ? "h2" : "h1";
  return { draft, lines, card: statementCard({ card: draft.card, heading, eyebrow, lines }) };
}

function offerToSign(place: HTMLElement, list: ShownList, shown: readonly OnScreen[]): void {
  const many = shown.length > 1;
  const board = noticeBoard();
  const forbidden = list.drafts.map((it) => it.mayNotSign).find((it) => it !== null) ?? null;
  const ids = list.drafts.map((it) => it.draft);
  const hint = el("p", { class: "hint", id: "sign-hint" }, forbidden ?? HINT_ASLEEP);

  const sign = el(
    "button",
    {
      type: "button",
      class: "primary sign-button",
      "aria-disabled": "true",
      "aria-describedby": "sign-hint",
    },
    icon("pen"),
    many ? `Sign all ${shown.length}` : "Sign",
  );
  const wake = (isArmed: boolean) => {
    sign.setAttribute("aria-disabled", String(!isArmed));
    hint.textContent = isArmed ? HINT_AWAKE : HINT_ASLEEP;
    if (isArmed) say("Ready to sign.");
  };
  const arming = forbidden === null ? watchArming(wake) : null;
  let waits = false;
  sign.addEventListener("click", (event) => {
    // A click that a script made is not a person's.
    if (waits || arming?.isArmed() !== true || !event.isTrusted) return;
    waits = true;
    board.clear();
    hint.textContent = "Touch your key now.";
    say("Touch your key now.");
    signWithKey(list)
      .then(({ outcome, credential }) => {
        arming.stop();
        showOutcome(place, shown, outcome, credential);
      })
      .catch((error: unknown) => {
        board.tell(error);
        wake(arming.isArmed());
      })
      .finally(() => {
        waits = false;
      });
  });

  const decline = deed({
    label: many ? "Sign none" : "Do not sign",
    doing: "Putting it away …",
    look: "plain",
    board,
    run: async () => {
      await ask("/desk/v1/drafts/decline", { drafts: ids });
      arming?.stop();
      showDeclined(place);
    },
  });
  put(place, board.place, el("div", { class: "deeds" }, sign, decline), hint);
}

const HINT_ASLEEP = "You can sign once this page has been in front of you for half a second.";
const HINT_AWAKE = "Your key will ask for a touch. It signs exactly what stands above.";

async function signWithKey(list: ShownList) {
  const assertion = await touch(list.challenge, list.allowCredentials);
  const drafts = list.drafts.map((it) => it.draft);
  say("Sent to the key service.");
  const outcome = await ask("/desk/v1/drafts/sign", { drafts, assertion });
  return { outcome, credential: String(assertion["id"]) };
}

type Outcome = PeopleApiOutput<"/desk/v1/drafts/sign">;

function showOutcome(
  place: HTMLElement,
  shown: readonly OnScreen[],
  { outcomes, next }: Outcome,
  credential: string,
): void {
  const byDraft = new Map(outcomes.map((it) => [it.draft, it]));
  for (const { draft, lines } of shown) {
    const it = byDraft.get(draft.draft);
    if (it?.refused != null) put(lines, refusedLine(it.refused.message));
    else fillLines(lines, [signedLine(draft, credential, it?.accepted?.index ?? null)]);
  }
  const refused = outcomes.filter((it) => it.refused !== null);
  const effects = outcomes.flatMap((it) => (it.accepted === null ? [] : [it.accepted.effect]));
  const [only] = refused;
  const sentence =
    refused.length === 0
      ? next !== null && effects.length === 0
        ? "Your signature waits for the terminal to finish."
        : [...new Set(effects)].join(" ")
      : refused.length === 1 && shown.length === 1
        ? (only?.refused?.message ?? "")
        : `${refused.length} of ${shown.length} were refused; each says why.`;
  const title =
    refused.length === 0
      ? "Signed"
      : refused.length === shown.length
        ? "Refused"
        : "Signed in part";
  showEnd(place, { title, sentence, isGood: refused.length === 0, next: safeNext(next) });
}

function showDeclined(place: HTMLElement): void {
  showEnd(place, {
    title: "Not signed",
    sentence: "Nothing was signed, and this draft cannot be signed any more.",
    isGood: false,
    next: null,
  });
}

function showEnd(
  place: HTMLElement,
  of: { title: string; sentence: string; isGood: boolean; next: string | null },
): void {
  const onward =
    of.next === null
      ? homeLink("See what waits for you")
      : el("a", { class: "button primary", href: of.next }, "Go on");
  const heading = el(
    "h2",
    { class: "subtitle", tabindex: "-1" },
    icon(of.isGood ? "seal" : "stop"),
    of.title,
  );
  put(
    place,
    el(
      "section",
      { class: `end ${of.isGood ? "good" : "plain"}` },
      heading,
      el("p", { class: "sentence" }, of.sentence),
      el("div", { class: "deeds" }, onward),
    ),
  );
  document.title = `${of.title} · Countersign desk`;
  heading.focus();
  say(`${of.title}. ${of.sentence}`);
  // The command line waits on its loopback port; a page of the desk can wait for the person.
  if (of.next?.startsWith("http:")) location.assign(of.next);
}

/** Only a path of the desk, or the command line's listener on this machine. Anything else is dropped. */
export function safeNext(next: string | null): string | null {
  if (next === null || /[\s\\]/.test(next)) return null;
  const isPath = /^\/(?![/\\])/.test(next);
  const isLoopback = /^http:\/\/127\.0\.0\.1:[1-9]\d{3,4}\/[A-Za-z0-9/_.?=&-]*$/.test(next);
  return isPath || isLoopback ? next : null;
}

function emptyLine({ opened }: ShownDraft): Line {
  const { signer } = opened.statement;
  return { whose: `${signerOf(opened)}, ${roleInWords(signer.role)}`, signed: null };
}

function signedLine({ opened }: ShownDraft, credential: string, index: number | null): Line {
  const { signer } = opened.statement;
  return {
    whose: "",
    signed: { name: signerOf(opened), role: roleInWords(signer.role), credential, at: null, index },
  };
}

function refusedLine(message: string): HTMLElement {
  return el("li", { class: "line refused" }, icon("stop"), el("span", {}, message));
}

function signerOf({ statement, texts }: ShownDraft["opened"]): string {
  return texts.get(statement.signer.name) ?? statement.signer.person;
}

function roleInWords(role: SigningRole): string {
  return role === "member" ? "for themselves" : ROLE_NAMES[role];
}
