import {
  type CredentialId,
  credentialId,
  deviceId,
  type PersonId,
  personId,
  type SecretId,
  secretId,
} from "@countersign/protocol/ids";
import { type SecretName, secretName, serviceName, tenantId } from "@countersign/protocol/names";
import type { SecretPolicy } from "@countersign/protocol/policy";
import { type Assignment, isPerService, type Role } from "@countersign/protocol/roles";

/** The cast, with ids that read alike in every run. */
export type TestPerson = {
  readonly person: PersonId;
  readonly name: string;
  readonly role: Role;
  readonly credential: CredentialId;
};

const cast = (letter: string, name: string, role: Role): TestPerson => ({
  person: personId.parse(`p-${letter.repeat(26)}`),
  name,
  role,
  credential: credentialId.parse(letter.repeat(44)),
});

export const OLIVIA = cast("a", "Olivia Hart", "service-owner");
export const SAM = cast("b", "Sam Okafor", "security-admin");
export const PRIYA = cast("c", "Priya Nair", "security-admin");
export const EVE = cast("e", "Eve Moreau", "on-call");

export const CAST: readonly TestPerson[] = [OLIVIA, SAM, PRIYA, EVE];

/** The role of a person of the cast, as the roster holds it. */
export function assignmentOf({ role }: TestPerson): Assignment {
  return { role, service: isPerService(role) ? serviceName.parse("payments") : null };
}

export const ACME = tenantId.parse("acme");
export const OLIVIAS_LAPTOP = deviceId.parse(`d-${"1".repeat(26)}`);
export const OTHER_DEVICE = deviceId.parse(`d-${"2".repeat(26)}`);

export type TestSecret = {
  readonly secret: SecretId;
  readonly name: SecretName;
  readonly policy: SecretPolicy;
  version: number;
  value: Buffer;
};

const PII: SecretPolicy = {
  owner: "payments",
  service: "payments",
  dataClassification: "pii",
  tier: "critical",
  rotationPeriodDays: 90,
};

export const APP_PASSWORD = secretName.parse("payments/prod/postgres/app-password");
export const REPORT_KEY = secretName.parse("payments/prod/reports/signing-key");

/** Appears in no other place of a test: whoever finds it has found the value. */
export const CANARY = "canary-9f41-VALUE-of-the-app-password";

export function castSecrets(): TestSecret[] {
  return [
    {
      secret: secretId.parse(`s-${"1".repeat(26)}`),
      name: APP_PASSWORD,
      policy: PII,
      version: 3,
      value: Buffer.from(CANARY),
    },
    {
      secret: secretId.parse(`s-${"2".repeat(26)}`),
      name: REPORT_KEY,
      policy: { ...PII, tier: "high" },
      version: 1,
      value: Buffer.from("report-key-value"),
    },
  ];
}
