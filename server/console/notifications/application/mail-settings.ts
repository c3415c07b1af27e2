import { refuse } from "@countersign/protocol/refusals";
import type * as z from "zod";
import type { TenantReads } from "../../../db/console-database.ts";
import type { Caller } from "../../sessions/domain/session.ts";
import { procedure } from "../../trpc/procedure.ts";
import { RefusalError } from "../../trpc/refusal-error.ts";
import { notificationsContract } from "../contract.ts";
import { isAllowedAddress } from "../domain/mail.ts";

type Settings = z.infer<typeof notificationsContract.settings.output>;

export const mailSettings = procedure(
  "notifications.settings",
  notificationsContract.settings,
).query(({ ctx: { parts, caller } }) =>
  parts.database.withTenant(caller.tenant, (tx) => readSettings(tx, caller, parts.mailDomains)),
);

/** The address is one's own affair; to which domains mail goes at all is the installation's. */
export const setMail = procedure("notifications.setMail", notificationsContract.setMail).mutation(
  async ({ ctx: { parts, caller }, input: { address, wanted } }) => {
    const { tenant, person } = caller;
    const { mailDomains } = parts;
    if (address !== null && !isAllowedAddress(address, mailDomains ?? [])) {
      throw new RefusalError(refuse("malformed", whyNotAllowed(mailDomains)));
    }
    return parts.database.writeAsTenant(tenant, async (tx) => {
      if (address === null) await tx.mailSetting.deleteMany({ where: { person } });
      else
        await tx.mailSetting.upsert({
          where: { tenant_person: { tenant, person } },
          create: { tenant, person, address, wanted },
          update: { address, wanted },
        });
      return readSettings(tx, caller, mailDomains);
    });
  },
);

function whyNotAllowed(domains: readonly string[] | null): string {
  return domains === null
    ? "This installation sends no mail. Whoever runs it can name a mail server."
    : `Mail goes to addresses of ${domains.join(", ")} only. Write one of those.`;
}

async function readSettings(
  tx: Pick<TenantReads, "mailSetting">,
  { person }: Caller,
  domains: readonly string[] | null,
): Promise<Settings> {
  const row = await tx.mailSetting.findFirst({ where: { person } });
  return {
    domains: domains === null ? null : [...domains],
    address: row?.address ?? null,
    wanted: row?.wanted ?? false,
  };
}
