import { openCommitment, opening } from "@countersign/protocol/commitment";
import { commitment } from "@countersign/protocol/ids";
import { digestBytesNow } from "../../../kernel/digest.ts";
import { decodeEntry } from "../../decisions/domain/entry.ts";
import { Frontier } from "../domain/frontier.ts";
import type { Ledger, TreeHead } from "../domain/ledger.ts";
import { leafHash } from "../domain/merkle.ts";
import { verifyInclusion } from "../domain/proof.ts";
import { changesOfEntry } from "../projection/domain/changes-of-entry.ts";
import type { RowBook } from "../projection/domain/row-book.ts";
import { shapeOf, TABLE_NAMES } from "../projection/domain/tables.ts";
import type { Findings } from "./check-report.ts";
import type { DatabaseSnapshot, RawEntry } from "./checked-database.ts";
import { Turns } from "./turns.ts";

type LedgerProofs = Pick<Ledger, "inclusionProof">;

/**
 * Entries against their leaves, leaves against the tree that this process trusts, and the stored head
 * against both. Nothing here can be repaired: the ledger is what all else is repaired from.
 *
 * Feeds `book` with entries below `projected`; `isTrue` where those were the ones that were appended.
 */
export async function checkLedger(
  snapshot: DatabaseSnapshot,
  trusted: TreeHead & { readonly proofs: LedgerProofs },
  projected: number,
  book: RowBook,
  findings: Findings,
): Promise<{ readonly isTrue: boolean; readonly treeSize: number }> {
  const table = "keyservice.ledger_entry";
  const stored = await snapshot.treeHead();
  const size = checkHeadSize(stored?.size ?? null, trusted.size, findings);
  const frontier = new Frontier();
  const turns = new Turns();
  let rootAtTrusted = trusted.size === 0 ? frontier.root() : null;
  let isWhole = true;
  let expected = 0;
  const missing = (index: number) => findings.add(table, { index }, "missing", null, false);
  for await (const entry of snapshot.entries(size)) {
    for (; expected < entry.index; expected++) missing(expected);
    expected += 1;
    const leaf = leafHash(entry.bytes);
    if (!leaf.equals(entry.leafHash)) {
      const isLeafColumn = await isInTree(entry, trusted);
      findings.add(
        table,
        { index: entry.index },
        "changed",
        isLeafColumn ? "leaf_hash" : "bytes",
        false,
      );
      if (!isLeafColumn) isWhole = false;
    }
    frontier.append(leaf);
    if (frontier.size === trusted.size) rootAtTrusted = frontier.root();
    if (isWhole && entry.index < projected)
      book.take(changesOfEntry(entry.index, decodeEntry(entry.bytes)));
    findings.rowsCompared += 1;
    await turns.pass();
  }
  for (; expected < size; expected++) missing(expected);
  const outside = await snapshot.countEntriesOutside(size);
  if (outside > 0) findings.add(table, { index: `outside of ${size}` }, "unknown-row", null, false);
  if (isWhole && frontier.size === size && !rootAtTrusted?.equals(trusted.root)) {
    isWhole = false;
    await findReplaced(snapshot, trusted, findings);
  }
  if (stored !== null && isWhole && frontier.size === size) {
    const root = frontier.root();
    const said = stored.note.split("\n").slice(1, 3);
    if (!stored.root.equals(root))
      findings.add("keyservice.tree_head", { id: 1 }, "changed", "root", false);
    if (said[0] !== String(size) || said[1] !== root.toString("base64")) {
      findings.add("keyservice.tree_head", { id: 1 }, "changed", "note", false);
    }
  }
  return { isTrue: isWhole && frontier.size === size, treeSize: size };
}

/** The stored head may be newer than ours, when another process holds the pen; older it cannot be. */
function checkHeadSize(stored: number | null, trusted: number, findings: Findings): number {
  if (stored === null) findings.add("keyservice.tree_head", { id: 1 }, "missing", null, false);
  else if (stored < trusted)
    findings.add("keyservice.tree_head", { id: 1 }, "changed", "size", false);
  else return stored;
  return trusted;
}

/** Entries that were replaced together with their leaves: each is asked for in the trusted tree. */
async function findReplaced(
  snapshot: DatabaseSnapshot,
  trusted: TreeHead & { readonly proofs: LedgerProofs },
  findings: Findings,
): Promise<void> {
  for await (const entry of snapshot.entries(trusted.size)) {
    if (await isInTree(entry, trusted)) continue;
    findings.add("keyservice.ledger_entry", { index: entry.index }, "changed", "bytes", false);
  }
}

