import { randomBytes } from "node:crypto";
import Provider, { type Configuration, interactionPolicy } from "oidc-provider";
import { accountOf } from "./cast.ts";
import { pageHeaders, troublePage } from "./pages.ts";
import type { Settings } from "./settings.ts";
import { signingKey } from "./signing-key.ts";

/** An OpenID Connect provider with one client, the console: code flow with PKCE, nothing else switched on. */
export function createProvider(settings: Settings): Provider {
  const { clientId, clientSecret, consoleOrigin, deskOrigin } = settings;
  const policy = interactionPolicy.base();
  // Whoever signs in is asked every time: on one machine one person plays the whole cast.
  policy
    .get("login")
    ?.checks.add(
      new interactionPolicy.Check("who", "choose a person", (ctx) =>
        ctx.oidc.result?.login === undefined
          ? interactionPolicy.Check.REQUEST_PROMPT
          : interactionPolicy.Check.NO_NEED_TO_PROMPT,
      ),
    );
  const configuration: Configuration = {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [`${consoleOrigin}/api/auth/callback/oidc`],
        response_types: ["code"],
        grant_types: ["authorization_code"],
        token_endpoint_auth_method: "client_secret_basic",
      },
    ],
    jwks: { keys: [signingKey(settings.stateDir)] },
    pkce: { required: () => true },
    responseTypes: ["code"],
    scopes: ["openid"],
    claims: { openid: ["sub"] },
    cookies: { keys: [randomBytes(32).toString("base64url")] },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
    },
    interactions: { policy, url: (_ctx, { uid }) => `/sign-in/${uid}` },
    findAccount: (_ctx, sub) => {
      const account = accountOf(sub);
      return account && { accountId: sub, claims: () => ({ sub }) };
    },
    // The one client is our own: nobody is asked whether it may know who they are.
    loadExistingGrant: async (ctx) => {
      const { client, session } = ctx.oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      const grant = new ctx.oidc.provider.Grant({
        accountId: session.accountId,
        clientId: client.clientId,
      });
      grant.addOIDCScope("openid");
      await grant.save();
      return grant;
    },
    renderError: async (ctx, out) => {
      for (const [name, value] of Object.entries(pageHeaders([consoleOrigin, deskOrigin]))) {
        ctx.set(name, value);
      }
      ctx.body = troublePage(
        `${out.error_description ?? "The sign-in could not go on."} Go back to the console and start again.`,
      );
    },
    ttl: {
      AccessToken: 60,
      AuthorizationCode: 60,
      IdToken: 300,
      Interaction: 600,
      Grant: 600,
      Session: 600,
    },
  };
  return new Provider(settings.issuer, configuration);
}
