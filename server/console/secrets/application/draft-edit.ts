import type { Act } from "@countersign/protocol/acts";
import { secretName } from "@countersign/protocol/names";
import type { SecretPolicy } from "@countersign/protocol/policy";
import { draftAct, linkToAll } from "../../drafts/draft.ts";
import type { Drafted } from "../../shapes/drafted.ts";
import { procedure } from "../../trpc/procedure.ts";
import { RefusalError } from "../../trpc/refusal-error.ts";
import { type SecretRow, secretsContract } from "../contract.ts";
import { readSecret } from "../infrastructure/one-secret.ts";

/** Drafts each change by itself, so that one that is refused does not keep the others from being signed. */
export const draftEdits = procedure("secrets.draftEdit", secretsContract.draftEdit).mutation(
  async ({ ctx: { parts, caller, reach }, input: { edits, returnTo } }) => {
    const within = { reach, now: parts.now() };
    const rows = await parts.database.withTenant(caller.tenant, async (tx) => {
      const found: (SecretRow | null)[] = [];
      for (const { secret } of edits) found.push(await readSecret(tx, secret, within));
      return found;
    });
    const drafts: { secret: SecretRow["secret"]; drafted: Drafted }[] = [];
    const refused: { secret: SecretRow["secret"]; message: string }[] = [];
    for (const [at, { secret, change }] of edits.entries()) {
      const row = rows[at] ?? null;
      if (row === null) {
        refused.push({ secret, message: "There is no such secret of a service of yours." });
        continue;
      }
      try {
        const drafted = await draftAct({ parts, caller }, actFor(row, change), returnTo);
        drafts.push({ secret, drafted });
      } catch (error) {
        if (!(error instanceof RefusalError)) throw error;
        refused.push({ secret, message: error.message });
      }
    }
    const link =
      drafts.length === 0
        ? null
        : linkToAll(
            drafts.map((it) => it.drafted),
            returnTo,
          );
    return { link, drafts, refused };
  },
);

type Change = { readonly [K in keyof SecretPolicy]?: SecretPolicy[K] | undefined };

/** What decides who must sign: to change any of these is an act of its own, with its own chain. */
const DECISIVE = ["owner", "service", "dataClassification", "tier"] as const;

function actFor(row: SecretRow, change: Change): Act {
  const name = secretName.parse(row.name);
  const given = Object.fromEntries(Object.entries(change).filter(([, it]) => it !== undefined));
  const { owner, service, dataClassification, tier, rotationPeriodDays } = row;
  const before: SecretPolicy = { owner, service, dataClassification, tier, rotationPeriodDays };
  const after: SecretPolicy = { ...before, ...given };
  const reclassifies = DECISIVE.some((field) => after[field] !== before[field]);
  return { act: reclassifies ? "reclassify-secret" : "edit-secret", name, after };
}
