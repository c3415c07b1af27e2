import type { Digest, SecretId } from "@countersign/protocol/ids";
import type { TenantId } from "@countersign/protocol/names";
import type { Pool } from "pg";

/**
 * Sealed envelopes, under their own digest. What a row holds is believed only when it hashes to the
 * digest that the ledger names; that is asked where it is opened.
 */
export class EnvelopeStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Durable on return. Staged: nothing opens it until a signed statement names its digest. */
  async stage(row: {
    readonly digest: Digest;
    readonly tenant: TenantId;
    readonly secret: SecretId;
    readonly version: number;
    readonly bytes: Buffer;
  }): Promise<void> {
    await this.#pool.query({
      name: "stage-envelope",
      text: `INSERT INTO keyservice.envelope (digest, tenant, secret, version, sealed, staged_at)
             VALUES ($1, $2, $3, $4, $5, now()) ON CONFLICT (digest) DO NOTHING`,
      values: [row.digest, row.tenant, row.secret, row.version, row.bytes],
    });
  }

  /** The tenant is part of every lookup [lesson L11]. */
  async load(tenant: TenantId, digest: Digest): Promise<Buffer | null> {
    const { rows } = await this.#pool.query<{ sealed: Buffer }>({
      name: "load-envelope",
      text: "SELECT sealed FROM keyservice.envelope WHERE tenant = $1 AND digest = $2",
      values: [tenant, digest],
    });
    return rows[0]?.sealed ?? null;
  }
}
