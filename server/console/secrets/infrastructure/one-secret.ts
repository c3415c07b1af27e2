import type { SecretId } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import type { TenantReads } from "../../../db/console-database.ts";
import type { Reach } from "../../authorise/reach.ts";
import type { SecretRow } from "../contract.ts";
import { readSecrets } from "./secret-rows.ts";

/** One secret within reach; null where there is none, or none that this person may know of. */
export async function readSecret(
  tx: Pick<TenantReads, "$queryRaw" | "secret">,
  secret: SecretId,
  within: { readonly reach: Reach; readonly now: Instant },
): Promise<SecretRow | null> {
  const found = await tx.secret.findFirst({ where: { secret }, select: { name: true } });
  if (found === null) return null;
  const page = { sort: "name", cursor: null, limit: 100 } as const;
  const { rows } = await readSecrets(tx, { q: found.name }, page, within);
  return rows.find((row) => row.secret === secret) ?? null;
}
