import type { CredentialId, Digest } from "@countersign/protocol/ids";
import { encodeStatement, type Statement, statementDigest } from "@countersign/protocol/statement";
import { z } from "zod";
import type { PeopleClient } from "../service/people-client.ts";
import { type Entry, entryDiffers, proveEntry } from "./prove-entry.ts";
import { touchHolds } from "./verify-touch.ts";
import type { TreeHead } from "./watch-ledger.ts";

/** What signatures in the ledger are judged by. Keys are proven once and remembered here. */
export type SignatureJudge = {
  readonly client: PeopleClient;
  readonly head: TreeHead;
  readonly deskOrigin: string;
  readonly keys: Map<string, EnrolledKey>;
};

const enrolled = z.looseObject({
  type: z.literal("KeyEnrolled"),
  person: z.string(),
  credential: z.string(),
  publicKey: z.string(),
});
type EnrolledKey = z.infer<typeof enrolled>;

export type ProvenSignature = {
  readonly entry: Entry;
  readonly statement: Statement;
  readonly digest: Digest;
  readonly credential: CredentialId;
};

/**
 * Proves that the entry at an index records a statement with a signature that holds: by the hardware key
 * whose own enrolment stands in the same ledger, for the person who is named as the signer.
 * @throws Stop `log-differs`.
 */
export async function proveSignature(
  judge: SignatureJudge,
  index: number,
): Promise<ProvenSignature> {
  const entry = await proveEntry(judge.client, judge.head, index);
  const { evidence } = entry;
  if (evidence === null) throw entryDiffers(index, "holds no signature");
  const { statement, assertion } = evidence;
  const credential = assertion.credential as CredentialId; // only ever compared, and sent back to whoever said it
  const digest = await statementDigest(encodeStatement(statement));
  const key = await enrolledKey(judge, credential);
  if (key.person !== statement.signer.person)
    throw entryDiffers(index, "is signed with a key that the ledger names as somebody else's");
  const { publicKey } = key;
  if (!(await touchHolds({ digest, evidence, publicKey, deskOrigin: judge.deskOrigin })))
    throw entryDiffers(index, "holds a signature that is not by the key that the ledger names");
  return { entry, statement, digest, credential };
}

/** Whether the entry records what the statement did, as an event of that person's. */
export function hasEvent(entry: Entry, type: string, members: Readonly<Record<string, string>>) {
  return entry.events.some(
    (event) =>
      event.type === type &&
      Object.entries(members).every(([member, value]) => event[member] === value),
  );
}

async function enrolledKey(judge: SignatureJudge, credential: CredentialId): Promise<EnrolledKey> {
  const known = judge.keys.get(credential);
  if (known !== undefined) return known;
  const { index } = await judge.client.call("/people/v1/log/key", { credential });
  const { events } = await proveEntry(judge.client, judge.head, index);
  const found = events
    .map((event) => enrolled.safeParse(event))
    .find((it) => it.success && it.data.credential === credential)?.data;
  if (found === undefined) throw entryDiffers(index, "does not enrol the key that it is said to");
  judge.keys.set(credential, found);
  return found;
}
