import { openCheckpoint } from "../domain/checkpoint.ts";
import { HashTree } from "../domain/hash-tree.ts";
import { findDifference, historyAdvice, type RememberedHead } from "../domain/history.ts";
import { LedgerFault } from "../domain/ledger.ts";
import { emptyRoot, hashSizeBytes } from "../domain/merkle.ts";
import type { CheckpointFile } from "./checkpoint-file.ts";
import {
  countEntriesBeyond,
  createHeadIfAbsent,
  findUnsafeSetting,
  readHead,
  readLeafHashes,
} from "./ledger-tables.ts";
import type { LogSigner, SignedHead } from "./log-signer.ts";
import type { WitnessClient } from "./witness-client.ts";
import type { WriterConnection } from "./writer-connection.ts";

export type LoadedHistory = { readonly tree: HashTree; readonly head: SignedHead };

/** What outside the database remembers this log. */
export type OutsideMemory = {
  readonly file: CheckpointFile;
  readonly witnesses: readonly WitnessClient[];
  readonly quorum: number;
  readonly waitMs: number;
};

/** Writes the head of an empty log where there is none yet. Entries without a head are no empty log. */
export async function createLedgerIfAbsent(
  connection: WriterConnection,
  signer: LogSigner,
): Promise<void> {
  const unsafe = await findUnsafeSetting(connection);
  if (unsafe !== null) {
    throw new LedgerFault(
      "closed",
      `PostgreSQL runs with ${unsafe}: a commit could be lost after it was acknowledged. Turn the setting on`,
    );
  }
  if ((await readHead(connection)) !== null) return;
  const orphans = await countEntriesBeyond(connection, 0);
  if (orphans > 0) throw differs(`the database has ${orphans} entries and no tree head`);
  await createHeadIfAbsent(connection, await signer.signHead(0, emptyRoot()));
}

/**
 * Reads what is on disk and proves it before anything is built on it: the stored leaves give the root of
 * the head, the head is signed by the log key, and it continues what the checkpoint file and every witness
 * remember. Entry bytes are checked against their leaves when they are read (`PostgresLedger.entries`).
 * Call it with the pen in hand, so that nothing moves meanwhile.
 * @throws LedgerFault `history-differs` naming the source, or `not-witnessed` where nobody outside vouches
 */
export async function loadHistory(
  connection: WriterConnection,
  signer: LogSigner,
  outside: OutsideMemory,
): Promise<LoadedHistory> {
  const loaded = await loadTree(connection, signer);
  const [inFile, atWitnesses] = await Promise.all([
    recallFile(outside.file, signer),
    recallWitnesses(outside),
  ]);
  for (const remembered of [inFile, ...atWitnesses.remembered]) {
    const difference = remembered === null ? null : findDifference(loaded.tree, remembered);
    if (difference !== null) throw differs(difference);
  }
  const vouching = atWitnesses.remembered.length;
  if (inFile === null && loaded.tree.size > 0 && vouching < Math.max(outside.quorum, 1)) {
    throw new LedgerFault(
      "not-witnessed",
      `nothing outside the database vouches for its ${loaded.tree.size} entries: ${outside.file.path} is missing ` +
        `and ${vouching} of ${outside.witnesses.length} witnesses remember this log` +
        `${atWitnesses.errors.map((e) => `; ${e}`).join("")}. Start the witnesses, or put the file back`,
    );
  }
  return loaded;
}

async function loadTree(connection: WriterConnection, signer: LogSigner): Promise<LoadedHistory> {
  const row = await readHead(connection);
  if (row === null) throw differs("the database has no tree head");
  const opened = openCheckpoint(row.note, signer.origin, [signer.verifier]);
  if (!opened.ok) {
    throw differs(
      `the tree head in the database is not signed by this log's key (${opened.error})`,
    );
  }
  const { checkpoint, note } = opened.value;
  const tree = new HashTree();
  for await (const page of readLeafHashes(connection, checkpoint.size)) {
    if (page.hashes.length !== (page.to - page.from) * hashSizeBytes) {
      throw differs(
        `the database lacks entries between ${page.from} and ${page.to} of ${checkpoint.size}`,
      );
    }
    for (let at = 0; at < page.hashes.length; at += hashSizeBytes) {
      tree.append(page.hashes.subarray(at, at + hashSizeBytes));
    }
  }
  const signed: RememberedHead = { source: "the signed tree head in the database", ...checkpoint };
  const difference = findDifference(tree, signed);
  if (difference !== null) throw differs(difference);
  if (row.size !== checkpoint.size || !row.root.equals(checkpoint.root)) {
    throw differs(
      `the columns of the tree head (size ${row.size}) are not what its note says (${checkpoint.size})`,
    );
  }
  const beyond = await countEntriesBeyond(connection, checkpoint.size);
  if (beyond > 0)
    throw differs(`the database has ${beyond} entries that no signed tree head covers`);
  const { size, root } = checkpoint;
  return { tree, head: { size, root, text: note.text, note: row.note } };
}

async function recallFile(file: CheckpointFile, signer: LogSigner): Promise<RememberedHead | null> {
  const note = await file.read();
  if (note === null) return null;
  const opened = openCheckpoint(note, signer.origin, [signer.verifier]);
  if (!opened.ok) {
    throw differs(
      `${file.path} does not hold a checkpoint of this log (${opened.error}): it belongs to another origin or is ` +
        "damaged. If it is damaged, move it away; the witnesses must then vouch for the database",
    );
  }
  const { size, root } = opened.value.checkpoint;
  return { source: file.path, size, root };
}

async function recallWitnesses(
  outside: OutsideMemory,
): Promise<{ remembered: readonly RememberedHead[]; errors: readonly string[] }> {
  const answers = await Promise.allSettled(outside.witnesses.map((w) => w.latest(outside.waitMs)));
  const remembered: RememberedHead[] = [];
  const errors: string[] = [];
  for (const answer of answers) {
    if (answer.status === "rejected") {
      errors.push(answer.reason instanceof Error ? answer.reason.message : "a witness failed");
    } else if (answer.value !== null) {
      remembered.push(answer.value);
    }
  }
  return { remembered, errors };
}

/** A fault that says what disagrees and what to do. */
export function differs(what: string): LedgerFault {
  return new LedgerFault("history-differs", `${what}. ${historyAdvice}`);
}
