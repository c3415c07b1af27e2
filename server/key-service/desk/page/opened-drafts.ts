import { fromBase64url } from "@countersign/protocol/bytes";
import { listDigest } from "@countersign/protocol/digest";
import type { CredentialId, Digest, DraftId } from "@countersign/protocol/ids";
import { type OpenedStatement, openStatement } from "@countersign/protocol/openings";
import type { PeopleApiOutput } from "@countersign/protocol/people-api";
import { type Rendering, render } from "@countersign/protocol/rendering";

export type ShownDraft = {
  readonly draft: DraftId;
  /** Parsed from the very bytes whose digest is signed. */
  readonly opened: OpenedStatement;
  readonly card: Rendering;
  /** A sentence where this must not be signed here. */
  readonly mayNotSign: string | null;
};

export type ShownList = {
  readonly drafts: readonly ShownDraft[];
  /** What the key signs: the digest of the one statement, or of the list in the order shown. */
  readonly challenge: Digest;
  readonly allowCredentials: readonly CredentialId[];
};

/** The key service sent something that must not be shown for signing. */
export class NotShowable extends Error {
  override readonly name = "NotShowable";
}

/**
 * Hashes and opens the bytes that came, and makes the challenge from those. A key service (or whoever
 * speaks for it) that shows one statement and means another gets a signature that fits neither.
 *
 * @throws NotShowable where other drafts came than were asked for, or one that cannot be read
 */
export async function openDrafts(
  asked: readonly string[],
  answer: PeopleApiOutput<"/desk/v1/drafts/read">,
): Promise<ShownList> {
  if (answer.drafts.map((it) => it.draft).join() !== asked.join()) {
    throw new NotShowable("Other drafts came than were asked for.");
  }
  const drafts: ShownDraft[] = [];
  for (const { draft, statement, openings } of answer.drafts) {
    const bytes = fromBase64url(statement);
    const opened = bytes === null ? null : await openStatement(bytes, openings);
    if (opened === null || !opened.ok) {
      throw new NotShowable("What came is not a statement that this page can show.");
    }
    const card = render(opened.value);
    drafts.push({ draft, opened: opened.value, card, mayNotSign: whyNotSign(opened.value) });
  }
  const digests = drafts.map((it) => it.opened.digest);
  const [only] = digests;
  if (only === undefined || new Set(digests).size !== digests.length) {
    throw new NotShowable("The same statement came twice.");
  }
  return {
    drafts,
    challenge: digests.length === 1 ? only : await listDigest(digests),
    allowCredentials: answer.allowCredentials,
  };
}

function whyNotSign({ statement, statements }: OpenedStatement): string | null {
  const decides =
    statement.kind === "approve" || statement.kind === "deny" || statement.kind === "withdraw";
  return decides && !statements.has(statement.body.proposal)
    ? "What this decides could not be opened, so you would not see what you sign. Ask whoever sent you here to start again."
    : null;
}

/** Whether a part of the card, or of what it is about, shows as an id because it did not open. */
export function hasUnopened(card: Rendering): boolean {
  return (
    card.fields.some((it) => it.face === "unopened") ||
    (card.about !== null && hasUnopened(card.about))
  );
}
