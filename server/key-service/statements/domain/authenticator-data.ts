import type { CheckTable } from "./check-table.ts";
import { equalBytes } from "./equal-bytes.ts";

/*
 * What the key itself says: WebAuthn Level 3, section 6.1. 32 bytes hash of the RP id, one byte of flags,
 * a 32-bit counter; a registration goes on with the new credential.
 */

export const AUTHENTICATOR_DATA_BYTES = 37;

export const FLAGS = {
  userPresent: 0x01,
  reserved1: 0x02,
  userVerified: 0x04,
  backupEligible: 0x08,
  backupState: 0x10,
  reserved2: 0x20,
  attestedCredential: 0x40,
  extensions: 0x80,
} as const;

export type Flag = keyof typeof FLAGS;

export type AuthenticatorData = {
  readonly rpIdHash: Uint8Array;
  readonly flags: Readonly<Record<Flag, boolean>>;
  /** 0 to 2^32 - 1. */
  readonly signCount: number;
  /** What follows the first 37 bytes. */
  readonly rest: Uint8Array;
};

/** Null where there are fewer than 37 bytes. */
export function readAuthenticatorData(bytes: Uint8Array): AuthenticatorData | null {
  if (bytes.length < AUTHENTICATOR_DATA_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const byte = view.getUint8(32);
  const has = (flag: Flag) => (byte & FLAGS[flag]) !== 0;
  return {
    rpIdHash: bytes.subarray(0, 32),
    flags: {
      userPresent: has("userPresent"),
      reserved1: has("reserved1"),
      userVerified: has("userVerified"),
      backupEligible: has("backupEligible"),
      backupState: has("backupState"),
      reserved2: has("reserved2"),
      attestedCredential: has("attestedCredential"),
      extensions: has("extensions"),
    },
    signCount: view.getUint32(33),
    rest: bytes.subarray(AUTHENTICATOR_DATA_BYTES),
  };
}

export type AuthenticatorSubject = {
  readonly authenticator: AuthenticatorData;
  /** SHA-256 of the RP id. */
  readonly rpIdHash: Uint8Array;
  /** False: a key whose secret can be copied between devices is refused. */
  readonly mayBeBackedUp: boolean;
};

export type AuthenticatorDataCheck =
  | "rp-id-hash"
  | "flags-reserved"
  | "user-present"
  | "user-verified"
  | "backup-flags"
  | "backup-refused";

/** What an assertion and a registration have in common: section 7.1 steps 14 to 19, section 7.2 steps 16 to 20. */
export const AUTHENTICATOR_DATA_CHECKS: CheckTable<AuthenticatorDataCheck, AuthenticatorSubject> = {
  "rp-id-hash": ({ authenticator, rpIdHash }) => equalBytes(authenticator.rpIdHash, rpIdHash),
  "flags-reserved": ({ authenticator }) =>
    !authenticator.flags.reserved1 && !authenticator.flags.reserved2,
  "user-present": ({ authenticator }) => authenticator.flags.userPresent,
  "user-verified": ({ authenticator }) => authenticator.flags.userVerified, // lesson L22
  "backup-flags": ({ authenticator }) =>
    authenticator.flags.backupEligible || !authenticator.flags.backupState,
  "backup-refused": ({ authenticator, mayBeBackedUp }) =>
    mayBeBackedUp || !authenticator.flags.backupEligible,
};

export type AssertionDataCheck =
  | "attested-credential-unexpected"
  | "extensions-unexpected"
  | "authenticator-data-length";

/** An assertion carries no credential, and nobody asked for an extension: it ends after the counter. */
export const ASSERTION_DATA_CHECKS: CheckTable<AssertionDataCheck, AuthenticatorSubject> = {
  "attested-credential-unexpected": ({ authenticator }) => !authenticator.flags.attestedCredential,
  "extensions-unexpected": ({ authenticator }) => !authenticator.flags.extensions,
  "authenticator-data-length": ({ authenticator }) => authenticator.rest.length === 0,
};
