import { type Issuer, issuer } from "@countersign/protocol/sign-in";
import { DEVELOPMENT_CAST } from "../../server/key-service/genesis/domain/development-cast.ts";
import { COLLEAGUES } from "./colleagues.ts";

/**
 * The genesis file of a development installation that begins with a history: the cast and their colleagues, each
 * with an account at this provider.
 */
export function companyGenesis(issuerText: string) {
  const at: Issuer = issuer.parse(issuerText);
  const everybody = [...DEVELOPMENT_CAST, ...COLLEAGUES];
  const tenants = [...new Set(everybody.map((it) => it.tenant))];
  return {
    format: "countersign/genesis/v1",
    tenants: tenants.map((tenant) => ({
      tenant,
      people: everybody
        .filter((it) => it.tenant === tenant)
        .map(({ name, roles, subject }) => ({
          name,
          roles,
          accounts: [{ issuer: at, subject }],
        })),
    })),
  };
}
