import type { RegistrationCheck } from "../../../server/key-service/roster/infrastructure/registration-checks.ts";
import { DEVELOPMENT, type RegistrationAttempt, registered } from "../registration-bench.ts";
import type { RegistrationOverrides } from "../software-authenticator.ts";
import type { ForgedParts } from "./forged-parts.ts";

/** What the attacker does, by name; the check that catches it; the attempt. In production unless told. */
export type ForgedRegistration = readonly [
  forgery: string,
  check: RegistrationCheck,
  attempt: () => RegistrationAttempt | Promise<RegistrationAttempt>,
];

/** The maker's key answers with these parts in place of the honest ones. */
export const answer = (overrides: RegistrationOverrides): RegistrationAttempt => ({
  json: registered(overrides),
});

/** The same, where attestation and keys that can be copied are not asked about. */
export const inDevelopment = (overrides: RegistrationOverrides): RegistrationAttempt => ({
  json: registered(overrides),
  policy: DEVELOPMENT,
  mayBeBackedUp: true,
});

/** The maker's key registers with these parts in place of the honest ones. */
export const byMakerKey = (all: readonly ForgedParts[]): readonly ForgedRegistration[] =>
  all.map(([name, check, parts]) => [name, check, () => answer(parts)]);
