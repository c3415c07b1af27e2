import type {
  BindingId,
  Commitment,
  CredentialId,
  DeviceId,
  Digest,
  Nonce,
  PersonId,
  RequestId,
  Salt,
  SecretId,
} from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import type { SecretName, SpiffeId, TenantId } from "@countersign/protocol/names";
import type { SecretPolicy } from "@countersign/protocol/policy";
import type { RefusalCode } from "@countersign/protocol/refusals";
import type { Assignment, Role, SigningRole } from "@countersign/protocol/roles";
import type { Issuer } from "@countersign/protocol/sign-in";
import type { Environment, SecretCategory, SecretType } from "@countersign/protocol/taxonomy";
import type { Chain } from "../../requests/domain/chain.ts";
import type { ProposedStatement } from "../../requests/domain/proposal.ts";
import type { Ending } from "../../sessions/domain/session.ts";

/**
 * What happened, past tense: the ledger is these, and all state is their fold. Ids, digests and
 * commitments only; never a name, a free text or a value.
 */
export type DomainEvent =
  | GenesisDeclared
  | { readonly type: "ServiceStarted"; readonly holder: string }
  | { readonly type: "NonceConsumed"; readonly nonce: Nonce; readonly signBy: Instant }
  | { readonly type: "KeyCounted"; readonly credential: CredentialId; readonly signCount: number }
  | KeyEnrolled
  | (OfTenant & { readonly type: "KeyLocked"; readonly credential: CredentialId })
  | (OfTenant & { readonly type: "KeyRevoked"; readonly credential: CredentialId })
  | DeviceEnrolled
  | (OfTenant & { readonly type: "DeviceRevoked"; readonly device: DeviceId })
  | (OfTenant & { readonly type: "DeviceExpired"; readonly device: DeviceId })
  | (OfTenant & { readonly type: "InvitationExpired"; readonly invitation: Digest })
  | (OfTenant & {
      readonly type: "RolesChanged";
      readonly person: PersonId;
      readonly roles: readonly Assignment[];
      readonly sponsors: readonly PersonId[];
    })
  | (OfTenant & { readonly type: "PersonRevoked"; readonly person: PersonId })
  | (OfTenant & {
      readonly type: "IdentityLinked";
      readonly person: PersonId;
      readonly account: Commitment;
    })
  | (OfTenant & {
      readonly type: "IdentityUnlinked";
      readonly person: PersonId;
      readonly account: Commitment;
    })
  | IdentityProven
  | SessionOpened
  | (OfTenant & {
      readonly type: "SessionEnded";
      readonly session: Digest;
      readonly person: PersonId;
      readonly because: Ending;
    })
  | SecretRegistered
  | (OfTenant & {
      readonly type: "PolicyChanged";
      readonly secret: SecretId;
      readonly policy: SecretPolicy;
      readonly policyDigest: Digest;
    })
  | (OfTenant & {
      readonly type: "VersionAdded";
      readonly secret: SecretId;
      readonly version: number;
      readonly envelope: Digest;
      readonly identity: Digest;
    })
  | (OfTenant & { readonly type: "SecretRevoked"; readonly secret: SecretId })
  | WorkloadBound
  | (OfTenant & { readonly type: "BindingRevoked"; readonly binding: BindingId })
  | (OfTenant & { readonly type: "BindingExpired"; readonly binding: BindingId })
  | ProposalMade
  | (OfTenant & {
      readonly type: "ProposalApproved";
      readonly proposal: Digest;
      readonly person: PersonId;
      readonly role: Role;
      readonly credential: CredentialId;
    })
  | (OfTenant & { readonly type: "ProposalAccepted"; readonly proposal: Digest })
  | (OfTenant & {
      readonly type: "ProposalDenied";
      readonly proposal: Digest;
      readonly by: PersonId;
    })
  | (OfTenant & { readonly type: "ProposalWithdrawn"; readonly proposal: Digest })
  | (OfTenant & { readonly type: "ProposalExpired"; readonly proposal: Digest })
  | GrantIssued
  | (OfTenant & { readonly type: "GrantRevoked"; readonly request: RequestId })
  | (OfTenant & { readonly type: "GrantExpired"; readonly request: RequestId })
  | ReleaseIntended
  | (OfTenant & {
      readonly type: "ReleaseDone";
      readonly request: RequestId;
      readonly secret: SecretId;
      readonly use: number;
    })
  | FetchIntended
  | (OfTenant & {
      readonly type: "FetchesDone";
      /** Indexes of the entries of their intents. */
      readonly intents: readonly number[];
    })
  | (OfTenant & {
      readonly type: "ValueChecked";
      readonly secret: SecretId;
      readonly version: number;
      readonly person: PersonId;
      readonly device: DeviceId;
      readonly equal: boolean;
    })
  | Refused
  | { readonly type: "TamperingFound"; readonly what: string; readonly repaired: boolean };

type OfTenant = { readonly tenant: TenantId };

