import type { Digest } from "@countersign/protocol/ids";
import { deed, noticeBoard } from "./deed.ts";
import { el, icon } from "./dom.ts";
import { show, showLoading } from "./frame.ts";
import { ask, Refused } from "./key-service.ts";
import { rememberSignedIn, type SignedIn, signedIn } from "./signed-in.ts";
import { touch } from "./web-authn.ts";

/**
 * Runs a view for whoever touched a key in this tab, and asks for a touch first where nobody did or where
 * the session has ended. `purpose` finishes the sentence "Touch your hardware key …".
 */
export async function withSession(
  purpose: string,
  loading: string,
  view: (who: SignedIn) => Promise<void>,
): Promise<void> {
  const who = signedIn();
  if (who === null) return askForTouch(purpose, loading, view, null);
  showLoading(loading);
  try {
    await view(who);
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "not-signed-in") throw error;
    rememberSignedIn(null);
    askForTouch(purpose, loading, view, "You were signed out after a while without a touch.");
  }
}

function askForTouch(
  purpose: string,
  loading: string,
  view: (who: SignedIn) => Promise<void>,
  before: string | null,
): void {
  const board = noticeBoard();
  const button = deed({
    label: "Touch your key",
    doing: "Waiting for your key …",
    look: "primary",
    board,
    run: async () => {
      rememberSignedIn(await identify());
      await withSession(purpose, loading, view);
    },
  });
  show(
    "Touch your key",
    el(
      "section",
      { class: "card opening" },
      icon("key"),
      el("h1", { class: "title" }, `Touch your hardware key ${purpose}`),
      before !== null && el("p", { class: "sentence" }, before),
      el(
        "p",
        { class: "sentence" },
        "This tells the desk who you are. It signs nothing and opens nothing.",
      ),
      el("div", { class: "deeds" }, button),
      board.place,
      el(
        "p",
        { class: "aside" },
        "No key yet? Open the one-time enrolment link that you were given. Lost one? Touch another of yours, and have a security admin revoke the one that is gone.",
      ),
    ),
  );
}

async function identify(): Promise<SignedIn> {
  const { options } = await ask("/desk/v1/identify/begin", {});
  const assertion = await touch(options.challenge as Digest, []); // decoding refuses anything but 32 bytes
  return ask("/desk/v1/identify/finish", { assertion });
}
