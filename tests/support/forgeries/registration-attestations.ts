import type { CborInput, CborInputMap } from "../../../scripts/authenticator/cbor-writer.ts";
import { DESK, eve, sam } from "../assertion-bench.ts";
import { certifiedBy, makeCertificate } from "../attestation-certificates.ts";
import {
  MODEL,
  makerAttestation,
  makerAuthority,
  makerKey,
  makerLeaf,
  makerRoot,
  NOW,
  type RegistrationAttempt,
  registered,
} from "../registration-bench.ts";
import {
  type Attestation,
  noAttestation,
  SoftwareAuthenticator,
} from "../software-authenticator.ts";
import { answer, type ForgedRegistration, inDevelopment } from "./forged-registration.ts";

const outsiderRoot = makeCertificate({ subject: "Maker Root", isAuthority: true });
const outsiderLeaf = makeCertificate({ subject: "Outsider", issuer: outsiderRoot });
const wrongModelLeaf = makeCertificate({
  subject: "Model B",
  issuer: makerRoot,
  aaguid: Buffer.alloc(16, 9),
});
const expiredLeaf = makeCertificate({
  subject: "Expired",
  issuer: makerRoot,
  validTo: new Date("2025-01-01"),
});
const outlivingLeaf = makeCertificate({
  subject: "Outlives its root",
  issuer: makerRoot,
  validTo: new Date("2095-01-01"),
});
const notAuthority = makeCertificate({ subject: "Not an authority", issuer: makerRoot });
const underLeaf = makeCertificate({ subject: "Under a leaf", issuer: notAuthority });
const authorityAsLeaf = makeCertificate({
  subject: "Authority",
  issuer: makerRoot,
  isAuthority: true,
});
const statement =
  (change: (honest: Map<string, CborInput>) => void): Attestation =>
  (bytes) => {
    const { format, statement: honest } = makerAttestation(bytes);
    // `certifiedBy` names its members in words.
    const changed = new Map<string, CborInput>(
      [...honest].map(([name, value]) => [String(name), value]),
    );
    change(changed);
    return { format, statement: changed };
  };
const named =
  (format: string): Attestation =>
  () => ({ format, statement: new Map([["ver", "2.0"]]) });

