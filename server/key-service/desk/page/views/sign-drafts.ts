import { draftId } from "@countersign/protocol/ids";
import { watchArming } from "../arming.ts";
import { deed, noticeBoard } from "../deed.ts";
import { type Child, el, icon, put } from "../dom.ts";
import { draftOnScreen, type OnScreen, signerName } from "../drafts-on-screen.ts";
import { show, showLoading } from "../frame.ts";
import { ask } from "../key-service.ts";
import { say } from "../live.ts";
import { openDrafts, type ShownList } from "../opened-drafts.ts";
import { counted } from "../phrases.ts";
import { signedIn } from "../signed-in.ts";
import { wayBack } from "../way-back.ts";
import { touch } from "../web-authn.ts";
import { showNothingHere } from "./failure.ts";
import { showDeclined, showOutcome } from "./sign-outcome.ts";

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
  const [answer, back] = await Promise.all([ask("/desk/v1/drafts/read", { drafts }), wayBack()]);
  const list = await openDrafts(drafts, answer);
  const many = list.drafts.length > 1;
  const shown = list.drafts.map((draft, i) =>
    draftOnScreen(draft, many ? `${i + 1} of ${list.drafts.length}` : null),
  );
  const place = el("div", { class: "sign" });
  show(
    many ? `Sign ${list.drafts.length} statements` : "Sign",
    many &&
      el("h1", { class: "list-title" }, `${counted(list.drafts.length, "statement")}, one touch`),
    otherSigner(list),
    ...shown.map((it) => it.card),
    place,
  );
  offerToSign(place, { list, shown, back });
}

/** Somebody else's link opened here: their key is needed, so say whose before anybody reaches for one. */
function otherSigner({ drafts }: ShownList): Child {
  const who = signedIn();
  const other = drafts.find(
    (it) => who !== null && it.opened.statement.signer.person !== who.person,
  );
  if (who === null || other === undefined) return null;
  return el(
    "p",
    { class: "notice" },
    icon("notice"),
    `You touched the key of ${who.name}; this is for ${signerName(other.opened)} to sign, with a key of theirs.`,
  );
}

type ToSign = {
  readonly list: ShownList;
  readonly shown: readonly OnScreen[];
  /** Where in the console the person came from. */
  readonly back: string | null;
};

function offerToSign(place: HTMLElement, { list, shown, back }: ToSign): void {
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
  let waits = false;
  const wake = (isArmed: boolean) => {
    sign.setAttribute("aria-disabled", String(!isArmed));
    if (waits) return;
    hint.textContent = isArmed ? HINT_AWAKE : HINT_ASLEEP;
    if (isArmed) say("Ready to sign.");
  };
  const arming = forbidden === null ? watchArming(wake) : null;
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
        return showOutcome(place, { shown, outcome, credential, back });
      })
      .catch((error: unknown) => {
        board.tell(error);
        waits = false;
        wake(arming.isArmed());
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
      showDeclined(place, back);
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
  return { outcome, credential: String(assertion.id) };
}
