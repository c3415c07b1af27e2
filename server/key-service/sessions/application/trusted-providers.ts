import type { IdentityProviderAddress } from "../../../config/single-sign-on.ts";
import type { GenesisDeclared } from "../../decisions/domain/event.ts";
import { IdentityKeys, type IdentityKeysParts } from "../infrastructure/identity-keys.ts";
import type { TokenVerification } from "./verify-id-token.ts";

/**
 * The identity providers that count: genesis says whose word is taken and for which client, configuration
 * where its keys are had. One that only one of the two names is told of, and not used.
 */
export function trustedProviders(
  { identityProviders = [], identitySalt }: GenesisDeclared,
  configured: readonly IdentityProviderAddress[],
  parts: IdentityKeysParts & { readonly warn: (sentence: string) => void },
): TokenVerification | null {
  if (identitySalt === undefined || identityProviders.length === 0) {
    if (configured.length > 0) {
      parts.warn(
        "An identity provider is configured, but genesis names none: nobody signs in with it.",
      );
    }
    return null;
  }
  const providers = identityProviders.flatMap(({ issuer, clientId }) => {
    const address = configured.find((it) => it.issuer === issuer && it.clientId === clientId);
    if (address !== undefined)
      return [{ issuer, clientId, keys: new IdentityKeys(address, parts) }];
    parts.warn(
      `Genesis names the identity provider ${issuer}; put it into COUNTERSIGN_IDENTITY_PROVIDERS_FILE, or nobody signs in with it.`,
    );
    return [];
  });
  for (const { issuer } of configured) {
    if (!identityProviders.some((it) => it.issuer === issuer))
      parts.warn(`Genesis does not name the identity provider ${issuer}: it is not used.`);
  }
  return { providers, salt: identitySalt };
}
