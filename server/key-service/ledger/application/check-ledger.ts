import { setTimeout as pause } from "node:timers/promises";
import { Frontier } from "../domain/frontier.ts";
import type { Ledger, TreeHead } from "../domain/ledger.ts";
import { leafHash } from "../domain/merkle.ts";
import { verifyConsistency, verifyInclusion } from "../domain/proof.ts";
import type { Findings } from "./check-report.ts";
import type { DatabaseSnapshot, RawEntry, RawHead } from "./checked-database.ts";
import { Turns } from "./turns.ts";

export type LedgerCheck = {
  readonly snapshot: DatabaseSnapshot;
  /** The tree in this process's memory: what the database is held against. */
  readonly ledger: Pick<Ledger, "head" | "inclusionProof" | "consistencyProof">;
  /** Its size before the snapshot was taken: the stored head cannot be behind it. */
  readonly sizeBefore: number;
  readonly findings: Findings;
};

const ENTRIES = "keyservice.ledger_entry";
const HEAD = "keyservice.tree_head";
const ACKNOWLEDGED_MS = 2_000;

/**
 * Entries against their leaves, all of them against the trusted tree, and the stored head against both.
 * Nothing here can be repaired: the ledger is what all else is repaired from.
 *
 * `isTrue` where all of them are the ones that were appended.
 */
export async function checkLedger(
  check: LedgerCheck,
): Promise<{ readonly isTrue: boolean; readonly treeSize: number }> {
  const { snapshot, ledger, findings } = check;
  const stored = await snapshot.treeHead();
  const size = await checkHeadSize(stored, check);
  // Newer than the snapshot, maybe: it proves every entry that the snapshot may have.
  const trusted = ledger.head();
  const read = await readEntries(check, size, trusted);
  if ((await snapshot.countEntriesOutside(size)) > 0) {
    findings.add(ENTRIES, { index: "beyond-the-head" }, "unknown-row", null, false);
  }
  if (read.missing > 0) return { isTrue: false, treeSize: size };
  const root = read.frontier.root();
  const proof = await ledger.consistencyProof(size, trusted.size);
  const isTree = verifyConsistency({
    fromSize: size,
    fromRoot: root,
    toSize: trusted.size,
    toRoot: trusted.root,
    proof,
  });
  if (!isTree && !read.isNamed) await nameReplaced(check, size, trusted);
  if (isTree && stored?.size === size) checkHeadRow(stored, root, findings);
  return { isTrue: isTree, treeSize: size };
}

/** The size to check: the stored one, unless it cannot be. */
async function checkHeadSize(stored: RawHead | null, check: LedgerCheck): Promise<number> {
  const { ledger, sizeBefore, findings } = check;
  if (stored === null) {
    findings.add(HEAD, { id: 1 }, "missing", null, false);
    return sizeBefore;
  }
  // A batch may be committed whose acknowledgement this process has not seen yet.
  for (let waited = 0; stored.size > ledger.head().size && waited < ACKNOWLEDGED_MS; waited += 20) {
    await pause(20);
  }
  if (stored.size >= sizeBefore && stored.size <= ledger.head().size) return stored.size;
  findings.add(HEAD, { id: 1 }, "changed", "size", false);
  return sizeBefore;
}

type ReadEntries = {
  readonly frontier: Frontier;
  readonly missing: number;
  /** Whether an entry was found to be another one already. */
  readonly isNamed: boolean;
};

async function readEntries(
  { snapshot, ledger, findings }: LedgerCheck,
  size: number,
  trusted: TreeHead,
): Promise<ReadEntries> {
  const frontier = new Frontier();
  const turns = new Turns();
  let [next, missing, isNamed] = [0, 0, false];
  const missUpTo = (index: number) => {
    for (; next < index; next++, missing++) {
      findings.add(ENTRIES, { index: next }, "missing", null, false);
    }
  };
  for await (const entry of snapshot.entries(size)) {
    missUpTo(entry.index);
    next = entry.index + 1;
    const leaf = leafHash(entry.bytes);
    if (!leaf.equals(entry.leafHash)) {
      const isOurs = await isInTree(entry, trusted, ledger);
      const column = isOurs ? "leaf_hash" : "bytes";
      findings.add(ENTRIES, { index: entry.index }, "changed", column, false);
      isNamed ||= !isOurs;
    }
    frontier.append(leaf);
    findings.rowsCompared += 1;
    await turns.pass();
  }
  missUpTo(size);
  return { frontier, missing, isNamed };
}

function checkHeadRow({ size, root: stored, note }: RawHead, root: Buffer, findings: Findings) {
  if (!stored.equals(root)) findings.add(HEAD, { id: 1 }, "changed", "root", false);
  // C2SP tlog-checkpoint: origin, size, root. Its signature is verified when the ledger is opened.
  const [, notedSize, notedRoot] = note.split("\n");
  if (notedSize !== String(size) || notedRoot !== root.toString("base64")) {
    findings.add(HEAD, { id: 1 }, "changed", "note", false);
  }
}

/** Entries that were replaced together with their leaves: each is looked for in the trusted tree. */
async function nameReplaced(
  { snapshot, ledger, findings }: LedgerCheck,
  size: number,
  trusted: TreeHead,
): Promise<void> {
  const turns = new Turns();
  for await (const entry of snapshot.entries(size)) {
    await turns.pass();
    if (await isInTree(entry, trusted, ledger)) continue;
    findings.add(ENTRIES, { index: entry.index }, "changed", "bytes", false);
  }
}

async function isInTree(
  { index, bytes }: RawEntry,
  { size, root }: TreeHead,
  ledger: Pick<Ledger, "inclusionProof">,
): Promise<boolean> {
  const proof = await ledger.inclusionProof(index, size);
  return verifyInclusion({ index, size, leaf: leafHash(bytes), root, proof });
}
