import { fromBase64url } from "@countersign/protocol/bytes";
import type { Digest } from "@countersign/protocol/ids";
import { type OpenedStatement, openStatement } from "@countersign/protocol/openings";
import { render } from "@countersign/protocol/rendering";
import type { ProposalView } from "@countersign/protocol/views";
import { deed, noticeBoard } from "../deed.ts";
import { type Child, el, icon, put } from "../dom.ts";
import { show } from "../frame.ts";
import { ask } from "../key-service.ts";
import { say } from "../live.ts";
import { prose, relativeTime } from "../phrases.ts";
import { linesOf } from "../proposal-lines.ts";
import { factsOf } from "../row-facts.ts";
import { withSession } from "../session.ts";
import { compactLines } from "../statement-card.ts";

const MOST_AT_ONCE = 50;
/** `opened` is null where the statement did not open as the proposal that it is said to be. */
type Row = { readonly view: ProposalView; readonly opened: OpenedStatement | null };

/** What waits for the person who touched a key, and what they asked for themselves. */
export function inboxView(): Promise<void> {
  return withSession("to see what waits for you", "Reading what waits for you", async () => {
    const inbox = await ask("/desk/v1/inbox", {});
    const [waiting, mine] = [await openAll(inbox.waiting), await openAll(inbox.mine)];
    show(
      "Inbox",
      el(
        "h1",
        { class: "list-title" },
        waiting.length === 0 ? "Nothing waits for you" : "What waits for you",
      ),
      waiting.length === 0 ? emptyInbox() : waitingList(waiting),
      el("h2", { class: "section-title" }, "What you asked for"),
      mine.length === 0
        ? emptyMine()
        : el(
            "ul",
            { class: "rows" },
            ...mine.map((row) => el("li", { class: "row" }, rowBody(row))),
          ),
      el("p", { class: "foot" }, el("a", { href: "/enrol" }, "Add a further hardware key")),
    );
  });
}

async function openAll(views: readonly ProposalView[]): Promise<Row[]> {
  return Promise.all(
    views.map(async (view) => {
      const bytes = fromBase64url(view.statement);
      const opened = bytes === null ? null : await openStatement(bytes, view.openings);
      const fits = opened?.ok === true && opened.value.digest === view.proposal;
      return { view, opened: fits ? opened.value : null };
    }),
  );
}

function waitingList(rows: readonly Row[]): HTMLElement {
  const board = noticeBoard();
  const boxes = new Map<Digest, HTMLInputElement>();
  const chosen = () =>
    [...boxes]
      .filter(([, box]) => box.checked)
      .map(([id]) => id)
      .slice(0, MOST_AT_ONCE);
  const approve = deed({
    label: "Approve",
    doing: "Drawing it up …",
    look: "primary",
    board,
    run: async () => {
      const proposals = chosen();
      if (proposals.length === 0) return;
      const { drafts } = await ask("/desk/v1/proposals/decide", {
        proposals,
        decision: "approve",
        reason: null,
      });
      location.assign(drafts.length === 1 ? `/d/${drafts[0]}` : `/d?ids=${drafts.join(",")}`);
    },
  });
  const bar = el(
    "div",
    { class: "deeds choice", hidden: true },
    approve,
    el("p", { class: "hint" }, "One touch for all; you see each of them first."),
  );
  const refresh = () => {
    const count = chosen().length;
    bar.hidden = count === 0;
    approve.textContent = count === 1 ? "Approve the one chosen" : `Approve the ${count} chosen`;
    say(`${count} chosen.`);
  };
  const list = el("ul", { class: "rows" });
  put(
    list,
    ...rows.map((row, i) => {
      const { proposal } = row.view;
      const box = el("input", {
        type: "checkbox",
        id: `choose-${i}`,
        "aria-label": `Choose: ${titleOf(row)}`,
        on: { change: refresh },
      });
      if (row.opened !== null) boxes.set(proposal, box);
      return el("li", { class: "row" }, row.opened !== null && box, rowBody(row));
    }),
  );
  list.addEventListener("keydown", (event) => moveBetweenRows(list, event));
  const all = el(
    "button",
    { type: "button", class: "quiet", on: { click: () => chooseAll(boxes, refresh) } },
    "Choose all",
  );
  return el(
    "div",
    {},
    rows.length > 1 && el("div", { class: "list-tools" }, all),
    list,
    bar,
    board.place,
  );
}

function chooseAll(boxes: ReadonlyMap<Digest, HTMLInputElement>, refresh: () => void): void {
  const all = [...boxes.values()].slice(0, MOST_AT_ONCE);
  const next = !all.every((box) => box.checked);
  for (const box of all) box.checked = next;
  refresh();
}

/** Up and down go from row to row; enter opens, as on any link. */
function moveBetweenRows(list: HTMLElement, event: KeyboardEvent): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const links = [...list.querySelectorAll<HTMLElement>("a.row-title")];
  const at = links.findIndex((it) => it.closest("li")?.contains(document.activeElement));
  const next = links[at + step];
  if (step === 0 || at === -1 || next === undefined) return;
  event.preventDefault();
  next.focus();
}

function titleOf({ view, opened }: Row): string {
  return opened === null ? `Request ${view.proposal} could not be opened` : render(opened).title;
}

function rowBody(row: Row): HTMLElement {
  const { view, opened } = row;
  const lines = linesOf(view);
  const { why, facts, thought } = opened === null ? NO_FACTS : factsOf(opened);
  return el(
    "div",
    { class: "row-body" },
    el("a", { class: "row-title", href: `/r/${view.proposal}` }, ...prose(titleOf(row))),
    why !== null && el("p", { class: "why" }, why),
    facts.length > 0 && el("p", { class: "state" }, facts.join(" · ")),
    thought !== null && el("p", { class: "thought" }, icon("notice"), thought),
    el("p", { class: "state" }, ...rowState(view)),
    lines.length > 0 && compactLines(lines),
  );
}

const NO_FACTS = { why: null, facts: [], thought: null };

function rowState({ status, proposedAt, decideBy, outcome }: ProposalView): Child[] {
  switch (status) {
    case "pending":
      return [icon("clock"), "asked ", relativeTime(proposedAt), ", ends ", relativeTime(decideBy)];
    case "approved":
      return [icon("seal"), "approved, asked ", relativeTime(proposedAt)];
    case "denied":
    case "withdrawn":
    case "expired":
      return [icon("stop"), outcome ?? status];
  }
}

function emptyInbox(): HTMLElement {
  return el(
    "p",
    { class: "nothing-yet" },
    "Requests that you can approve will stand here, oldest first. ",
    el("a", { href: "/" }, "Look again"),
  );
}

function emptyMine(): HTMLElement {
  return el(
    "p",
    { class: "nothing-yet" },
    "What you ask for with ",
    el("code", {}, "secrets request"),
    " will stand here until it ends.",
  );
}
