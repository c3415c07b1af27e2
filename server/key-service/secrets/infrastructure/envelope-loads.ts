import type { Digest } from "@countersign/protocol/ids";
import type { TenantId } from "@countersign/protocol/names";
import type { Pool } from "pg";

type Asker = {
  readonly resolve: (row: Buffer | null) => void;
  readonly reject: (e: unknown) => void;
};
type Wanted = { readonly tenant: TenantId; readonly digest: Digest; readonly askers: Asker[] };

/**
 * Reads envelopes, many with one query: whoever asks while one is under way shares the next, as appends to the
 * ledger do. Nobody is given a row that was read before they asked.
 */
export class EnvelopeLoads {
  readonly #pool: Pool;
  #wanted = new Map<string, Wanted>();
  #isUnderWay = false;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Null where there is none. Askers of one row share its bytes, which nobody changes. */
  load(tenant: TenantId, digest: Digest): Promise<Buffer | null> {
    return new Promise((resolve, reject) => {
      const key = keyOf(tenant, digest);
      const wanted = this.#wanted.get(key) ?? { tenant, digest, askers: [] };
      wanted.askers.push({ resolve, reject });
      this.#wanted.set(key, wanted);
      if (!this.#isUnderWay) void this.#readAll();
    });
  }

  async #readAll(): Promise<void> {
    this.#isUnderWay = true;
    await undefined; // whoever asks in the same turn comes along
    while (this.#wanted.size > 0) {
      const wanted = this.#wanted;
      this.#wanted = new Map();
      try {
        const rows = await this.#read([...wanted.values()]);
        for (const [key, { askers }] of wanted)
          for (const asker of askers) asker.resolve(rows.get(key) ?? null);
      } catch (error) {
        for (const { askers } of wanted.values()) for (const asker of askers) asker.reject(error);
      }
    }
    this.#isUnderWay = false;
  }

  /** The tenant is part of every lookup [lesson L11]. */
  async #read(wanted: readonly Wanted[]): Promise<ReadonlyMap<string, Buffer>> {
    const { rows } = await this.#pool.query<{ tenant: string; digest: string; sealed: Buffer }>({
      name: "load-envelopes",
      text: `SELECT e.tenant, e.digest, e.sealed FROM keyservice.envelope AS e
               JOIN unnest($1::text[], $2::text[]) AS wanted (tenant, digest)
                 ON e.digest = wanted.digest AND e.tenant = wanted.tenant`,
      values: [wanted.map((it) => it.tenant), wanted.map((it) => it.digest)],
    });
    return new Map(rows.map((it) => [keyOf(it.tenant, it.digest), it.sealed]));
  }
}

function keyOf(tenant: string, digest: string): string {
  return `${tenant} ${digest}`; // neither holds a blank
}
