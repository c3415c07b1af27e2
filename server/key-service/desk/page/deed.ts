import { el, icon, put } from "./dom.ts";
import { Refused, Unreachable } from "./key-service.ts";
import { say } from "./live.ts";
import { sentence } from "./phrases.ts";
import { KeyRefused } from "./web-authn.ts";

/** Where a view says what went wrong with its deeds: one place a view. */
export function noticeBoard(): {
  place: HTMLElement;
  tell: (error: unknown) => void;
  clear: () => void;
} {
  const place = el("div", { class: "notice-board", role: "alert" });
  return {
    place,
    clear: () => put(place),
    tell: (error) => {
      const reference = error instanceof Refused ? error.reference : null;
      const aside =
        reference === null ? null : el("span", { class: "aside" }, ` Reference ${reference}.`);
      put(
        place,
        el(
          "p",
          { class: "notice" },
          icon("notice"),
          el("span", {}, ...sentence(sentenceOf(error)), aside),
        ),
      );
      bringIntoSight(place);
    },
  };
}

/** What happened and what can be done, for whatever was thrown. */
export function sentenceOf(error: unknown): string {
  if (error instanceof KeyRefused || error instanceof Refused) return error.message;
  if (error instanceof Unreachable) {
    return `${error.message} Check that this machine is connected, then try again.`;
  }
  return "The desk's page failed. Load it again; if it fails again, tell whoever runs this installation.";
}

/** Whole, also on a small screen and below a long card. */
export function bringIntoSight(what: HTMLElement): void {
  what.scrollIntoView({ block: "center" });
}

type Board = ReturnType<typeof noticeBoard>;

/** A button that does one thing at a time and says on the board why it could not. */
export function deed(of: {
  label: string;
  /** What the button says meanwhile. */
  doing: string;
  look: "primary" | "plain" | "quiet";
  board: Board;
  run: () => Promise<void>;
}): HTMLButtonElement {
  const button = el("button", { type: "button", class: of.look }, of.label);
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    of.board.clear();
    button.setAttribute("aria-disabled", "true");
    button.textContent = of.doing;
    say(of.doing);
    of.run()
      .catch((error: unknown) => of.board.tell(error))
      .finally(() => {
        button.removeAttribute("aria-disabled");
        button.textContent = of.label;
      });
  });
  return button;
}
