import { fromBase64url } from "@countersign/protocol/bytes";
import { canonicalise } from "@countersign/protocol/canonical";
import { digestToBytes } from "@countersign/protocol/digest";
import type { Digest } from "@countersign/protocol/ids";
import type { ProposalView } from "@countersign/protocol/people-api";
import {
  encodeStatement,
  statementDigest,
  statement as statementSchema,
} from "@countersign/protocol/statement";
import { z } from "zod";
import type { PeopleClient } from "../service/people-client.ts";
import { Stop } from "../stop.ts";
import { inclusionHolds, leafHash } from "./merkle-proof.ts";
import type { TreeHead } from "./watch-ledger.ts";

/** Of an entry only this is looked at: which statement it records. */
const entryShape = z.looseObject({
  evidence: z.looseObject({ statement: z.unknown() }).nullable(),
});

export type ProvenEntry = {
  readonly index: number;
  readonly proposal: Digest;
  readonly request: string | null;
};

/**
 * Proves that what the caller proposed stands in the tree with this head: the entry's hash by an
 * inclusion proof, and the entry's bytes, which the service gives to whoever they are about, by the
 * statement in them.
 * @throws Stop `log-differs`.
 */
export async function verifyOwnEntries(
  client: PeopleClient,
  head: TreeHead,
  proposals: readonly ProposalView[],
): Promise<ProvenEntry[]> {
  const proven: ProvenEntry[] = [];
  for (const { index, proposal, request } of proposals) {
    // Proposed after that checkpoint was signed: the next run proves it.
    if (index >= head.size) continue;
    const answer = await client.call("/people/v1/log/inclusion", { index, size: head.size });
    const holds = inclusionHolds({
      leaf: digestToBytes(answer.leafHash),
      index,
      size: head.size,
      proof: answer.proof.map(digestToBytes),
      root: digestToBytes(head.root),
    });
    const recorded = holds && (await records(answer, proposal));
    if (!recorded) {
      throw new Stop(
        "log-differs",
        `The ledger's entry ${index} does not record the statement that it is said to record (${request ?? proposal}).`,
        "Stop, and tell a security admin now: keep this machine's configuration folder as evidence.",
      );
    }
    proven.push({ index, proposal, request });
  }
  return proven;
}

async function records(
  answer: { leafHash: Digest; entry: string | null },
  proposal: Digest,
): Promise<boolean> {
  const bytes = answer.entry === null ? null : fromBase64url(answer.entry);
  if (bytes === null || !leafHash(bytes).equals(digestToBytes(answer.leafHash))) return false;
  const entry = entryShape.safeParse(parseJson(bytes));
  if (!entry.success) return false;
  const statement = statementSchema.safeParse(entry.data.evidence?.statement);
  return statement.success && (await statementDigest(encodeStatement(statement.data))) === proposal;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    return canonicalise(value) === Buffer.from(bytes).toString("utf8") ? value : null;
  } catch {
    return null; // not JSON, or not canonical: no entry of this ledger
  }
}
