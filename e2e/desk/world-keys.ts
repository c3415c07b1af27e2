import { randomBytes } from "node:crypto";
import { toBase64url } from "@countersign/protocol/bytes";
import { digestOf } from "@countersign/protocol/digest";
import type { CredentialId, Digest } from "@countersign/protocol/ids";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import { err, ok, type Result } from "../../server/kernel/result.ts";
import { registrationOptions } from "../../server/key-service/roster/infrastructure/registration-options.ts";
import { verifyRegistration } from "../../server/key-service/roster/infrastructure/verify-registration.ts";
import {
  type EnrolledCredential,
  parseAssertion,
} from "../../server/key-service/statements/domain/assertion.ts";
import { verifyAssertion } from "../../server/key-service/statements/infrastructure/verify-assertion.ts";
import type { CastMember } from "./statements.ts";

/** Hardware keys as the key service keeps and verifies them, in memory. */
export class WorldKeys {
  readonly keys = new Map<CredentialId, EnrolledCredential & { by: CastMember }>();
  /** The last one of each person, and of `identify`. */
  readonly challenges = new Map<string, Digest>();
  readonly origin: () => string;

  constructor(origin: () => string) {
    this.origin = origin;
  }

  async verify(
    assertion: unknown,
    expected: Digest,
  ): Promise<Result<EnrolledCredential & { by: CastMember }, Refusal>> {
    const record = parseAssertion(assertion);
    if (!record.ok) return record;
    const key = this.keys.get(record.value.credential) ?? null;
    const verified = await verifyAssertion({
      record: record.value,
      expectedChallenge: expected,
      rpId: "desk.localhost",
      origin: this.origin(),
      credential: key,
      mayBeBackedUp: true,
    });
    if (!verified.ok) return verified;
    return key === null ? err(refuse("assertion-rejected", "unknown")) : ok(key);
  }

  async registration(by: CastMember): Promise<Record<string, unknown>> {
    const challenge = await digestOf("statement", { random: toBase64url(randomBytes(32)) });
    this.challenges.set(by.person, challenge);
    const exclude = [...this.keys.values()]
      .filter((key) => key.by === by)
      .map((key) => key.credential);
    return {
      ...registrationOptions({
        rpId: "desk.localhost",
        personName: by.name,
        userHandle: by.userHandle,
        challenge,
        exclude,
      }),
    };
  }

  async enrol(by: CastMember, registration: unknown) {
    const expectedChallenge = this.challenges.get(by.person);
    if (expectedChallenge === undefined) return err(refuse("draft-expired", "Start again."));
    const verified = await verifyRegistration({
      json: registration,
      expectedChallenge,
      rpId: "desk.localhost",
      origin: this.origin(),
      mayBeBackedUp: true,
      policy: { mode: "development" },
      now: Date.now(),
    });
    if (!verified.ok) return verified;
    const { attestation: _, ...key } = verified.value;
    const held = { ...key, person: by.person, userHandle: by.userHandle, by };
    this.keys.set(key.credential, held);
    return ok(held);
  }
}
