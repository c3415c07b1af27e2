import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Digest, type DraftId, digest } from "@countersign/protocol/ids";
import { consoleCall } from "./console.ts";
import { startIdentityProvider, type TestIdentityProvider } from "./identity-provider.ts";
import type { TestPerson } from "./people.ts";

export const CONSOLE_ORIGIN = "http://console.localhost:3000";

/** An identity provider, and what makes an installation know it. */
export type SingleSignOn = {
  readonly idp: TestIdentityProvider;
  /** For `startInstallation`. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
};

export async function startSingleSignOn(): Promise<SingleSignOn> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-sso-"));
  const idp = await startIdentityProvider();
  const providers = join(folder, "identity-providers.json");
  writeFileSync(providers, JSON.stringify([{ issuer: idp.issuer, clientId: idp.clientId }]));
  return {
    idp,
    environment: {
      COUNTERSIGN_IDENTITY_PROVIDERS_FILE: providers,
      COUNTERSIGN_CONSOLE_ORIGIN: CONSOLE_ORIGIN,
    },
    stop: async () => {
      await idp.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The digest of a session secret that nobody keeps. */
export const newSession = (): Digest => digest.parse(randomBytes(32).toString("base64url"));

/** The whole way: identity provider, console, desk. The cast's subjects are their first names. */
export async function signIn(
  { idp }: Pick<SingleSignOn, "idp">,
  person: TestPerson,
  session = newSession(),
): Promise<Digest> {
  const subject = person.name.split(" ")[0]?.toLowerCase() ?? "";
  const idToken = await idp.idToken(subject, session);
  const begun = await consoleCall(person.installation, "/console/v1/sign-ins", {
    idToken,
    session,
  });
  if (begun.status !== 200 || begun.json.person !== person.person)
    throw new Error(`${person.name} could not sign in: ${JSON.stringify(begun.json)}`);
  await person.mustSign([begun.json.draft as DraftId]); // the answer was 200
  return session;
}
