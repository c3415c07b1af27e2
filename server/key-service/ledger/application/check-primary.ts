import { openCommitment, opening } from "@countersign/protocol/commitment";
import { commitment } from "@countersign/protocol/ids";
import { digestBytesNow } from "../../../kernel/digest.ts";
import type { RowBook } from "../projection/domain/row-book.ts";
import type { Findings } from "./check-report.ts";
import type { DatabaseSnapshot } from "./checked-database.ts";
import type { CommitmentHomes } from "./commitment-homes.ts";
import { Turns } from "./turns.ts";

/**
 * Openings against their commitments, and against the tenants in which the ledger knows those. An
 * opening that is gone is an erasure, not a difference; one that does not open is as good as gone.
 */
export async function checkOpenings(
  snapshot: DatabaseSnapshot,
  homes: CommitmentHomes,
  findings: Findings,
): Promise<void> {
  const turns = new Turns();
  for await (const { tenant, commitment: key, ...row } of snapshot.openings()) {
    const name = { tenant, commitment: key };
    const given = opening.safeParse(row);
    const target = commitment.safeParse(key);
    const value =
      given.success && target.success
        ? await openCommitment(target.data, given.data.label, given.data)
        : null;
    if (value === null) {
      // Label, salt or text: the digest does not say which.
      findings.add("keyservice.opening", name, "changed", null, false);
    } else if (!homes.mayBeIn(key, tenant)) {
      findings.add("keyservice.opening", name, "changed", "tenant", false);
    }
    findings.rowsCompared += 1;
    await turns.pass();
  }
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
