import { type Child, el, icon, put } from "./dom.ts";
import { ask } from "./key-service.ts";
import { rememberSignedIn, signedIn } from "./signed-in.ts";

/*
 * What stands around every view: the name of the place, who is here, what kind of installation this is,
 * and one region through which a screen reader hears what changed.
 */

const account = el("div", { class: "account" });
const installation = el("div", { class: "installation", hidden: true });
const main = el("main", { id: "main" });
const live = el("p", { class: "visually-hidden", role: "status", "aria-live": "polite" });

export function raiseFrame(): void {
  const home = el(
    "a",
    { class: "wordmark", href: "/" },
    icon("pen"),
    "Countersign",
    el("span", {}, "desk"),
  );
  const top = el("div", { class: "top" }, home, account);
  document.body.append(el("header", {}, top, installation), main, live);
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

/** For those who hear the page. */
export function say(sentence: string): void {
  live.textContent = sentence;
}

function showAccount(): void {
  const who = signedIn();
  if (who === null) {
    put(account);
    return;
  }
  const out = el(
    "button",
    { type: "button", class: "quiet", on: { click: () => void signOut() } },
    "Sign out",
  );
  put(
    account,
    el("span", { class: "who" }, who.name, el("span", { class: "aside" }, who.tenant)),
    out,
  );
}

async function signOut(): Promise<void> {
  rememberSignedIn(null);
  // Ended here in any case; where the answer does not come, the session ends by itself in 10 minutes.
  await ask("/desk/v1/session/end", {}).catch(() => null);
  location.assign("/");
}

async function showInstallation(): Promise<void> {
  const hello = await ask("/people/v1/hello", {}).catch(() => null);
  if (hello?.mode !== "development") return;
  put(installation, icon("notice"), "Development installation: keys are not attested.");
  installation.hidden = false;
}
