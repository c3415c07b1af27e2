import { type Opening, openCommitment, opening } from "@countersign/protocol/commitment";
import { type Commitment, commitment } from "@countersign/protocol/ids";
import type { TenantId } from "@countersign/protocol/names";
import type { Pool } from "pg";
import type { Look } from "../../decisions/application/tampering-reports.ts";

/**
 * What commitments open to: names and free text, in clear, erasable, one table. A row is believed only
 * when it opens the commitment it stands under; an edited one is as good as none, and reported.
 */
export class OpeningStore {
  readonly #pool: Pool;
  readonly #onLook: Look;

  constructor(pool: Pool, onLook: Look) {
    this.#pool = pool;
    this.#onLook = onLook;
  }

  /** Idempotent: what stands under a commitment is never replaced. */
  async save(tenant: TenantId, texts: Readonly<Record<Commitment, Opening>>): Promise<void> {
    const rows = Object.entries(texts);
    if (rows.length === 0) return;
    await this.#pool.query({
      name: "save-openings",
      text: `INSERT INTO keyservice.opening (tenant, commitment, label, salt, value)
             SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])
             ON CONFLICT (tenant, commitment) DO NOTHING`,
      values: [
        tenant,
        rows.map(([key]) => key),
        rows.map(([, it]) => it.label),
        rows.map(([, it]) => it.salt),
        rows.map(([, it]) => it.value),
      ],
    });
  }

  /** Those of the candidates that are known and true. */
  async load(tenant: TenantId, candidates: Iterable<string>): Promise<Map<Commitment, Opening>> {
    const { rows } = await this.#pool.query<
      Record<"commitment" | "label" | "salt" | "value", string>
    >({
      name: "load-openings",
      text: `SELECT commitment, label, salt, value FROM keyservice.opening
             WHERE tenant = $1 AND commitment = ANY($2::text[])`,
      values: [tenant, [...new Set(candidates)]],
    });
    const found = new Map<Commitment, Opening>();
    for (const { commitment: key, ...row } of rows) {
      const target = commitment.safeParse(key);
      const given = opening.safeParse(row);
      const opens =
        target.success &&
        given.success &&
        (await openCommitment(target.data, given.data.label, given.data)) !== null;
      if (opens) found.set(target.data, given.data);
      this.#onLook(
        `the opening of commitment ${key} in tenant ${tenant}`,
        opens ? null : "does not open it",
      );
    }
    return found;
  }
}
