import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { Digest } from "@countersign/protocol/ids";
import { oidcNonce } from "@countersign/protocol/sign-in";
import Provider from "oidc-provider";
import { freePort } from "../../scripts/lib/free-port.mjs";

/** A real OpenID provider, in which everybody is signed in as whoever they say they are. */
export type TestIdentityProvider = {
  readonly issuer: string;
  readonly clientId: string;
  /** Runs the whole authorization code flow (PKCE, state, nonce) as this subject. */
  idToken(subject: string, session: Digest, parameters?: Record<string, string>): Promise<string>;
  /** Takes it off the network; `start` brings it back with the same keys and address. */
  stop(): Promise<void>;
  start(): Promise<void>;
};

const CLIENT = "countersign-console";
const CLIENT_SECRET = "test-secret-test-secret-test-secret";
const CALLBACK = "http://console.localhost/callback";

export async function startIdentityProvider(): Promise<TestIdentityProvider> {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const provider = new Provider(issuer, {
    clients: [
      { client_id: CLIENT, client_secret: CLIENT_SECRET, redirect_uris: [CALLBACK] },
      {
        client_id: "another-client",
        client_secret: CLIENT_SECRET,
        redirect_uris: [CALLBACK],
      },
    ],
    cookies: { keys: [randomBytes(16).toString("hex")] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/sign-in/${interaction.uid}` },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    // Whoever the console is asked for has agreed to it.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new provider.Grant({
        clientId: oidc.client?.clientId ?? "",
        accountId: oidc.session?.accountId ?? "",
      });
      grant.addOIDCScope("openid");
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  const listen = () => {
    const server = createServer((request, response) => {
      if (!request.url?.startsWith("/sign-in/")) return answer(request, response);
      // The provider's own page would ask who it is; the test has said so already.
      provider
        .interactionDetails(request, response)
        .then(({ params }) =>
          provider.interactionFinished(request, response, {
            login: { accountId: String(params.login_hint) },
          }),
        )
        .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
    });
    return new Promise<typeof server>((done, fail) => {
      server.once("error", fail).listen(port, "127.0.0.1", () => done(server));
    });
  };
  let server = await listen();
  return {
    issuer,
    clientId: CLIENT,
    idToken: async (subject, session, parameters = {}) => {
      const nonce = await oidcNonce(session);
      return runCodeFlow(issuer, { login_hint: subject, nonce, max_age: "43200", ...parameters });
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
    start: async () => {
      server = await listen();
    },
  };
}

async function runCodeFlow(issuer: string, parameters: Record<string, string>): Promise<string> {
  const verifier = randomBytes(32).toString("base64url");
  const clientId = parameters.client_id ?? CLIENT;
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: "code",
    scope: "openid",
    redirect_uri: CALLBACK,
    state: randomBytes(16).toString("base64url"),
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...parameters,
  });
  const code = await followToCallback(`${issuer}/auth?${query}`);
  const response = await fetch(`${issuer}/token`, {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${CLIENT_SECRET}`).toString("base64")}`,
    },
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code,
      redirect_uri: CALLBACK,
      code_verifier: verifier,
    }),
  });
  const answer = (await response.json()) as { id_token?: string; error_description?: string }; // RFC 6749 section 5
  if (answer.id_token === undefined) throw new Error(`no token: ${answer.error_description}`);
  return answer.id_token;
}

/** A browser with nothing but cookies: follows redirects until the console's own address. */
async function followToCallback(start: string): Promise<string> {
  const cookies = new Map<string, string>();
  let address = new URL(start);
  for (let steps = 0; steps < 10; steps++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(address, { redirect: "manual", headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location === null) throw new Error(`${address.pathname}: ${await response.text()}`);
    address = new URL(location, address);
    if (address.href.startsWith(CALLBACK)) {
      const code = address.searchParams.get("code");
      if (code !== null) return code;
      throw new Error(`refused: ${address.searchParams.get("error_description")}`);
    }
  }
  throw new Error("the identity provider leads in circles");
}
