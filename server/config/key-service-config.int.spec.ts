import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { ConfigurationFault } from "./environment.ts";
import { loadKeyServiceConfig } from "./key-service-config.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string) => join(folder, name);
const WITNESS = { url: "http://127.0.0.1:1", verifierKey: "witness.localhost/1+0a1b2c3d+QUJD" };

beforeEach(() => {
  writeFileSync(file("pin"), "1234-the-pin\n", { mode: 0o600 });
  chmodSync(file("pin"), 0o600);
  writeFileSync(file("password"), "p@ss/word", { mode: 0o600 });
  writeFileSync(file("witnesses.json"), JSON.stringify([WITNESS]));
});

const good = (): Record<string, string> => ({
  COUNTERSIGN_STATE_DIR: folder,
  COUNTERSIGN_DATABASE_URL: "postgresql://countersign_key_service@127.0.0.1:5432/countersign",
  COUNTERSIGN_DATABASE_PASSWORD_FILE: file("password"),
  COUNTERSIGN_PKCS11_MODULE: "/usr/lib/softhsm/libsofthsm2.so",
  COUNTERSIGN_PKCS11_TOKEN: "countersign",
  COUNTERSIGN_PKCS11_PIN_FILE: file("pin"),
  SOFTHSM2_CONF: file("softhsm2.conf"),
  COUNTERSIGN_DESK_ORIGIN: "http://desk.localhost:8460",
  COUNTERSIGN_DESK_PORT: "8460",
  COUNTERSIGN_DESK_PAGE_DIR: folder,
  COUNTERSIGN_RPC_SOCKET: file("rpc.sock"),
  COUNTERSIGN_WITNESSES_FILE: file("witnesses.json"),
});

function refusal(change: Record<string, string | undefined>): ConfigurationFault {
  try {
    loadKeyServiceConfig({ ...good(), ...change });
  } catch (error) {
    if (error instanceof ConfigurationFault) return error;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

describe("the key service's configuration", () => {
  it("is read with the secrets from the files it names", () => {
    expect(loadKeyServiceConfig(good())).toMatchObject({
      databaseUrl: "postgresql://countersign_key_service:p%40ss%2Fword@127.0.0.1:5432/countersign",
      pkcs11: { pin: "1234-the-pin", tokenLabel: "countersign" },
      desk: { origin: "http://desk.localhost:8460", rpId: "desk.localhost", port: 8460 },
      witnesses: [WITNESS],
      witnessQuorum: 1,
      penStaleMs: 10_000,
      genesis: null,
      attestation: null,
    });
  });

  it("tells every mistake at once, each with what to do", () => {
    const fault = refusal({
      COUNTERSIGN_PKCS11_TOKEN: undefined,
      COUNTERSIGN_DESK_PORT: "eighty",
      COUNTERSIGN_STATE_DIR: "",
    });
    expect(fault.variables.toSorted()).toEqual([
      ...["COUNTERSIGN_DESK_PORT", "COUNTERSIGN_PKCS11_TOKEN", "COUNTERSIGN_STATE_DIR"],
    ]);
    expect(fault.message).toContain("COUNTERSIGN_DESK_PORT: has a form that cannot be used. Give");
    expect(fault.message).toContain("COUNTERSIGN_PKCS11_TOKEN: is missing. Give");
  });

  it.each([
    ["COUNTERSIGN_STATE_DIR", "relative/path"],
    ["COUNTERSIGN_DATABASE_URL", "mysql://x@y/z"],
    ["COUNTERSIGN_DATABASE_URL", "postgresql://host-only:5432/"],
    ["COUNTERSIGN_PKCS11_MODULE", "libsofthsm2.so"],
    ["COUNTERSIGN_PKCS11_TOKEN", "x".repeat(33)],
    ["COUNTERSIGN_DESK_ORIGIN", "desk.localhost:8460"],
    ["COUNTERSIGN_DESK_ORIGIN", "https://desk.example.com/path"],
    ["COUNTERSIGN_DESK_ORIGIN", "ftp://desk.example.com"],
    ["COUNTERSIGN_DESK_PORT", "65536"],
    ["COUNTERSIGN_DESK_PORT", "-1"],
    ["COUNTERSIGN_DESK_HOST", "127.0.0.1; rm"],
    ["COUNTERSIGN_RPC_SOCKET", `/${"x".repeat(107)}`],
    ["COUNTERSIGN_WITNESSES_FILE", "/no/such/file"],
    ["COUNTERSIGN_WITNESS_QUORUM", "0"],
    ["COUNTERSIGN_WITNESS_QUORUM", "2"],
    ["COUNTERSIGN_PEN_STALE_MS", "999"],
    ["COUNTERSIGN_PEN_STALE_MS", "0999"],
    ["COUNTERSIGN_PEN_STALE_MS", "600001"],
    ["COUNTERSIGN_PEN_STALE_MS", "10s"],
    ["COUNTERSIGN_GENESIS", "test"],
  ])("refuses %s = %s and names it", (name, value) => {
    expect(refusal({ [name]: value }).variables).toEqual([name]);
  });

  it("LEAK-2 refuses a PIN that others can read, and never shows one", () => {
    chmodSync(file("pin"), 0o640);
    const fault = refusal({});
    expect(fault.variables).toEqual(["COUNTERSIGN_PKCS11_PIN_FILE"]);
    expect(fault.message).toContain("chmod 600");
    expect(fault.message).not.toContain("1234-the-pin");
  });

  it("refuses an empty and a missing secret file", () => {
    writeFileSync(file("pin"), "\n");
    expect(refusal({}).message).toContain("is empty");
    expect(refusal({ COUNTERSIGN_PKCS11_PIN_FILE: file("gone") }).message).toContain(
      "cannot be read",
    );
  });

  it("says that SoftHSM needs SOFTHSM2_CONF, whose own error would name nothing", () => {
    expect(refusal({ SOFTHSM2_CONF: undefined }).variables).toEqual(["SOFTHSM2_CONF"]);
  });

  it("refuses two witnesses with one key, since one would count twice", () => {
    writeFileSync(
      file("witnesses.json"),
      JSON.stringify([WITNESS, { ...WITNESS, url: "http://b" }]),
    );
    expect(refusal({}).variables).toEqual(["COUNTERSIGN_WITNESSES_FILE"]);
  });
});
