import fc from "fast-check";
import { toBase64url } from "../src/bytes.ts";
import { asDigest } from "../src/digest.ts";
import {
  bindingId,
  commitment,
  credentialId,
  deviceId,
  idText,
  nonce,
  personId,
  requestId,
  salt,
  secretId,
} from "../src/ids.ts";
import { type Instant, toInstant } from "../src/instants.ts";
import { secretName, serviceName, spiffeId, tenantId } from "../src/names.ts";
import type { SecretPolicy } from "../src/policy.ts";
import { type Assignment, isPerService, ROLES } from "../src/roles.ts";
import { issuer } from "../src/sign-in.ts";
import { DATA_CLASSIFICATIONS, ENVIRONMENTS, TIERS } from "../src/taxonomy.ts";
import { OPENED_TEXT, type TextLabel, tidyText } from "../src/text.ts";

/* Arbitrary parts of statements: every value is one that the schemas accept. */

export const bytesOf = (sizeBytes: number) =>
  fc.uint8Array({ minLength: sizeBytes, maxLength: sizeBytes });

const idOf = <T>(prefix: "p" | "d" | "s" | "r" | "b", schema: { parse(text: string): T }) =>
  bytesOf(16).map((random) => schema.parse(idText(prefix, random)));

export const aPersonId = idOf("p", personId);
export const aDeviceId = idOf("d", deviceId);
export const aSecretId = idOf("s", secretId);
export const aRequestId = idOf("r", requestId);
export const aBindingId = idOf("b", bindingId);

const encoded = (minBytes: number, maxBytes: number) =>
  fc.uint8Array({ minLength: minBytes, maxLength: maxBytes }).map(toBase64url);

export const aDigest = bytesOf(32).map(asDigest);
export const aCommitment = encoded(32, 32).map((text) => commitment.parse(text));
export const aNonce = encoded(32, 32).map((text) => nonce.parse(text));
export const aSalt = encoded(32, 32).map((text) => salt.parse(text));
export const aCredentialId = encoded(16, 64).map((text) => credentialId.parse(text));
export const aPublicKey = encoded(32, 120);
export const aRawPublicKey = encoded(32, 32);

const FIRST = 946_684_800; // 2000-01-01T00:00:00Z
const LAST = 4_102_444_799; // 2099-12-31T23:59:59Z
export const anInstant: fc.Arbitrary<Instant> = fc
  .integer({ min: FIRST, max: LAST })
  .map((seconds) => toInstant(seconds * 1000));

/** Two instants, the first before the second. */
export const aPeriod: fc.Arbitrary<readonly [Instant, Instant]> = fc
  .tuple(fc.integer({ min: FIRST, max: LAST - 1 }), fc.integer({ min: 1, max: 400 * 86_400 }))
  .map(([from, length]) => [
    toInstant(from * 1000),
    toInstant(Math.min(from + length, LAST) * 1000),
  ]);

const aSegment = fc
  .stringMatching(/^[a-z0-9](?:[a-z0-9.-]{0,10}[a-z0-9])?$/)
  .filter((text) => !text.includes(".."));
export const aTenantId = aSegment.map((text) => tenantId.parse(text));
export const aServiceName = aSegment.map((text) => serviceName.parse(text));

/** A name with the environment that stands in it. */
export const aNameInEnvironment = fc
  .record({
    service: aSegment,
    environment: fc.constantFrom(...ENVIRONMENTS),
    path: fc.array(aSegment, { minLength: 1, maxLength: 6 }),
  })
  .map(({ service, environment, path }) => ({
    name: secretName.parse([service, environment, ...path].join("/")),
    environment,
  }));

export const aSpiffeId = fc
  .tuple(
    fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,20}$/),
    fc.array(fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/), { minLength: 1, maxLength: 4 }),
  )
  .map(([domain, path]) => spiffeId.parse(`spiffe://${domain}/${path.join("/")}`));

export const anIssuer = fc
  .tuple(
    fc.constantFrom("https", "http"),
    fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,20}[a-z0-9]$/),
    fc.constantFrom("", ":8443", "/realms/acme", "/t/v2.0/"),
  )
  .map(([scheme, host, rest]) => issuer.parse(`${scheme}://${host}${rest}`));

const looseName = (...known: readonly string[]) =>
  fc.oneof(fc.constantFrom(...known, null, ""), fc.stringMatching(/^[a-z0-9.-]{1,20}$/));

/** Metadata as it may be stored: complete, missing or malformed [META-1]. */
export const aSecretPolicy: fc.Arbitrary<SecretPolicy> = fc.record({
  owner: looseName("payments-team"),
  service: looseName("payments"),
  dataClassification: looseName(...DATA_CLASSIFICATIONS),
  tier: looseName(...TIERS),
  rotationPeriodDays: fc.oneof(
    fc.constantFrom(null, 0, 1, 90),
    fc.integer({ min: 0, max: 36_500 }),
  ),
});

export const anAssignment: fc.Arbitrary<Assignment> = fc
  .tuple(fc.constantFrom(...ROLES), aServiceName)
  .map(([role, service]) => ({ role, service: isPerService(role) ? service : null }));

const EXAMPLES: { readonly [L in TextLabel]: readonly [string, ...string[]] } = {
  "person-name": [
    "Olivia Hart",
    "Sam Ito",
    "Priya Nair",
    "Ингрид Ларсен",
    "نور حداد",
    "O’Neill-Żak, jr.",
  ],
  "device-label": ["Olivia's laptop", "build host 7", "المحمول", "ノート"],
  justification: ["Rotate the pool after incident 4711.", "First line\n\nSecond line"],
  ticket: ["OPS-4711", "https://tickets.example/4711"],
  reason: ["Not during the freeze.", "Wrong environment\nuse staging"],
  description: ["The password of the application's own account."],
  account: [
    "https://idp.example olivia",
    "https://login.example/t/v2.0 auth0|5f7c8ec7c33c6c004bbafe82",
  ],
};

/** A text that may open under the label: examples of many scripts, and whatever else the rules let through. */
export function aTextFor(label: TextLabel): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(...EXAMPLES[label]),
    fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
      .map(tidyText)
      .map((typed) => (OPENED_TEXT[label].safeParse(typed).success ? typed : EXAMPLES[label][0])),
  );
}
