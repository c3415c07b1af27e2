import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigurationFault, parseEnvironment } from "./environment.ts";
import { readSingleSignOn, singleSignOnVariables } from "./single-sign-on.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-sso-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (environment: Record<string, string>) =>
  readSingleSignOn(parseEnvironment(singleSignOnVariables, environment));

function readFileWith(content: unknown) {
  const path = join(folder, "providers.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return read({ COUNTERSIGN_IDENTITY_PROVIDERS_FILE: path });
}

const GOOD = { issuer: "https://idp.example/realms/a", clientId: "console" };

describe("the configuration of single sign-on", () => {
  it("is none where nothing is said", () => {
    const { identityProviders, console } = read({});
    expect(identityProviders).toEqual([]);
    expect(console.origin).toBeNull();
    expect(console.returnPaths).toContain("/requests");
  });

  it("ID-1 L16 names issuers exactly as they are written, with their client and keys", () => {
    const second = {
      issuer: "http://idp.localhost:9/",
      clientId: "x",
      jwksUri: "http://127.0.0.1:9/k",
    };
    expect(readFileWith([GOOD, second]).identityProviders).toEqual([
      { ...GOOD, jwksUri: null },
      second,
    ]);
  });

  it.each([
    ["is no JSON", "{"],
    ["is no list", GOOD],
    ["names an issuer twice", [GOOD, { ...GOOD, clientId: "other" }]],
    ["has a field that is not known", [{ ...GOOD, secret: "s" }]],
    ["has an issuer with a query", [{ ...GOOD, issuer: "https://idp.example?x" }]],
    ["has an issuer over an open network", [{ ...GOOD, issuer: "http://idp.example" }]],
    ["has keys over an open network", [{ ...GOOD, jwksUri: "http://idp.example/keys" }]],
    ["has keys in a file", [{ ...GOOD, jwksUri: "file:///etc/keys" }]],
    ["leaves the client out", [{ issuer: GOOD.issuer }]],
  ])("L16 is refused where the file %s", (_, content) => {
    expect(() => readFileWith(content)).toThrow(ConfigurationFault);
  });

  it.each(["https://console.example/", "console.example", "javascript:alert(1)"])(
    "refuses the console's origin %s",
    (origin) => {
      expect(() => read({ COUNTERSIGN_CONSOLE_ORIGIN: origin })).toThrow(ConfigurationFault);
    },
  );

  it.each(["requests", "//evil.example", "/a/../b", "/a b", "/A"])(
    "refuses the return path %s",
    (path) => {
      const paths = { COUNTERSIGN_CONSOLE_RETURN_PATHS: `/,${path}` };
      expect(() => read(paths)).toThrow(ConfigurationFault);
    },
  );
});