export type GenesisDeclared = {
  readonly type: "GenesisDeclared";
  readonly mode: "development" | "production";
  readonly ledgerOrigin: string;
  readonly deskOrigin: string;
  readonly restoreEpoch: number;
  /** SPKI, DER, base64url. */
  readonly logKey: string;
  readonly releaseKey: string;
  readonly witnesses: readonly { readonly name: string; readonly publicKey: string }[];
  /** How many of them must have cosigned. Absent in ledgers that were begun before it was recorded. */
  readonly witnessQuorum?: number;
  /** Digest of the console's bearer credential for the RPC socket. */
  readonly consoleCredential: Digest;
  /** Absent where no workload fetches. */
  readonly gateways?: readonly RegisteredGateway[];
  readonly tenants: readonly TenantId[];
  /**
   * Each tenant's KEK: its label on the token, and what only that very key opens. Absent in ledgers that were
   * begun before it was recorded.
   */
  readonly tenantKeks?: readonly {
    readonly tenant: TenantId;
    readonly label: string;
    readonly proof: string;
  }[];
  readonly people: readonly {
    readonly tenant: TenantId;
    readonly person: PersonId;
    readonly name: Commitment;
    readonly userHandle: string;
    readonly roles: readonly Assignment[];
  }[];
  readonly invitations: readonly {
    readonly tenant: TenantId;
    readonly person: PersonId;
    readonly invitation: Digest;
    readonly expiresAt: Instant;
  }[];
  /** Who may say who somebody is. Absent in installations without single sign-on, and in older ones. */
  readonly identityProviders?: readonly { readonly issuer: Issuer; readonly clientId: string }[];
  /** Of every commitment to an account: equal accounts give equal commitments here, and nowhere else. */
  readonly identitySalt?: Salt;
  readonly identities?: readonly {
    readonly tenant: TenantId;
    readonly person: PersonId;
    readonly account: Commitment;
  }[];
  /** Where people sign in, for the sentences that send them there. */
  readonly consoleOrigin?: string;
};

/** An ID token was verified for a session that is still to be signed for. */
export type IdentityProven = OfTenant & {
  readonly type: "IdentityProven";
  readonly person: PersonId;
  readonly session: Digest;
  readonly issuer: Issuer;
  readonly account: Commitment;
  readonly authenticatedAt: Instant;
  /** Digest of what the identity provider signed: a token serves once. */
  readonly token: Digest;
};

export type SessionOpened = OfTenant & {
  readonly type: "SessionOpened";
  readonly session: Digest;
  readonly person: PersonId;
  readonly credential: CredentialId;
  readonly issuer: Issuer;
  readonly account: Commitment;
  readonly authenticatedAt: Instant;
  readonly expiresAt: Instant;
};

/** A gateway, and whom it may vouch for: workloads of its trust domain in these tenants and environments. */
export type RegisteredGateway = {
  readonly name: string;
  /** Digest of its bearer credential. */
  readonly credential: Digest;
  readonly trustDomain: string;
  readonly tenants: readonly TenantId[];
  readonly environments: readonly Environment[];
};

export type KeyEnrolled = OfTenant & {
  readonly type: "KeyEnrolled";
  readonly person: PersonId;
  readonly credential: CredentialId;
  readonly publicKey: string;
  readonly algorithm: -7 | -8 | -257;
  readonly aaguid: string;
  readonly backupEligible: boolean;
  readonly signCount: number;
  readonly invitation: Digest | null;
  readonly sponsors: readonly PersonId[];
};

export type DeviceEnrolled = OfTenant & {
  readonly type: "DeviceEnrolled";
  readonly person: PersonId;
  readonly device: DeviceId;
  readonly label: Commitment;
  readonly publicKey: string;
  readonly expiresAt: Instant;
};

export type SecretRegistered = OfTenant & {
  readonly type: "SecretRegistered";
  readonly secret: SecretId;
  readonly name: SecretName;
  readonly environment: Environment;
  readonly secretType: SecretType;
  readonly category: SecretCategory;
  readonly policy: SecretPolicy;
  readonly policyDigest: Digest;
};

export type WorkloadBound = OfTenant & {
  readonly type: "WorkloadBound";
  readonly binding: BindingId;
  readonly secret: SecretId;
  readonly workload: SpiffeId;
  readonly proof: "end-to-end" | "gateway-vouched";
  readonly expiresAt: Instant;
};

export type ProposalMade = OfTenant & {
  readonly type: "ProposalMade";
  readonly proposal: Digest;
  readonly statement: ProposedStatement;
  readonly by: PersonId;
  readonly role: SigningRole;
  readonly credential: CredentialId;
  readonly beneficiaries: readonly PersonId[];
  readonly chain: Chain;
  readonly decideBy: Instant;
};

export type GrantIssued = OfTenant & {
  readonly type: "GrantIssued";
  readonly request: RequestId;
  readonly proposal: Digest;
  readonly person: PersonId;
  readonly device: DeviceId;
  readonly secrets: readonly {
    readonly secret: SecretId;
    readonly version: number;
    readonly policy: Digest;
  }[];
  readonly notBefore: Instant;
  readonly expiresAt: Instant;
  readonly maxUses: number;
};

export type ReleaseIntended = OfTenant & {
  readonly type: "ReleaseIntended";
  readonly request: RequestId;
  readonly secret: SecretId;
  readonly version: number;
  readonly use: number;
  readonly person: PersonId;
  readonly device: DeviceId;
  readonly recipientKey: Digest;
};

/** A value leaves for a workload, under a binding that people signed. */
export type FetchIntended = OfTenant & {
  readonly type: "FetchIntended";
  readonly binding: BindingId;
  readonly secret: SecretId;
  readonly version: number;
  readonly workload: SpiffeId;
  /** Which gateway vouched for the workload, by its name in genesis. */
  readonly gateway: string;
  /** Digest of the certificate (DER) that the gateway saw: whoever investigates can name the SVID. */
  readonly certificate: Digest;
};

/** Attempts that failed are history too [AUD-1]. `count` > 1 where a flood was summed up. */
export type Refused = {
  readonly type: "Refused";
  readonly tenant: TenantId | null;
  readonly code: RefusalCode;
  /** What was attempted: a statement kind or an API path. */
  readonly attempt: string;
  readonly person: PersonId | null;
  readonly device: DeviceId | null;
  /** The workload that asked, as a gateway names it; absent where a person did. */
  readonly workload?: SpiffeId;
  /** Digest of the statement, or id of the grant, that it was about. */
  readonly subject: string | null;
  readonly count: number;
};
