import type { Change } from "../projection/domain/change.ts";
import { shapeOf } from "../projection/domain/tables.ts";

/** In which tenants the ledger knows each commitment: names alone, for however many entries there are. */
export class CommitmentHomes {
  /** Almost every commitment is of one tenant; a set for each would be most of the memory. */
  readonly #tenants = new Map<string, string | Set<string>>();

  take(changes: readonly Change[]): void {
    for (const change of changes) {
      const named = change.op === "set" ? { ...change.key, ...change.values } : change.row;
      for (const { from } of Object.values(shapeOf(change.table).opened)) {
        const target = named[from];
        if (typeof target === "string") this.#add(target, String(named.tenant));
      }
    }
  }

  /** True where the ledger does not know the commitment at all: nobody can say where it belongs. */
  mayBeIn(commitment: string, tenant: string): boolean {
    const known = this.#tenants.get(commitment);
    if (known === undefined) return true;
    return typeof known === "string" ? known === tenant : known.has(tenant);
  }

  #add(commitment: string, tenant: string): void {
    const known = this.#tenants.get(commitment);
    if (known === undefined) this.#tenants.set(commitment, tenant);
    else if (typeof known !== "string") known.add(tenant);
    else if (known !== tenant) this.#tenants.set(commitment, new Set([known, tenant]));
  }
}
