import { deed, noticeBoard } from "./deed.ts";
import { type Child, el, icon, put } from "./dom.ts";
import { ask, Refused } from "./key-service.ts";
import { live } from "./live.ts";
import { rememberSignedIn, signedIn } from "./signed-in.ts";

/*
 * What stands around every view: the name of the place, who is here, what kind of installation this is,
 * and one region through which a screen reader hears what changed.
 */

const account = el("div", { class: "account" });
const installation = el("div", { class: "installation", hidden: true });
const main = el("main", { id: "main" });
/** Why somebody who wanted to leave has not left. */
const leaving = noticeBoard();

export function raiseFrame(): void {
  const home = el(
    "a",
    { class: "wordmark", href: "/" },
    icon("pen"),
    "Countersign",
    el("span", {}, "desk"),
  );
  const top = el("div", { class: "top" }, home, account);
  document.body.append(el("header", {}, top, leaving.place, installation), main, live);
  void showInstallation();
}

/** Draws a view. `title` is the tab's; a view that replaces another takes the focus to its heading. */
export function show(title: string, ...children: readonly Child[]): void {
  document.title = `${title} · Countersign desk`;
  const replaces = main.querySelector("h1") !== null;
  main.removeAttribute("aria-busy");
  put(main, ...children);
  showAccount();
  if (replaces) focusHeading();
}

export function focusHeading(): void {
  const heading = main.querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus();
}

/** A page of the right shape while the key service is asked. Nothing moves. */
export function showLoading(what: string): void {
  document.title = `${what} · Countersign desk`;
  showAccount();
  main.setAttribute("aria-busy", "true");
  const bars = ["wide", "wide", "narrow", "rule", "rule"].map((kind) =>
    el("div", { class: `bar ${kind}` }),
  );
  put(
    main,
    el(
      "div",
      { class: "card skeleton" },
      el("h1", { class: "visually-hidden" }, `${what}.`),
      ...bars,
    ),
  );
}

function showAccount(): void {
  const who = signedIn();
  if (who === null) {
    put(account);
    return;
  }
  const out = deed({
    label: "Sign out",
    doing: "Signing out …",
    look: "quiet",
    board: leaving,
    run: signOut,
  });
  put(
    account,
    el("span", { class: "who" }, who.name, el("span", { class: "aside" }, who.tenant)),
    out,
  );
}

/** Nobody is told that they are signed out before the key service has ended the session. */
async function signOut(): Promise<void> {
  try {
    await ask("/desk/v1/session/end", {});
  } catch (error) {
    const isOver = error instanceof Refused && error.code === "not-signed-in";
    if (!isOver) throw stillSignedIn(error);
  }
  rememberSignedIn(null);
  location.assign("/");
}

function stillSignedIn(error: unknown): Refused {
  const [why, reference] =
    error instanceof Refused
      ? [error.message, error.reference]
      : ["The key service does not answer.", null];
  const message = `You are still signed in. ${why} Try again; without a touch the session ends by itself after 10 minutes.`;
  return new Refused("unavailable", message, reference);
}

/** Silence is not production: where the mode cannot be learnt, that is said. */
async function showInstallation(): Promise<void> {
  const hello = await ask("/people/v1/hello", {}).catch(() => null);
  installation.hidden = hello?.mode === "production";
  if (hello?.mode === "production") return;
  if (hello?.mode === "development") {
    put(installation, icon("notice"), "Development installation: keys are not attested.");
    return;
  }
  const again = deed({
    label: "Ask again",
    doing: "Asking …",
    look: "quiet",
    board: leaving,
    run: showInstallation,
  });
  const unknown = "Whether this is a development installation could not be learnt.";
  put(installation, icon("notice"), el("span", {}, unknown), again);
}
