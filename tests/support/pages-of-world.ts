import { randomBytes } from "node:crypto";
import { chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../scripts/lib/free-port.mjs";
import { type PagesOptions, startPages } from "./console-process.ts";
import type { ConsoleWorld } from "./console-world.ts";
import { CONSOLE_ORIGIN } from "./single-sign-on.ts";

export type WorldPages = Awaited<ReturnType<typeof startPages>> & { readonly port: number };

/** The built console in front of a world: it takes the sessions that `signIn` of the world opens. */
export async function startPagesOf(
  { installation, sso }: Pick<ConsoleWorld, "installation" | "sso">,
  more: Pick<PagesOptions, "preload" | "environment" | "account"> = {},
): Promise<WorldPages> {
  const port = await freePort();
  const file = (name: string) => {
    const path = join(installation.folder, name);
    writeFileSync(path, randomBytes(24).toString("base64url"), { mode: 0o600 });
    if (more.account !== undefined) chownSync(path, more.account, more.account);
    return path;
  };
  const { issuer, clientId } = sso.idp;
  const pages = await startPages({
    installation,
    origin: CONSOLE_ORIGIN,
    port,
    idp: { issuer, clientId, clientSecretFile: file("oidc-client-secret") },
    cookieSecretFile: file("cookie-secret"),
    ...more,
  });
  return { ...pages, port };
}
