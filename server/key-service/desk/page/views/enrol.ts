import { deed, noticeBoard } from "../deed.ts";
import { el, icon } from "../dom.ts";
import { show, showLoading } from "../frame.ts";
import { ask, Refused } from "../key-service.ts";
import { withSession } from "../session.ts";
import { createKey } from "../web-authn.ts";
import { showNothingHere } from "./failure.ts";

/** A person's first key, by a one-time link whose token stands behind `#`, where no server sees it. */
export async function enrolFirstKeyView(token: string): Promise<void> {
  if (!/^[A-Za-z0-9_-]{20,100}$/.test(token)) return showNothingHere();
  showLoading("Reading your invitation");
  const { person, tenant, options } = await ask("/desk/v1/enrolment/begin", { token });
  showCeremony({
    title: `Welcome, ${person}`,
    sentences: [
      `You were invited to ${tenant}. Here you make your hardware key known: from then on it signs for you, and nothing else does.`,
    ],
    make: async () => {
      // Fresh options each time: those of the first try may be used up.
      const again = await ask("/desk/v1/enrolment/begin", { token }).catch(() => ({ options }));
      const registration = await createKey(again.options);
      const { draft } = await ask("/desk/v1/enrolment/finish", { token, registration });
      return draft;
    },
  });
}

/** A second key, for the day the first is lost. The key that is known already signs for it. */
export function enrolFurtherKeyView(): Promise<void> {
  return withSession("to add another one", "Reading", async () => {
    showCeremony({
      title: "Add a further hardware key",
      sentences: [
        "Keep it in another place: with two keys, losing one locks you out of nothing.",
        "Have both at hand. The new key is made first; then the one that you use now signs for it.",
      ],
      make: async () => {
        const { options } = await ask("/desk/v1/further-key/begin", {});
        const registration = await createKey(options);
        const { draft } = await ask("/desk/v1/further-key/finish", { registration });
        return draft;
      },
    });
  });
}

function showCeremony(of: {
  title: string;
  sentences: readonly string[];
  make: () => Promise<string>;
}): void {
  const board = noticeBoard();
  const button = deed({
    label: "Create the key",
    doing: "Waiting for your key …",
    look: "primary",
    board,
    run: async () => {
      try {
        // Replaces this page in the history, so that the token does not stay there.
        location.replace(`/d/${await of.make()}`);
      } catch (error) {
        if (error instanceof Refused && error.code === "invitation-used") {
          throw new Refused(
            error.code,
            `${error.message} If that was not you, tell an officer now.`,
            error.reference,
          );
        }
        throw error;
      }
    },
  });
  show(
    of.title,
    el(
      "section",
      { class: "card opening" },
      icon("key"),
      el("h1", { class: "title" }, of.title),
      ...of.sentences.map((it) => el("p", { class: "sentence" }, it)),
      el(
        "ol",
        { class: "steps" },
        el("li", {}, "Put the key in, or hold it to the back of your phone."),
        el(
          "li",
          {},
          "Create the key. The browser asks for its PIN or fingerprint, and for a touch.",
        ),
        el("li", {}, "Read the statement that enrols it, and sign it."),
      ),
      el("div", { class: "deeds" }, button),
      board.place,
    ),
  );
}
