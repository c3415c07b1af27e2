import type { SecretId } from "@countersign/protocol/ids";
import type { Role } from "@countersign/protocol/roles";
import type { Action } from "../../authorise/grid.ts";
import { reachOf, whoMay } from "../../authorise/reach.ts";
import type { Caller } from "../../sessions/domain/session.ts";
import type { ConsoleParts } from "../../trpc/context.ts";
import { notFound, procedure } from "../../trpc/procedure.ts";
import { type SecretRow, secretsContract } from "../contract.ts";
import { readSecret } from "../infrastructure/one-secret.ts";
import { readSecretParts } from "../infrastructure/secret-detail.ts";

export const showSecret = procedure("secrets.detail", secretsContract.detail).query(
  async ({ ctx: { parts, caller, reach }, input: { secret } }) => {
    const now = parts.now();
    const found = await parts.database.withTenant(caller.tenant, async (tx) => {
      const row = await readSecret(tx, secret, { reach, now });
      return row === null ? null : { row, ...(await readSecretParts(tx, secret, now)) };
    });
    if (found === null)
      throw notFound("There is no such secret, or it is of a service that is not yours.");
    const { row } = found;
    return {
      ...found,
      blocking: blockingOf(row),
      chain: await chainOf(parts, caller, secret),
      may: {
        request: whyNot("requests.draft", caller, row) ?? whyNotHandedOut(row),
        edit: whyNot("secrets.draftEdit", caller, row),
        bind: whyNot("workloads.draftBind", caller, row),
        revoke: whyNot("secrets.draftRevoke", caller, row),
      },
    };
  },
);

/** Asked of the key service, which alone knows what a value once held; a page without it still shows the rest. */
async function chainOf(
  { keyService }: ConsoleParts,
  { tenant }: Caller,
  secret: SecretId,
): Promise<Role[][] | null> {
  const answer = await keyService.call("/console/v1/secrets/read", { tenant, secret });
  return answer.ok ? answer.value.chain : null;
}

function whyNot(action: Action, { roles }: Caller, row: SecretRow): string | null {
  const reach = reachOf(action, roles);
  if (reach === null) return whoMay(action);
  if (!reach.all && !reach.services.includes(row.name.split("/")[0] ?? "")) {
    return "This secret is of another service. An owner or admin of that service can do it.";
  }
  return row.state === "revoked" ? "It was revoked." : null;
}

/** What stops the value from being handed out today, one sentence each [META-1, META-2]. */
function blockingOf(row: SecretRow): string[] {
  const over = whyNotHandedOut(row);
  if (row.state === "incomplete") return row.gaps.map((gap) => gap.message);
  return over === null ? [] : [over];
}

function whyNotHandedOut({ state, gaps }: SecretRow): string | null {
  switch (state) {
    case "revoked":
      return "It was revoked: nobody and nothing can open it any more.";
    case "no-value":
      return "It has no value yet. Its owner puts one from the command line.";
    case "incomplete":
      return `Its metadata is incomplete: ${gaps.map((gap) => gap.message).join("; ")}.`;
    case "expired":
      return "Its value has ended: it is not handed out until a new one is put.";
    case "due":
    case "healthy":
      return null;
  }
}
