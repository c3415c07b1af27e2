import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import type { ReadEntry, ReadEvent } from "./ledger-reader.ts";
import type { TestDatabase } from "./postgres.ts";

/** A value as it reached a client. */
export type Receipt = {
  readonly request: string;
  readonly secret: string;
  readonly version: number;
  readonly use: number;
  readonly device: string;
  /** SHA-256 of the public key it was sealed to, base64url. */
  readonly recipientKey: string;
  /** The ledger entry that the message names. */
  readonly intent: number;
  /** SHA-256 of the value, base64url. */
  readonly valueDigest: string;
  /** Entries that the witness had on its disk when the value arrived. */
  readonly witnessedSize: number;
};

/**
 * Compares what clients have in their hands with what the ledger says, by reading alone: none of the
 * key service's code. @returns what does not match, as sentences; empty when all does
 */
export function auditReleases(
  entries: readonly ReadEntry[],
  receipts: readonly Receipt[],
): string[] {
  const complaints: string[] = [];
  const keyOfUse = new Map<string, string>();
  for (const { events } of entries) {
    for (const event of events.filter((it) => it.type === "ReleaseIntended")) {
      const use = `${event.request} ${event.secret} ${event.use}`;
      const key = String(event.recipientKey);
      if ((keyOfUse.get(use) ?? key) !== key) complaints.push(`${use} was opened to two keys`);
      keyOfUse.set(use, key);
    }
  }
  const valueUnder = new Map<string, string>();
  for (const receipt of receipts) {
    const { request, secret, version, use, intent, valueDigest } = receipt;
    const what = `a value of ${secret} for use ${use} of ${request}`;
    const intents = (entries[intent]?.events ?? []).filter((it) => isIntentOf(it, receipt));
    if (intents.length !== 1) complaints.push(`${what} has ${intents.length} intents at ${intent}`);
    if (receipt.witnessedSize <= intent)
      complaints.push(`${what} arrived before the witness had seen its intent ${intent}`);
    const name = `${secret} ${version}`;
    if ((valueUnder.get(name) ?? valueDigest) !== valueDigest)
      complaints.push(`${what} is another value than before`);
    valueUnder.set(name, valueDigest);
  }
  return complaints;
}

function isIntentOf(event: ReadEvent, receipt: Receipt): boolean {
  const fields = ["request", "secret", "version", "use", "device", "recipientKey"] as const;
  return event.type === "ReleaseIntended" && fields.every((it) => event[it] === receipt[it]);
}

/** Statements whose signer was told that they are recorded: each must stand where they were told. */
export function auditAcknowledged(
  entries: readonly ReadEntry[],
  acknowledged: readonly { readonly index: number; readonly digest: string }[],
): string[] {
  return acknowledged
    .filter(({ index, digest }) => entries[index]?.evidence?.digest !== digest)
    .map(
      ({ index, digest }) => `the statement ${digest} was acknowledged at ${index}, is not there`,
    );
}

/**
 * The signed tree head and the witness's checkpoint against a tree computed here (RFC 6962 section 2.1) from
 * the stored leaves. @returns what does not match, as sentences
 */
export async function auditTree(database: TestDatabase, witnessDir: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
  try {
    // The witness first: what it has seen was durable before.
    const seen = witnessCheckpoint(witnessDir);
    const [head] = (await client.query<{ note: string }>("SELECT note FROM keyservice.tree_head"))
      .rows;
    const { rows } = await client.query<{ leaf_hash: Buffer }>(
      "SELECT leaf_hash FROM keyservice.ledger_entry ORDER BY index",
    );
    const leaves = rows.map((row) => row.leaf_hash);
    return [
      ["the signed head", parseNote(head?.note ?? "")] as const,
      ["the witness's checkpoint", seen] as const,
    ].flatMap(([what, { size, root }]) => {
      if (size > leaves.length) return [`${what} has ${size} entries, the ledger ${leaves.length}`];
      const ours = rootOf(leaves.slice(0, size)).toString("base64");
      return ours === root ? [] : [`${what} of ${size} entries has another root than the entries`];
    });
  } finally {
    await client.end();
  }
}

/** The newest checkpoint on the disk of the witness; size 0 before the first. */
export function witnessCheckpoint(witnessDir: string): { size: number; root: string } {
  const folder = join(witnessDir, "checkpoints");
  const file = readdirSync(folder).find((name) => name.endsWith(".checkpoint"));
  return file === undefined ? parseNote("") : checkpointIn(join(folder, file));
}

/** The checkpoint in a file: a signed note, unverified. */
export function checkpointIn(file: string): { size: number; root: string } {
  return parseNote(readFileSync(file, "utf8"));
}

function parseNote(note: string): { size: number; root: string } {
  const [, size = "0", root = ""] = note.split("\n");
  return { size: Number(size), root };
}

function rootOf(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return createHash("sha256").digest();
  if (leaves.length === 1) return only;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return createHash("sha256")
    .update(Buffer.from([1]))
    .update(rootOf(leaves.slice(0, split)))
    .update(rootOf(leaves.slice(split)))
    .digest();
}
