import { fromBase64url } from "@countersign/protocol/bytes";
import { canonicalise } from "@countersign/protocol/canonical";
import { digestToBytes } from "@countersign/protocol/digest";
import { digest } from "@countersign/protocol/ids";
import { statement } from "@countersign/protocol/statement";
import { z } from "zod";
import type { PeopleClient } from "../service/people-client.ts";
import { Stop } from "../stop.ts";
import { inclusionHolds, leafHash } from "./merkle-proof.ts";
import type { TreeHead } from "./watch-ledger.ts";

/** What a hardware key signed, as the ledger keeps it. All base64url. */
const evidence = z.looseObject({
  statement,
  assertion: z.looseObject({
    credential: z.string(),
    authenticatorData: z.string(),
    clientDataJSON: z.string(),
    signature: z.string(),
  }),
  list: z.array(digest).max(50).nullable(),
});
export type Evidence = z.infer<typeof evidence>;

/** Of an entry only this is looked at. */
const entry = z.looseObject({
  events: z.array(z.looseObject({ type: z.string() })),
  evidence: evidence.nullable(),
});
export type Entry = z.infer<typeof entry>;
export type EntryEvent = Entry["events"][number];

/**
 * The entry at an index of the tree with this head: its bytes by their hash, its place by an inclusion
 * proof. The service can withhold an entry, and cannot show another one.
 * @throws Stop `log-differs` where the proof fails, or the bytes are not shown, or are no entry.
 */
export async function proveEntry(
  client: PeopleClient,
  head: TreeHead,
  index: number,
): Promise<Entry> {
  const answer = await client.call("/people/v1/log/inclusion", { index, size: head.size });
  const holds = inclusionHolds({
    leaf: digestToBytes(answer.leafHash),
    index,
    size: head.size,
    proof: answer.proof.map(digestToBytes),
    root: digestToBytes(head.root),
  });
  if (!holds) throw entryDiffers(index, "is not proven to stand in the ledger");
  const bytes = answer.entry === null ? null : fromBase64url(answer.entry);
  if (bytes === null || !leafHash(bytes).equals(digestToBytes(answer.leafHash)))
    throw entryDiffers(index, "is not shown as it was recorded");
  const parsed = entry.safeParse(canonicalJson(bytes));
  if (!parsed.success) throw entryDiffers(index, "is not an entry that this version knows");
  return parsed.data;
}

/** @param what a phrase that goes on after "The ledger's entry N". */
export function entryDiffers(index: number, what: string): Stop {
  return new Stop(
    "log-differs",
    `The ledger's entry ${index} ${what}.`,
    "Stop, and tell a security admin now: keep this machine's configuration folder as evidence.",
  );
}

/** Null for what is no JSON, or not canonical: no entry of this ledger. */
function canonicalJson(bytes: Uint8Array): unknown {
  const text = Buffer.from(bytes).toString("utf8");
  try {
    const value: unknown = JSON.parse(text);
    return canonicalise(value) === text ? value : null;
  } catch {
    return null;
  }
}
