import {
  type Digest,
  type DraftId,
  digest,
  draftId,
  type PersonId,
  personId,
} from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import { type TenantId, tenantId } from "@countersign/protocol/names";
import { type Openings, openings } from "@countersign/protocol/openings";
import { parseStatement, statementDigest } from "@countersign/protocol/statement";
import type { Pool } from "pg";
import { z } from "zod";
import type { Look } from "../../decisions/application/tampering-reports.ts";

/** A statement that waits for a signature. Immutable: nothing but its outcome is ever added. */
export type Draft = {
  readonly draft: DraftId;
  readonly tenant: TenantId;
  readonly signer: PersonId;
  readonly digest: Digest;
  readonly statement: Buffer;
  readonly openings: Openings;
  readonly draftedAt: Instant;
  readonly signBy: Instant;
};
export type StoredDraft = Draft & {
  readonly declined: boolean;
  readonly acceptedIndex: number | null;
};

/**
 * Drafts are a convenience, not a truth: what the desk shows is what is signed, and what is signed is
 * judged anew. A row that does not fit together is as good as none, and reported; one that was replaced
 * as a whole changes what a person reads, and nothing else.
 */
export class DraftStore {
  readonly #pool: Pool;
  readonly #onLook: Look;

  constructor(pool: Pool, onLook: Look = () => {}) {
    this.#pool = pool;
    this.#onLook = onLook;
  }

  async save(it: Draft): Promise<void> {
    await this.#pool.query({
      name: "save-draft",
      text: `INSERT INTO keyservice.draft (id, tenant, signer, digest, statement, openings, drafted_at, sign_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      values: [
        it.draft,
        it.tenant,
        it.signer,
        it.digest,
        it.statement,
        it.openings,
        it.draftedAt,
        it.signBy,
      ],
    });
  }

  /** In the order asked for; those that are gone, or not what was saved, are left out. */
  async load(ids: readonly DraftId[]): Promise<StoredDraft[]> {
    const { rows } = await this.#pool.query<DraftRow>({
      name: "load-drafts",
      text: `SELECT id, tenant, signer, digest, statement, openings, declined_at IS NOT NULL AS declined,
                    to_char(drafted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS drafted_at,
                    to_char(sign_by AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS sign_by, accepted_index
             FROM keyservice.draft WHERE id = ANY($1::text[])`,
      values: [ids],
    });
    const byId = new Map<string, StoredDraft>();
    for (const row of rows) {
      const whole = await fromRow(row);
      const problem = whole === null ? "is not the one that was saved" : null;
      this.#onLook(`draft ${row.id}`, problem);
      if (whole !== null) byId.set(row.id, whole);
    }
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  async decline(ids: readonly DraftId[]): Promise<void> {
    await this.#pool.query({
      name: "decline-drafts",
      text: `UPDATE keyservice.draft SET declined_at = now()
             WHERE id = ANY($1::text[]) AND accepted_index IS NULL`,
      values: [ids],
    });
  }

  async accepted(id: DraftId, index: number): Promise<void> {
    await this.#pool.query({
      name: "accept-draft",
      text: "UPDATE keyservice.draft SET accepted_index = $2 WHERE id = $1",
      values: [id, index],
    });
  }

  /** Drafts stay a day after they could be signed, so that whoever waits learns the outcome. */
  async removeOlderThan(now: Instant): Promise<number> {
    const { rowCount } = await this.#pool.query({
      name: "remove-drafts",
      text: "DELETE FROM keyservice.draft WHERE sign_by < $1::timestamptz - interval '1 day'",
      values: [now],
    });
    return rowCount ?? 0;
  }
}

const parts = z.object({ id: draftId, tenant: tenantId, signer: personId, digest, openings });

type DraftRow = {
  id: string;
  tenant: string;
  signer: string;
  digest: string;
  statement: Buffer;
  openings: unknown;
  declined: boolean;
  drafted_at: string;
  sign_by: string;
  accepted_index: number | null;
};

/** Null where the parts of a row do not belong together. */
async function fromRow(row: DraftRow): Promise<StoredDraft | null> {
  const parsed = parts.safeParse(row);
  const statement = parseStatement(row.statement);
  if (!parsed.success || !statement.ok) return null;
  const { id, tenant, signer, digest: named, openings: texts } = parsed.data;
  const fits =
    statement.value.tenant === tenant &&
    statement.value.signer.person === signer &&
    (await statementDigest(row.statement)) === named;
  if (!fits) return null;
  return {
    draft: id,
    tenant,
    signer,
    digest: named,
    statement: row.statement,
    openings: texts,
    draftedAt: row.drafted_at as Instant, // formatted by the query in exactly this form
    signBy: row.sign_by as Instant, // likewise
    declined: row.declined,
    acceptedIndex: row.accepted_index,
  };
}
