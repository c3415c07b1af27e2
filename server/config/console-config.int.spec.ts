import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadConsoleConfig } from "./console-config.ts";
import { ConfigurationFault } from "./environment.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-config-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

const complete = {
  COUNTERSIGN_CONSOLE_ORIGIN: "https://console.example.com",
  COUNTERSIGN_CONSOLE_DATABASE_URL: "postgresql://countersign_console@db.example.com/countersign",
  COUNTERSIGN_CONSOLE_DATABASE_PASSWORD_FILE: file("password", "s p?ce\n"),
  COUNTERSIGN_RPC_SOCKET: "/run/countersign/rpc.sock",
  COUNTERSIGN_CONSOLE_CREDENTIAL_FILE: file("credential", "the-credential"),
  COUNTERSIGN_OIDC_ISSUER: "https://idp.example.com/realms/acme",
  COUNTERSIGN_OIDC_CLIENT_ID: "console",
  COUNTERSIGN_OIDC_CLIENT_SECRET_FILE: file("client-secret", "the-client-secret"),
  COUNTERSIGN_COOKIE_SECRET_FILE: file("cookie-secret", "x".repeat(32)),
};

describe("the console's configuration", () => {
  it("is read whole, secrets out of files", () => {
    const config = loadConsoleConfig(complete);
    expect(config).toMatchObject({
      origin: "https://console.example.com",
      databaseUrl: "postgresql://countersign_console:s%20p%3Fce@db.example.com/countersign",
      identityProvider: { clientSecret: "the-client-secret", idTokenAlgorithm: "RS256" },
    });
    expect(config.rpcCredential()).toBe("the-credential");
  });

  const mistakes = [
    ["COUNTERSIGN_CONSOLE_ORIGIN", "http://console.example.com"],
    ["COUNTERSIGN_CONSOLE_ORIGIN", "https://console.example.com/"],
    ["COUNTERSIGN_CONSOLE_ORIGIN", "http://localhost.evil.example:80"],
    ["COUNTERSIGN_CONSOLE_DATABASE_URL", "mysql://x/y"],
    ["COUNTERSIGN_RPC_SOCKET", "relative.sock"],
    ["COUNTERSIGN_OIDC_ISSUER", "idp.example.com"],
    ["COUNTERSIGN_OIDC_CLIENT_ID", ""],
    ["COUNTERSIGN_OIDC_CLIENT_SECRET_FILE", "/nowhere/at/all"],
    ["COUNTERSIGN_OIDC_ID_TOKEN_ALGORITHM", "none"],
    ["COUNTERSIGN_OIDC_ID_TOKEN_ALGORITHM", "HS256"],
    ["COUNTERSIGN_COOKIE_SECRET_FILE", file("short", "x".repeat(31))],
  ] as const;
  for (const [name, text] of mistakes) {
    it(`names ${name} when it is "${text.replace(folder, "")}"`, () => {
      const load = () => loadConsoleConfig({ ...complete, [name]: text });
      expect(load).toThrow(ConfigurationFault);
      expect(load).toThrow(name);
    });
  }

  it("takes http for localhost alone: a cookie does not leave the machine there", () => {
    for (const origin of ["http://localhost:8465", "http://console.localhost:3000"])
      expect(loadConsoleConfig({ ...complete, COUNTERSIGN_CONSOLE_ORIGIN: origin }).origin).toBe(
        origin,
      );
  });

  it("LEAK-2 refuses a secret that others can read, and says no word of it", () => {
    const open = file("open", "y".repeat(40));
    chmodSync(open, 0o644);
    const load = () => loadConsoleConfig({ ...complete, COUNTERSIGN_COOKIE_SECRET_FILE: open });
    expect(load).toThrow(/chmod 600/);
    expect(load).not.toThrow(/yyyy/);
  });
});
