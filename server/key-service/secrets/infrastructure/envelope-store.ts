import type { Digest, SecretId } from "@countersign/protocol/ids";
import type { TenantId } from "@countersign/protocol/names";
import type { Pool } from "pg";
import { EnvelopeLoads } from "./envelope-loads.ts";

/**
 * Sealed envelopes, under their own digest. What a row holds is believed only when it hashes to the
 * digest that the ledger names; that is asked where it is opened.
 */
export class EnvelopeStore {
  readonly #pool: Pool;
  readonly #loads: EnvelopeLoads;

  constructor(pool: Pool) {
    this.#pool = pool;
    this.#loads = new EnvelopeLoads(pool);
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

  /** As it stands now; null where there is none. */
  load(tenant: TenantId, digest: Digest): Promise<Buffer | null> {
    return this.#loads.load(tenant, digest);
  }
}
