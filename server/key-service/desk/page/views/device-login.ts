import { deed, noticeBoard } from "../deed.ts";
import { el, icon } from "../dom.ts";
import { show } from "../frame.ts";
import { ask } from "../key-service.ts";
import { sentence } from "../phrases.ts";
import { withSession } from "../session.ts";
import { showNothingHere } from "./failure.ts";

const ORDINALS = ["first", "second", "third", "fourth"];

/** `secrets login`: whoever began it in a terminal enrols that device here. */
export async function deviceLoginView(login: string): Promise<void> {
  if (!/^[A-Za-z0-9_-]{20,100}$/.test(login)) return showNothingHere();
  return withSession("to enrol a device", "Reading which device this is", async () => {
    const { label, wordWanted } = await ask("/desk/v1/device-logins/read", { login });
    showLogin(login, label, wordWanted);
  });
}

function showLogin(login: string, label: string, wordWanted: number | null): void {
  const board = noticeBoard();
  const word = el("input", {
    id: "word",
    type: "text",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    maxlength: "20",
    "aria-describedby": "word-hint",
  });
  const button = deed({
    label: "Show me what I sign",
    doing: "Drawing it up …",
    look: "primary",
    board,
    run: async () => {
      const typed = wordWanted === null ? null : word.value.trim().toLowerCase();
      if (typed === "") return word.focus();
      const { draft } = await ask("/desk/v1/device-logins/claim", { login, word: typed });
      location.assign(`/d/${draft}`);
    },
  });
  const form = el(
    "form",
    {
      class: "form",
      on: {
        submit: (event) => {
          event.preventDefault();
          button.click();
        },
      },
    },
    wordWanted !== null &&
      el(
        "label",
        { for: "word" },
        `The ${ORDINALS[wordWanted - 1] ?? ""} of the four words in the terminal`,
      ),
    wordWanted !== null && word,
    wordWanted !== null &&
      el(
        "p",
        { class: "hint", id: "word-hint" },
        ...sentence("Read it off the terminal where you ran `secrets login`, not from a message."),
      ),
    el("div", { class: "deeds" }, button),
  );
  show(
    "Enrol a device",
    el(
      "section",
      { class: "card opening" },
      icon("key"),
      el("h1", { class: "title" }, `Enrol the device “${label}”?`),
      el("p", { class: "sentence" }, "Secrets that are released to you can then be opened on it."),
      el(
        "p",
        { class: "notice" },
        icon("notice"),
        el(
          "span",
          {},
          ...sentence(
            "Go on only if you ran `secrets login` yourself, just now. If somebody sent you this link, close the page and tell a security admin.",
          ),
        ),
      ),
      form,
      board.place,
    ),
  );
}
