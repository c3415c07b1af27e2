import { createHash, randomBytes } from "node:crypto";
import type { Digest } from "@countersign/protocol/ids";
import { oidcNonce } from "@countersign/protocol/sign-in";
import * as z from "zod";

/** The console as a client of the development identity provider. */
export type IdentityClient = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly consoleOrigin: string;
};

const LONGEST_SESSION_SECONDS = "43200";
const MOST_STEPS = 10;
const tokens = z.object({ id_token: z.string() });

/**
 * Runs the authorization code flow (RFC 6749 section 4.1, PKCE) and chooses this person on the provider's page.
 * @returns the ID token, with the nonce of this session
 */
export async function obtainIdToken(
  client: IdentityClient,
  subject: string,
  session: Digest,
): Promise<string> {
  const { issuer, clientId, clientSecret, consoleOrigin } = client;
  const verifier = randomBytes(32).toString("base64url");
  const callback = `${consoleOrigin}/api/auth/callback/oidc`;
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: "code",
    scope: "openid",
    redirect_uri: callback,
    state: randomBytes(16).toString("base64url"),
    nonce: await oidcNonce(session),
    max_age: LONGEST_SESSION_SECONDS,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const code = await walk(`${issuer}/auth?${query}`, { callback, subject });
  const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
  const answer = await fetch(`${issuer}/token`, {
    method: "POST",
    headers: { authorization: `Basic ${credentials}` },
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code,
      redirect_uri: callback,
      code_verifier: verifier,
    }),
  });
  if (!answer.ok) throw new Error(`the identity provider gave no token: ${await answer.text()}`);
  return tokens.parse(await answer.json()).id_token;
}

/** A browser with nothing but cookies: follows redirects, and chooses the person where a page asks. */
async function walk(
  start: string,
  { callback, subject }: { readonly callback: string; readonly subject: string },
): Promise<string> {
  const cookies = new Map<string, string>();
  let address = new URL(start);
  let form: URLSearchParams | null = null;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const headers: Record<string, string> = {
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
      ...(form === null ? {} : { origin: address.origin }),
    };
    const sent: RequestInit = form === null ? {} : { method: "POST", body: form };
    const response: Response = await fetch(address, { redirect: "manual", headers, ...sent });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    await response.arrayBuffer();
    const location: string | null = response.headers.get("location");
    form = location === null ? new URLSearchParams({ subject }) : null;
    if (location === null && response.status !== 200)
      throw new Error(`${address.pathname} of the identity provider answered ${response.status}`);
    if (location !== null) address = new URL(location, address);
    if (address.href.startsWith(callback)) {
      const code = address.searchParams.get("code");
      if (code !== null) return code;
      throw new Error(`signing in was refused: ${address.searchParams.get("error_description")}`);
    }
  }
  throw new Error("the identity provider leads in circles");
}
