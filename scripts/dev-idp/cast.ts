import { DEVELOPMENT_CAST } from "../../server/key-service/genesis/domain/development-cast.ts";

/** Everybody of the development installation, and one whom nobody linked: to see that an account is not enough. */
export type Account = { readonly subject: string; readonly name: string; readonly about: string };

export const ACCOUNTS: readonly Account[] = [
  ...DEVELOPMENT_CAST.map(({ subject, name, tenant, roles }) => ({
    subject,
    name,
    about: `${tenant}: ${
      roles
        .map(({ role, service }) => (service === null ? role : `${role} of ${service}`))
        .join(", ") || "no role"
    }`,
  })),
  { subject: "mallory", name: "Mallory Quist", about: "an account that is linked to nobody" },
];

export function accountOf(subject: string): Account | undefined {
  return ACCOUNTS.find((it) => it.subject === subject);
}
