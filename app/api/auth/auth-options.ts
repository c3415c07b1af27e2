import type { Digest } from "@countersign/protocol/ids";
import type { NextAuthOptions } from "next-auth";
import type { ConsoleConfig } from "../../../server/config/console-config.ts";
import type { Log } from "../../../server/observability/log.ts";

/** The one provider's id: part of the callback address that is registered there. */
export const PROVIDER = "oidc";

/** The key service takes no authentication that is older: the provider is asked to say when it was. */
const MAX_AUTHENTICATION_SECONDS = 12 * 3600;

type SignIn = {
  /** Binds the ID token to one session: the token of another is refused by the key service too. */
  readonly nonce: Digest;
  /** Takes the ID token to the key service. Returns where the browser goes next. */
  readonly complete: (idToken: string) => Promise<string>;
};

/**
 * next-auth as the OpenID Connect client, and no more: it does PKCE, state and the code exchange, and never makes a
 * session of its own. Options are made for one request, since the nonce belongs to one session.
 */
export function authOptions(
  config: Pick<ConsoleConfig, "identityProvider" | "cookieSecret">,
  { nonce, complete }: SignIn,
  log: Log,
): NextAuthOptions {
  const { issuer, clientId, clientSecret, idTokenAlgorithm } = config.identityProvider;
  return {
    secret: config.cookieSecret,
    session: { strategy: "jwt", maxAge: 60 },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [
      {
        id: PROVIDER,
        name: "Single sign-on",
        type: "oauth",
        wellKnown: `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
        clientId,
        clientSecret,
        client: { id_token_signed_response_alg: idTokenAlgorithm },
        idToken: true,
        checks: ["pkce", "state"],
        authorization: {
          params: { scope: "openid", nonce, max_age: MAX_AUTHENTICATION_SECONDS },
        },
        token: {
          // next-auth would make a nonce of its own and not know ours.
          request: async ({ client, provider, params, checks }) => ({
            tokens: await client.callback(provider.callbackUrl, params, {
              ...checks,
              nonce,
              max_age: MAX_AUTHENTICATION_SECONDS,
            }),
          }),
        },
        profile: ({ sub }: { sub: string }) => ({ id: sub }),
      },
    ],
    callbacks: {
      // A path instead of `true`: next-auth sends the browser there and keeps nothing.
      signIn: async ({ account }) =>
        account?.id_token === undefined ? false : complete(account.id_token),
    },
    logger: {
      // What next-auth hands over may hold tokens: its code alone is written down.
      error: (code) => log.warn("sign-in-failed", "A sign-in did not succeed.", { code }),
      warn: () => undefined,
      debug: () => undefined,
    },
  };
}
