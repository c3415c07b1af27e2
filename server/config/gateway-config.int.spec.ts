import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigurationFault } from "./environment.ts";
import { loadGatewayConfig } from "./gateway-config.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-gateway-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

function credentialFile(text: string, mode = 0o600): string {
  const path = join(folder, `credential-${text.length}-${mode}`);
  writeFileSync(path, text, { mode });
  return path;
}
const credential = "c".repeat(64);
const complete = {
  COUNTERSIGN_GATEWAY_PORT: "8463",
  COUNTERSIGN_GATEWAY_STATUS_PORT: "8464",
  COUNTERSIGN_TRUST_DOMAIN: "initech.example",
  COUNTERSIGN_GATEWAY_CERTIFICATE_FILE: "/etc/gateway/server.pem",
  COUNTERSIGN_GATEWAY_KEY_FILE: "/etc/gateway/server.key",
  COUNTERSIGN_TRUST_BUNDLE_FILE: "/etc/gateway/bundle.pem",
  COUNTERSIGN_GATEWAY_SOCKET: "/run/countersign/gateway.sock",
  COUNTERSIGN_GATEWAY_CREDENTIAL_FILE: credentialFile(credential),
};

describe("the gateway's configuration", () => {
  it("NET-1 listens on the loopback, and takes certificates of a day at most, unless told otherwise", () => {
    expect(loadGatewayConfig(complete)).toMatchObject({
      host: "127.0.0.1",
      statusHost: "127.0.0.1",
      maxSvidLifetimeSeconds: 86_400,
      credential,
    });
  });

  it.each<[string, string]>([
    ["COUNTERSIGN_GATEWAY_PORT", "65536"],
    ["COUNTERSIGN_GATEWAY_STATUS_PORT", ""],
    ["COUNTERSIGN_TRUST_DOMAIN", "https://initech.example"],
    ["COUNTERSIGN_TRUST_DOMAIN", "Initech.example"],
    ["COUNTERSIGN_GATEWAY_CERTIFICATE_FILE", "server.pem"],
    ["COUNTERSIGN_TRUST_BUNDLE_FILE", ""],
    ["COUNTERSIGN_SVID_MAX_SECONDS", "0"],
    ["COUNTERSIGN_GATEWAY_CREDENTIAL_FILE", "/nowhere/at-all"],
    ["COUNTERSIGN_GATEWAY_CREDENTIAL_FILE", credentialFile("hunter2")],
    ["COUNTERSIGN_GATEWAY_CREDENTIAL_FILE", credentialFile(credential, 0o644)],
  ])("names %s when it is %j, and quotes no credential", (name, value) => {
    const load = () => loadGatewayConfig({ ...complete, [name]: value });
    expect(load).toThrow(ConfigurationFault);
    expect(load).toThrow(name);
    expect(load).not.toThrow(/hunter2|ccccc/);
  });
});
