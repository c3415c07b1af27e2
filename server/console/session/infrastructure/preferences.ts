import type { PersonId } from "@countersign/protocol/ids";
import type { TenantId } from "@countersign/protocol/names";
import type { ConsoleDatabase, TenantReads } from "../../../db/console-database.ts";
import { type Preferences, preferences } from "../contract.ts";

const USUAL: Preferences = { density: "comfortable", theme: "system", without: {} };

export async function readPreferences(
  tx: Pick<TenantReads, "preference">,
  person: PersonId,
): Promise<Preferences> {
  const row = await tx.preference.findFirst({ where: { person } });
  if (row === null) return USUAL;
  const { density, theme, without } = row;
  return preferences.parse({ density, theme, without });
}

/** Changes what is given and keeps the rest, other lists' columns too. Concurrent changes: the last one stands. */
export async function writePreferences(
  database: ConsoleDatabase,
  { tenant, person }: { readonly tenant: TenantId; readonly person: PersonId },
  change: { readonly [K in keyof Preferences]?: Preferences[K] | undefined },
): Promise<Preferences> {
  return database.writeAsTenant(tenant, async (tx) => {
    const before = await readPreferences(tx, person);
    const after = {
      density: change.density ?? before.density,
      theme: change.theme ?? before.theme,
      without: { ...before.without, ...change.without },
    };
    await tx.preference.upsert({
      where: { tenant_person: { tenant, person } },
      create: { tenant, person, ...after },
      update: after,
    });
    return after;
  });
}
