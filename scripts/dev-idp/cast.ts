import { DEVELOPMENT_CAST } from "../../server/key-service/genesis/domain/development-cast.ts";
import { COLLEAGUES, type ColleagueFacts } from "../seed/colleagues.ts";

/** Everybody of the development installation, and one whom nobody linked: to see that an account is not enough. */
export type Account = { readonly subject: string; readonly name: string; readonly about: string };

export const ACCOUNTS: readonly Account[] = [
  ...DEVELOPMENT_CAST.map(accountFor),
  { subject: "mallory", name: "Mallory Quist", about: "an account that is linked to nobody" },
  // They are there only where genesis named them.
  ...(process.env.DEV_IDP_COLLEAGUES === "yes" ? COLLEAGUES.map(accountFor) : []),
];

function accountFor(of: Omit<ColleagueFacts, "laptop">): Account {
  const { subject, name, tenant, roles } = of;
  const held = roles.map(({ role, service }) => (service ? `${role} of ${service}` : role));
  return { subject, name, about: `${tenant}: ${held.join(", ") || "no role"}` };
}

export function accountOf(subject: string): Account | undefined {
  return ACCOUNTS.find((it) => it.subject === subject);
}
