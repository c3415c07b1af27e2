import { fromBase64url } from "@countersign/protocol/bytes";
import { digest, requestId } from "@countersign/protocol/ids";
import { openStatement } from "@countersign/protocol/openings";
import { render } from "@countersign/protocol/rendering";
import type { ProposalView } from "@countersign/protocol/views";
import { deed, noticeBoard } from "../deed.ts";
import { type Child, el, icon } from "../dom.ts";
import { isRevocation } from "../drafts-on-screen.ts";
import { show } from "../frame.ts";
import { ask } from "../key-service.ts";
import { NotShowable } from "../opened-drafts.ts";
import { counted, joinInWords, relativeTime } from "../phrases.ts";
import { linesOf } from "../proposal-lines.ts";
import { withSession } from "../session.ts";
import { signatureLines, statementCard } from "../statement-card.ts";
import { showNothingHere } from "./failure.ts";

/** One proposal: what is asked, who has signed, and what this person can do about it. */
export async function requestView(id: string): Promise<void> {
  const proposal = requestId.safeParse(id).data ?? digest.safeParse(id).data;
  if (proposal === undefined) return showNothingHere();
  return withSession("to see this request", "Reading the request", async (who) => {
    const { view, cannot } = await ask("/desk/v1/proposals/read", { proposal });
    const bytes = fromBase64url(view.statement);
    const opened = bytes === null ? null : await openStatement(bytes, view.openings);
    if (opened === null || !opened.ok || opened.value.digest !== view.proposal) {
      throw new NotShowable("What came is not the request that was asked for.");
    }
    const isMine = opened.value.statement.signer.person === who.person;
    const signatures = linesOf(view, who.person);
    const lines = el(
      "section",
      { class: "chain" },
      el("p", { class: "state" }, ...stateOf(view)),
      view.grant !== null && el("p", { class: "state" }, ...grantState(view.grant)),
      signatures.length > 0 && signatureLines(signatures),
    );
    show(
      "Request",
      statementCard({
        card: render(opened.value),
        heading: "h1",
        eyebrow: eyebrowOf(view, isMine),
        revokes: isRevocation(opened.value),
        lines,
      }),
      view.status === "pending" && decisionPart(view, isMine, cannot),
    );
  });
}

function eyebrowOf({ status }: ProposalView, isMine: boolean): string {
  if (isMine) return "You asked";
  if (status === "pending") return "You are asked";
  return status === "approved" ? "Asked and approved" : "Asked and ended";
}

function stateOf({ status, proposedAt, decideBy, outcome }: ProposalView): Child[] {
  switch (status) {
    case "pending":
      return [
        icon("clock"),
        "Asked ",
        relativeTime(proposedAt),
        "; this ends ",
        relativeTime(decideBy),
        ".",
      ];
    case "approved":
      return [icon("seal"), "Approved."];
    case "denied":
    case "withdrawn":
    case "expired":
      return [icon("stop"), outcome ?? `It was ${status}.`];
  }
}

function grantState(grant: NonNullable<ProposalView["grant"]>): Child[] {
  const left = grant.uses.reduce((sum, it) => sum + it.left, 0);
  if (grant.status !== "active") return [icon("stop"), `What was granted is ${grant.status}.`];
  return [
    icon("key"),
    `${counted(left, "opening")} left; ends `,
    relativeTime(grant.expiresAt),
    ".",
  ];
}

function decisionPart(view: ProposalView, isMine: boolean, cannot: string | null): Child {
  if (cannot !== null && !isMine) {
    const able = view.candidates.filter((it) => it.cannot === null).map((it) => it.name);
    const others =
      able.length === 0 ? "Nobody else can sign it now either." : `${joinInWords(able, "or")} can.`;
    const sentence =
      cannot.includes(others) || able.some((name) => cannot.includes(name))
        ? cannot
        : `${cannot} ${others}`;
    return el("section", { class: "sign" }, el("p", { class: "notice" }, icon("notice"), sentence));
  }
  const board = noticeBoard();
  const decide =
    (decision: "approve" | "deny" | "withdraw", reason: () => string | null) => async () => {
      const { drafts } = await ask("/desk/v1/proposals/decide", {
        proposals: [view.proposal],
        decision,
        reason: reason(),
      });
      location.assign(`/d/${drafts[0] ?? ""}`);
    };
  if (isMine) {
    return el(
      "section",
      { class: "sign" },
      el(
        "div",
        { class: "deeds" },
        deed({
          label: "Withdraw it",
          doing: "Drawing it up …",
          look: "plain",
          board,
          run: decide("withdraw", () => null),
        }),
      ),
      el("p", { class: "hint" }, "You cannot approve what you ask for. You can take it back."),
      board.place,
    );
  }
  const reason = el("textarea", { id: "reason", rows: "3", maxlength: "1000" });
  const refuse = deed({
    label: "Refuse it",
    doing: "Drawing it up …",
    look: "plain",
    board,
    run: async () => {
      if (reason.value.trim() === "") return reason.focus();
      await decide("deny", () => reason.value.trim().normalize("NFC"))();
    },
  });
  const why = el(
    "div",
    { class: "form", hidden: true },
    el("label", { for: "reason" }, "Why not? Whoever asked will read it."),
    reason,
    el("div", { class: "deeds" }, refuse),
  );
  why.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    openRefusal.click();
    openRefusal.focus();
  });
  const openRefusal = el(
    "button",
    { type: "button", class: "plain", "aria-expanded": "false" },
    "Refuse …",
  );
  openRefusal.addEventListener("click", () => {
    why.hidden = !why.hidden;
    openRefusal.setAttribute("aria-expanded", String(!why.hidden));
    if (!why.hidden) reason.focus();
  });
  const approve = deed({
    label: "Approve",
    doing: "Drawing it up …",
    look: "primary",
    board,
    run: decide("approve", () => null),
  });
  return el(
    "section",
    { class: "sign" },
    el("div", { class: "deeds" }, approve, openRefusal),
    el("p", { class: "hint" }, "Next you see exactly what you sign, and touch your key."),
    why,
    board.place,
  );
}
