import { sentenceOf } from "../deed.ts";
import { type Child, el, icon } from "../dom.ts";
import { show } from "../frame.ts";
import { Refused, Unreachable } from "../key-service.ts";
import { NotShowable } from "../opened-drafts.ts";
import { sentence } from "../phrases.ts";

/** A view that could not be drawn: what happened, and the sensible acts. */
export function showFailure(error: unknown): void {
  const reference = error instanceof Refused ? error.reference : null;
  const retry = el(
    "button",
    { type: "button", class: "primary", on: { click: () => location.reload() } },
    "Try again",
  );
  show(
    titleOf(error),
    el(
      "section",
      { class: error instanceof NotShowable ? "card failure tampering" : "card failure" },
      icon("stop"),
      el("h1", { class: "title" }, titleOf(error)),
      el("p", { class: "sentence" }, ...sentence(adviceOn(error))),
      el("div", { class: "deeds" }, mayHelp(error) && retry, homeLink("See what waits for you")),
      reference !== null &&
        el("p", { class: "aside" }, `Reference ${reference}, for whoever runs this installation.`),
    ),
  );
}

export function homeLink(label: string): Child {
  return el("a", { class: "button plain", href: "/" }, label);
}

export function showNothingHere(): void {
  showFailure(
    new Refused(
      "not-found",
      "This link leads nowhere. It may have been cut short: copy all of it.",
      null,
    ),
  );
}

function titleOf(error: unknown): string {
  if (error instanceof NotShowable) return "This must not be signed";
  if (error instanceof Unreachable) return "The key service does not answer";
  if (!(error instanceof Refused)) return "The desk failed";
  return TITLES[error.code] ?? "This cannot be done";
}

const TITLES: Readonly<Record<string, string>> = {
  "draft-gone": "There is nothing left to sign here",
  "draft-expired": "It is too late to sign this",
  "not-found": "There is nothing here",
  "not-allowed": "This is not for you to do",
  "invitation-used": "This enrolment link was used",
  "key-locked": "Your hardware key is locked",
  "key-revoked": "Your hardware key was revoked",
  "rate-limited": "Too many tries",
  unavailable: "The key service cannot do this now",
  "clock-differs": "The key service does not trust its clock now",
};

function mayHelp(error: unknown): boolean {
  if (!(error instanceof Refused)) return !(error instanceof NotShowable);
  return ["rate-limited", "unavailable", "clock-differs"].includes(error.code);
}

/** What goes with the title; the title has said what happened where it could. */
function adviceOn(error: unknown): string {
  if (error instanceof Unreachable) return "Check that this machine is connected, then try again.";
  if (!(error instanceof NotShowable)) return sentenceOf(error);
  return `${error.message} Nothing was signed. Start again, and if it happens again, tell a security admin.`;
}
