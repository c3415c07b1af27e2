import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigurationFault } from "./environment.ts";
import { readGenesisFile } from "./genesis-file.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-genesis-file-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "genesis.json");
const read = (content: unknown) => {
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return readGenesisFile(path);
};
const ada = { name: "Ada Berg", roles: [{ role: "officer" }] };
const file = (people: readonly unknown[] = [ada], more: object = {}) => ({
  format: "countersign/genesis/v1",
  tenants: [{ tenant: "initech", people }],
  ...more,
});

const CREDENTIAL = "A".repeat(43);
function credentialIn(text: string, mode = 0o600): string {
  const at = join(folder, `credential-${mode}`);
  rmSync(at, { force: true });
  writeFileSync(at, text, { mode });
  return at;
}
const gateway = () => ({
  name: "gateway-1.initech.example",
  trustDomain: "initech.example",
  tenants: ["initech"],
  environments: ["dev", "prod"],
  credentialFile: credentialIn(CREDENTIAL),
});

describe("the genesis file", () => {
  it("names the people of each tenant, in their order, with roles that name their service or none", () => {
    const elin = { name: "Elin Falk", roles: [{ role: "service-owner", service: "payroll" }] };
    const account = { issuer: "https://idp.initech.example", subject: "00u1elin" };
    const content = { ...file([ada, { ...elin, accounts: [account] }]) };
    content.tenants.push({ tenant: "umbrella", people: [{ name: "Ulf", roles: [] }] });
    expect(read(content).people).toEqual([
      {
        tenant: "initech",
        name: "Ada Berg",
        roles: [{ role: "officer", service: null }],
        accounts: [],
      },
      { tenant: "initech", ...elin, accounts: [account] },
      { tenant: "umbrella", name: "Ulf", roles: [], accounts: [] },
    ]);
  });

  it("DEL-1 names the gateways, whose credentials stand in files of their own", () => {
    expect(read(file()).gateways).toEqual([]);
    const { credentialFile, ...named } = gateway();
    expect(read(file([ada], { gateways: [{ ...named, credentialFile }] })).gateways).toEqual([
      { ...named, credential: CREDENTIAL },
    ]);
  });

  it.each<[string, object, RegExp]>([
    ["of a tenant that is not founded", { tenants: ["umbrella"] }, /serve umbrella/],
    ["of no environment", { environments: [] }, /gateways\.0\.environments/],
    [
      "of an environment that does not exist",
      { environments: ["qa"] },
      /gateways\.0\.environments/,
    ],
    ["whose trust domain is an address", { trustDomain: "https://x" }, /gateways\.0\.trustDomain/],
    ["whose credential is in the file itself", { credential: CREDENTIAL }, /gateways\.0/],
    ["whose credential file is not there", { credentialFile: "/nowhere/at-all" }, /cannot be read/],
  ])("DEL-1 L16 refuses a gateway %s", (_, changes, sentence) => {
    const content = file([ada], { gateways: [{ ...gateway(), ...changes }] });
    expect(() => read(content)).toThrow(sentence);
    expect(() => read(content)).not.toThrow(CREDENTIAL);
  });

  it("DEL-1 refuses a credential that is short or that others can read, and two gateways of one name", () => {
    const of = (text: string, mode?: number) =>
      file([ada], { gateways: [{ ...gateway(), credentialFile: credentialIn(text, mode) }] });
    expect(() => read(of("hunter2"))).toThrow(/openssl rand/);
    expect(() => read(of(CREDENTIAL, 0o644))).toThrow(/chmod 600/);
    expect(() => read(file([ada], { gateways: [gateway(), gateway()] }))).toThrow(/two gateways/);
  });

  it.each<[string, unknown, RegExp]>([
    ["no JSON", "{", /cannot be read as JSON/],
    ["nothing", {}, /format: .*tenants: /],
    ["another format", file([ada], { format: "countersign/genesis/v2" }), /format: /],
    ["a field that it does not know", file([ada], { mode: "development" }), /mode/],
    ["no tenant", file([ada], { tenants: [] }), /tenants: /],
    ["a tenant of nobody", file([]), /tenants\.0\.people: /],
    [
      "a field of a person that it does not know",
      file([{ ...ada, admin: true }]),
      /people\.0.*admin/,
    ],
    [
      "a name with a direction mark",
      file([{ ...ada, name: "Ada\u202eBerg" }]),
      /people\.0\.name: /,
    ],
    [
      "an account whose issuer is no address",
      file([{ ...ada, accounts: [{ issuer: "idp", subject: "ada" }] }]),
      /accounts\.0\.issuer: /,
    ],
    ["a role that does not exist", file([{ ...ada, roles: [{ role: "root" }] }]), /roles\.0/],
    [
      "a service role without a service",
      file([{ ...ada, roles: [{ role: "service-owner" }] }]),
      /roles\.0: a service role names/,
    ],
    [
      "a service for an officer",
      file([{ ...ada, roles: [{ role: "officer", service: "x" }] }]),
      /roles\.0: a service role names/,
    ],
    ["too many people", file(Array.from({ length: 101 }, () => ada)), /people: /],
  ])("ID-2 refuses %s, names the place, and quotes no value", (_, content, sentence) => {
    expect(() => read(content)).toThrow(ConfigurationFault);
    expect(() => read(content)).toThrow(sentence);
    expect(() => read(content)).toThrow(/COUNTERSIGN_GENESIS_FILE/);
    expect(() => read(content)).not.toThrow(/Ada|root"/);
  });

  it("shows ten mistakes at most", () => {
    const people = Array.from({ length: 50 }, () => ({ name: "", roles: 1 }));
    expect(() => read(file(people))).toThrow(/people\.4\.roles/);
    expect(() => read(file(people))).not.toThrow(/people\.5\./);
  });
});