async function isInTree(
  { index, bytes }: RawEntry,
  { size, root, proofs }: TreeHead & { readonly proofs: LedgerProofs },
): Promise<boolean> {
  if (index >= size) return false;
  const proof = await proofs.inclusionProof(index, size);
  return verifyInclusion({ index, size, leaf: leafHash(bytes), root, proof });
}

/** Texts behind commitments, by tenant and commitment. */
export type OpenedTexts = ReadonlyMap<string, { readonly label: string; readonly value: string }>;
export const textKey = (tenant: unknown, target: unknown) => `${tenant} ${target}`;

/**
 * Openings against their commitments, and against the tenants in which the ledger knows those. An
 * opening that is gone is an erasure, not a difference; one that does not open is as good as gone.
 */
export async function checkOpenings(
  snapshot: DatabaseSnapshot,
  book: RowBook,
  findings: Findings,
): Promise<OpenedTexts> {
  const tenants = tenantsOfCommitments(book);
  const texts = new Map<string, { label: string; value: string }>();
  const turns = new Turns();
  for await (const { tenant, commitment: key, ...row } of snapshot.openings()) {
    const name = { tenant, commitment: key };
    const given = opening.safeParse(row);
    const target = commitment.safeParse(key);
    const value =
      given.success && target.success
        ? await openCommitment(target.data, given.data.label, given.data)
        : null;
    const home = tenants.get(key);
    if (value === null || !given.success) {
      // Label, salt or text: the digest does not say which.
      findings.add("keyservice.opening", name, "changed", null, false);
    } else if (home !== undefined && !home.has(tenant)) {
      findings.add("keyservice.opening", name, "changed", "tenant", false);
    } else {
      texts.set(textKey(tenant, key), { label: given.data.label, value });
    }
    findings.rowsCompared += 1;
    await turns.pass();
  }
  return texts;
}

function tenantsOfCommitments(book: RowBook): Map<unknown, Set<unknown>> {
  const tenants = new Map<unknown, Set<unknown>>();
  for (const table of TABLE_NAMES) {
    const columns = Object.values(shapeOf(table).opened).map((it) => it.from);
    if (columns.length === 0) continue;
    for (const id of book.rows(table).keys()) {
      const row = book.whole(table, id);
      for (const column of columns) {
        const target = row?.[column];
        if (target == null) continue;
        tenants.set(target, (tenants.get(target) ?? new Set()).add(row?.tenant));
      }
    }
  }
  return tenants;
}

/**
 * Envelopes against the digests in the fold, and the other way round: every secret that can be opened has
 * the envelope of its current version. Staged envelopes, which no entry names yet, must only fit their own
 * digest.
 */
export async function checkEnvelopes(
  snapshot: DatabaseSnapshot,
  book: RowBook,
  findings: Findings,
): Promise<void> {
  const table = "keyservice.envelope";
  const known = new Map<unknown, { tenant: unknown; secret: unknown; version: unknown }>();
  const wanted = new Map<unknown, { tenant: unknown; secret: unknown; version: unknown }>();
  for (const id of book.rows("secret_version").keys()) {
    const row = book.whole("secret_version", id);
    if (row === undefined) continue;
    const { tenant, secret, version } = row as Record<string, unknown>;
    const named = { tenant, secret, version };
    known.set(row.envelope, named);
    const current = book.whole("secret", JSON.stringify([tenant, secret]));
    const isCurrent = current?.status === "active" && current.current_version === version;
    if (isCurrent) wanted.set(row.envelope, named);
  }
  const turns = new Turns();
  for await (const { digest, sealed, ...row } of snapshot.envelopes()) {
    const name = { digest };
    if (digestBytesNow("envelope", sealed) !== digest) {
      findings.add(table, name, "changed", "sealed", false);
    }
    const expected = known.get(digest);
    for (const column of ["tenant", "secret", "version"] as const) {
      if (expected !== undefined && expected[column] !== row[column]) {
        findings.add(table, name, "changed", column, false);
      }
    }
    wanted.delete(digest);
    findings.rowsCompared += 1;
    await turns.pass();
  }
  for (const digest of wanted.keys()) findings.add(table, { digest }, "missing", null, false);
}
