import { fromBase64url } from "@countersign/protocol/bytes";
import { asDigest, digestBytes, listDigest } from "@countersign/protocol/digest";
import type { CredentialId, Digest, DraftId } from "@countersign/protocol/ids";
import { type OpenedStatement, openStatement } from "@countersign/protocol/openings";
import type { PeopleApiOutput } from "@countersign/protocol/people-api";
import { type Rendering, render } from "@countersign/protocol/rendering";
import { type DigestWords, digestWords } from "@countersign/protocol/words";

export type ShownDraft = {
  readonly draft: DraftId;
  /** Parsed from the very bytes whose digest is signed. */
  readonly opened: OpenedStatement;
  readonly card: Rendering;
  /** What the person compares with their terminal. */
  readonly words: WordsToCompare;
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
    const words = await wordsToCompare(opened.value, card);
    drafts.push({ draft, opened: opened.value, card, words, mayNotSign: whyNotSign(opened.value) });
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

/** Four words and where else they stand. */
export type WordsToCompare = { readonly says: string; readonly words: DigestWords };

/**
 * The words of the statement's digest, which the terminal shows too where it drew the statement up. A
 * terminal that is being enrolled shows those of its device's key instead: it never saw this statement.
 */
async function wordsToCompare(
  { statement }: OpenedStatement,
  card: Rendering,
): Promise<WordsToCompare> {
  const deviceKey =
    statement.kind === "enrol-device" ? fromBase64url(statement.body.publicKey) : null;
  if (deviceKey !== null) {
    const digest = asDigest(await digestBytes("deviceKey", deviceKey));
    return {
      says: "The terminal shows the same four words for this device's key:",
      words: digestWords(digest),
    };
  }
  const isOfTerminal = statement.kind !== "enrol-key" && statement.kind !== "sign-in";
  return {
    says: isOfTerminal
      ? "If you began in a terminal, it shows the same four words:"
      : "The four words of this statement:",
    words: card.words,
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
