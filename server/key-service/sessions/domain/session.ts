import type { Commitment, CredentialId, Digest, PersonId } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import type { TenantId } from "@countersign/protocol/names";
import type { Issuer } from "@countersign/protocol/sign-in";

/** An account at an identity provider, linked to one person in the world. */
export type Identity = {
  readonly tenant: TenantId;
  readonly person: PersonId;
  /** Commitment to issuer and subject under the installation's salt. */
  readonly account: Commitment;
  readonly linkedAt: Instant;
};

/** What an ID token proved for one session, until the person signs for it or it is too late to. */
export type IdentityProof = {
  readonly tenant: TenantId;
  readonly person: PersonId;
  readonly session: Digest;
  readonly issuer: Issuer;
  readonly account: Commitment;
  readonly authenticatedAt: Instant;
  readonly provenAt: Instant;
};

/** A session of the console. `session` is the digest of its secret, which this service never sees. */
export type Session = {
  readonly tenant: TenantId;
  readonly session: Digest;
  readonly person: PersonId;
  /** The hardware key that signed for it: were that revoked, the session would end. */
  readonly credential: CredentialId;
  readonly issuer: Issuer;
  readonly account: Commitment;
  /** When the person last proved themselves to the identity provider. */
  readonly authenticatedAt: Instant;
  readonly openedAt: Instant;
  /** At most `MAX_SESSION_SECONDS` after `authenticatedAt`. */
  readonly expiresAt: Instant;
  status: "open" | "ended";
};

/** Why a session ended. */
export const ENDINGS = [
  "signed-out",
  "expired",
  "replaced",
  "person-revoked",
  "key-revoked",
  "roles-lost",
  "account-unlinked",
] as const;
export type Ending = (typeof ENDINGS)[number];

/** No session outlives the sign-in at the identity provider by more than this. */
export const MAX_SESSION_SECONDS = 12 * 3600;
/** Open sessions of one person; the oldest gives way. */
export const MAX_SESSIONS = 10;
/** Accounts of one person. */
export const MAX_ACCOUNTS = 5;