/** Keys that claim a make which nobody vouches for. */
export const FORGED_ATTESTATIONS: readonly ForgedRegistration[] = [
  [
    "L23 an allowed model without attestation",
    "attestation-format",
    () => answer({ attestation: noAttestation }),
  ],
  [
    "L23 an allowed model that vouches for itself",
    "attestation-format",
    () => answer({ attestation: makerKey.selfAttestation }),
  ],
  [
    "L23 an allowed model under a certificate of the attacker's",
    "attestation-chain",
    () => answer({ attestation: certifiedBy(outsiderLeaf) }),
  ],
  [
    "L23 the same with a root of the maker's name",
    "attestation-chain",
    () => answer({ attestation: certifiedBy(outsiderLeaf, outsiderRoot) }),
  ],
  [
    "L23 the same with the maker's own root behind it",
    "attestation-chain",
    () => answer({ attestation: certifiedBy(outsiderLeaf, makerRoot) }),
  ],
  [
    "L23 another model of the maker",
    "aaguid",
    () => ({
      json: registered(
        { attestation: certifiedBy(makeCertificate({ subject: "Model C", issuer: makerRoot })) },
        new SoftwareAuthenticator({ ...DESK, aaguid: "00000000-0000-4000-8000-000000000001" }),
      ),
    }),
  ],
  [
    "L23 another model's certificate for an allowed model",
    "attestation-statement",
    () => answer({ attestation: certifiedBy(wrongModelLeaf) }),
  ],
  [
    "no roots configured",
    "attestation-chain",
    () => ({ json: registered(), policy: { mode: "production", roots: [], aaguids: [MODEL] } }),
  ],
  [
    "no models configured",
    "aaguid",
    () => ({
      json: registered(),
      policy: { mode: "production", roots: [makerRoot.pem], aaguids: [] },
    }),
  ],
  [
    "a certificate that ended by the service's clock",
    "attestation-chain",
    () => ({ json: registered(), now: Date.parse("2085-01-01") }),
  ],
  [
    "a root that ended by the service's clock",
    "attestation-chain",
    () => ({
      json: registered({ attestation: certifiedBy(outlivingLeaf) }),
      now: Date.parse("2091-01-01"),
    }),
  ],
  [
    "a certificate that has not begun by the service's clock",
    "attestation-chain",
    () => ({ json: registered(), now: Date.parse("2019-01-01") }),
  ],
  [
    "a certificate that ended",
    "attestation-statement",
    () => ({ json: registered({ attestation: certifiedBy(expiredLeaf) }), now: NOW }),
  ],
  [
    "a certificate issued by one that is no authority",
    "attestation-chain",
    () => answer({ attestation: certifiedBy(underLeaf, notAuthority) }),
  ],
  [
    "an authority's certificate as the key's own",
    "attestation-statement",
    () => answer({ attestation: certifiedBy(authorityAsLeaf) }),
  ],
  [
    "the authority between left out",
    "attestation-chain",
    () => answer({ attestation: certifiedBy(makerLeaf) }),
  ],
  [
    "the chain in another order",
    "attestation-chain",
    () =>
      answer({
        attestation: statement((it) =>
          it.set("x5c", [makerLeaf.der, makerRoot.der, makerAuthority.der]),
        ),
      }),
  ],
  [
    "a chain of five",
    "attestation-chain",
    () =>
      answer({
        attestation: certifiedBy(
          makerLeaf,
          makerAuthority,
          makerAuthority,
          makerAuthority,
          makerAuthority,
        ),
      }),
  ],
  [
    "bytes after the certificate",
    "attestation-chain",
    () =>
      answer({
        attestation: statement((it) =>
          it.set("x5c", [makerLeaf.der, Buffer.concat([makerAuthority.der, Buffer.from([0])])]),
        ),
      }),
  ],
  [
    "a certificate in PEM",
    "attestation-chain",
    () =>
      answer({
        attestation: statement((it) =>
          it.set("x5c", [makerLeaf.der, Buffer.from(makerAuthority.pem)]),
        ),
      }),
  ],
  [
    "bytes that are no certificate",
    "attestation-algorithm",
    () => answer({ attestation: statement((it) => it.set("x5c", [Buffer.from("certificate")])) }),
  ],
  [
    "no certificate in the list",
    "attestation-object",
    () => answer({ attestation: statement((it) => it.set("x5c", [])) }),
  ],
  ["the statement of another registration", "attestation-statement", () => replayedStatement()],
  [
    "a statement signed by another key",
    "attestation-statement",
    () =>
      answer({
        attestation: statement((it) => it.set("sig", sam.authenticator.key.sign(Buffer.from("x")))),
      }),
  ],
  [
    "no signature in the statement",
    "attestation-object",
    () => answer({ attestation: statement((it) => it.delete("sig")) }),
  ],
  [
    "no algorithm in the statement",
    "attestation-object",
    () => answer({ attestation: statement((it) => it.delete("alg")) }),
  ],
  [
    "the algorithm of RSA where the certificate's key is on a curve",
    "attestation-algorithm",
    () => answer({ attestation: statement((it) => it.set("alg", -257)) }),
  ],
  [
    "a signature in the statement with a length in the long form",
    "attestation-encoding",
    () =>
      answer({
        attestation: statement((it) => it.set("sig", longForm(it.get("sig")))),
      }),
  ],
  [
    "SHA-1 in the statement",
    "attestation-algorithm",
    () => answer({ attestation: statement((it) => it.set("alg", -65535)) }),
  ],
  [
    "a member more in the statement",
    "attestation-object",
    () => answer({ attestation: statement((it) => it.set("ecdaaKeyId", Buffer.alloc(8))) }),
  ],
  [
    "a statement where there should be none",
    "attestation-object",
    () =>
      inDevelopment({ attestation: () => ({ format: "none", statement: new Map([["alg", -7]]) }) }),
  ],
  [
    "a self attestation of another algorithm than the key",
    "attestation-algorithm",
    () =>
      inDevelopment({
        attestation: (bytes) => ({
          format: "packed",
          statement: new Map<string, CborInput>([
            ["alg", -8],
            ["sig", makerKey.key.sign(bytes)],
          ]),
        }),
      }),
  ],
  [
    "a self attestation by another key",
    "attestation-statement",
    () => inDevelopment({ attestation: eve.authenticator.selfAttestation }),
  ],
  [
    "U2F, which verifies nobody",
    "attestation-format",
    () => inDevelopment({ attestation: named("fido-u2f") }),
  ],
  [
    "SafetyNet",
    "attestation-format",
    () => inDevelopment({ attestation: named("android-safetynet") }),
  ],
  [
    "a format that nobody knows",
    "attestation-format",
    () => inDevelopment({ attestation: named("compound") }),
  ],
  [
    "a platform's attestation in production",
    "attestation-format",
    () => answer({ attestation: named("tpm") }),
  ],
];

function longForm(signature: CborInput | undefined): Buffer {
  if (!(signature instanceof Uint8Array)) throw new TypeError("no signature");
  return Buffer.concat([Buffer.from([0x30, 0x81, signature.length - 2]), signature.subarray(2)]);
}

/** Good for the same key and another challenge. */
function replayedStatement(): RegistrationAttempt {
  const honest: { statement: CborInputMap | null } = { statement: null };
  registered({
    clientData: { challenge: "AAAA" },
    attestation: (bytes) => {
      const made = makerAttestation(bytes);
      honest.statement = made.statement;
      return made;
    },
  });
  return answer({
    attestation: () => ({ format: "packed", statement: honest.statement ?? new Map() }),
  });
}
