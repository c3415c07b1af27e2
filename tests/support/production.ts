import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certifiedBy, makeCertificate } from "./attestation-certificates.ts";
import { TRUST_DOMAIN } from "./gateway.ts";

/** A maker of hardware keys whose root a production installation trusts, and one of its models. */
export const MODEL = "2fc0579f-8113-47ea-b116-bb5a8db9202a";
const root = makeCertificate({ subject: "Key Maker Root", isAuthority: true });
const leaf = makeCertificate({
  subject: "Key Maker Model A",
  issuer: root,
  aaguid: Buffer.from(MODEL.replaceAll("-", ""), "hex"),
});
export const makersKey = { aaguid: MODEL, attestation: certifiedBy(leaf) };
/** The same model's number, vouched for by somebody else. */
export const strangersKey = {
  aaguid: MODEL,
  attestation: certifiedBy(
    makeCertificate({
      subject: "Stranger",
      issuer: makeCertificate({ subject: "Stranger Root", isAuthority: true }),
      aaguid: Buffer.from(MODEL.replaceAll("-", ""), "hex"),
    }),
  ),
};

const officer = [{ role: "officer" }];
export const FOUNDERS = {
  format: "countersign/genesis/v1",
  tenants: [
    {
      tenant: "initech",
      people: [
        { name: "Ada Berg", roles: officer },
        { name: "Bo Castell", roles: officer },
        { name: "Cleo Dahl", roles: [...officer, { role: "security-admin" }] },
        { name: "Dag Ek", roles: [{ role: "security-admin" }] },
        { name: "Elin Falk", roles: [{ role: "service-owner", service: "payroll" }] },
        { name: "Finn Gran", roles: [] },
      ],
    },
  ],
};

export type ProductionFiles = {
  readonly environment: Readonly<Record<string, string>>;
  readonly genesisFile: string;
  /** Of the one gateway that the file names. */
  readonly gatewayCredentialFile: string;
  readonly remove: () => void;
};

/** What an operator writes before the first start of a production installation, behind a TLS terminator. */
export function writeProductionFiles(genesis: unknown = FOUNDERS): ProductionFiles {
  const folder = mkdtempSync(join(tmpdir(), "countersign-production-"));
  const roots = join(folder, "roots");
  mkdirSync(roots);
  writeFileSync(join(roots, "key-maker.pem"), root.pem);
  const aaguids = join(folder, "aaguids.json");
  writeFileSync(aaguids, JSON.stringify([MODEL]));
  const genesisFile = join(folder, "genesis.json");
  const gatewayCredentialFile = join(folder, "gateway-credential");
  writeFileSync(gatewayCredentialFile, randomBytes(32).toString("hex"), { mode: 0o600 });
  const gateway = {
    name: "gateway-1.initech.example",
    trustDomain: TRUST_DOMAIN,
    tenants: ["initech"],
    environments: ["dev"],
    credentialFile: gatewayCredentialFile,
  };
  const content = typeof genesis === "object" ? { ...genesis, gateways: [gateway] } : genesis;
  writeFileSync(genesisFile, JSON.stringify(content));
  return {
    genesisFile,
    gatewayCredentialFile,
    environment: {
      COUNTERSIGN_DESK_ORIGIN: "https://desk.example.com",
      COUNTERSIGN_GENESIS: "production",
      COUNTERSIGN_GENESIS_FILE: genesisFile,
      COUNTERSIGN_ATTESTATION_ROOTS_DIR: roots,
      COUNTERSIGN_ATTESTATION_AAGUIDS_FILE: aaguids,
      COUNTERSIGN_WITNESS_QUORUM: "2",
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
