import { ROLE_NAMES, type SigningRole } from "@countersign/protocol/roles";
import type { ShownDraft } from "./opened-drafts.ts";
import { type Line, signatureLines, statementCard } from "./statement-card.ts";

export type OnScreen = {
  readonly draft: ShownDraft;
  readonly card: HTMLElement;
  readonly lines: HTMLElement;
};

/** The card of one draft, with its signer's line still empty. `place` is `2 of 3`, or null where it stands alone. */
export function draftOnScreen(draft: ShownDraft, place: string | null): OnScreen {
  const lines = signatureLines([emptyLine(draft)], "Your signature");
  const card = statementCard({
    card: draft.card,
    heading: place === null ? "h1" : "h2",
    eyebrow: place ?? "You are asked to sign",
    revokes: isRevocation(draft.opened),
    words: draft.words,
    warning: draft.mayNotSign,
    lines,
  });
  return { draft, lines, card };
}

/** Also of a decision about one. */
export function isRevocation({ statement, statements }: ShownDraft["opened"]): boolean {
  if (statement.kind === "revoke") return true;
  return (
    statement.kind === "approve" &&
    statements.get(statement.body.proposal)?.statement.kind === "revoke"
  );
}

export function emptyLine({ opened }: ShownDraft): Line {
  const { signer } = opened.statement;
  return { whose: `${signerName(opened)}, ${roleInWords(signer.role)}`, signed: null };
}

/** `index`: of the ledger entry, or null while there is none. */
export function signedLine({ opened }: ShownDraft, credential: string, index: number | null): Line {
  const role = roleInWords(opened.statement.signer.role);
  return { whose: "", signed: { name: signerName(opened), role, credential, at: null, index } };
}

export function signerName({ statement, texts }: ShownDraft["opened"]): string {
  return texts.get(statement.signer.name) ?? statement.signer.person;
}

function roleInWords(role: SigningRole): string {
  return role === "member" ? "for themselves" : ROLE_NAMES[role];
}
