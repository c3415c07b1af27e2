import type {
  BindingId,
  Commitment,
  CredentialId,
  DeviceId,
  Digest,
  Nonce,
  PersonId,
  RequestId,
  SecretId,
} from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import type { SecretName, SpiffeId, TenantId } from "@countersign/protocol/names";
import type { Grant } from "../../grants/domain/grant.ts";
import type { Proposal } from "../../requests/domain/proposal.ts";
import type { Device, Invitation, Key, Person } from "../../roster/domain/roster.ts";
import type { Binding, Secret } from "../../secrets/domain/secret.ts";
import type { Identity, IdentityProof, Session } from "../../sessions/domain/session.ts";
import type { GenesisDeclared } from "./event.ts";

/**
 * The fold of the ledger: everything a decision reads. Ids and digests only.
 *
 * Whoever looks something up names its tenant: what stands in another tenant is not there (lesson L11).
 */
export type TenantState = {
  readonly people: Map<PersonId, Person>;
  readonly devices: Map<DeviceId, Device>;
  readonly secrets: Map<SecretId, Secret>;
  readonly secretsByName: Map<SecretName, SecretId>;
  readonly bindings: Map<BindingId, Binding>;
  /** Every binding that a workload ever had, ended ones too, oldest first. */
  readonly bindingsOf: Map<SpiffeId, BindingId[]>;
  readonly proposals: Map<Digest, Proposal>;
  readonly requests: Map<RequestId, Digest>;
  readonly grants: Map<RequestId, Grant>;
  /** By the commitment to the account. */
  readonly identities: Map<Commitment, Identity>;
  /** Open ones, and those that ended within the last day. */
  readonly sessions: Map<Digest, Session>;
};

export type State = {
  genesis: GenesisDeclared | null;
  /** Number of entries folded. */
  size: number;
  /** Time of the last entry: time never runs back behind it. */
  lastAt: Instant | null;
  rosterEpoch: number;
  readonly tenants: Map<TenantId, TenantState>;
  /** Which tenant a device belongs to: a call proves its device, and this its tenant. */
  readonly deviceTenants: Map<DeviceId, TenantId>;
  /** Across tenants: a credential or a public key belongs to one person in the world. */
  readonly keys: Map<CredentialId, Key>;
  readonly keyOwners: Map<string, CredentialId>;
  readonly invitations: Map<Digest, Invitation>;
  /** Nonces of accepted statements, kept until no statement with them could still be signed. */
  readonly nonces: Map<Nonce, Instant>;
  /** Proposals, grants, devices and bindings that still run out by time: what the expiry sweep looks at. */
  readonly pending: Map<Digest, TenantId>;
  readonly running: Map<RequestId, TenantId>;
  readonly liveDevices: Map<DeviceId, TenantId>;
  readonly liveBindings: Map<BindingId, TenantId>;
  /** Across tenants: an account at an identity provider belongs to one person in the world. */
  readonly accountTenants: Map<Commitment, TenantId>;
  readonly sessionTenants: Map<Digest, TenantId>;
  /** Sessions that end by time. */
  readonly openSessions: Map<Digest, TenantId>;
  /** By session: proven by an ID token, not yet signed for. */
  readonly proofs: Map<Digest, IdentityProof>;
  /** Digests of ID tokens, and when each was taken. */
  readonly usedTokens: Map<Digest, Instant>;
};

export function emptyState(): State {
  return {
    genesis: null,
    size: 0,
    lastAt: null,
    rosterEpoch: 0,
    tenants: new Map(),
    deviceTenants: new Map(),
    keys: new Map(),
    keyOwners: new Map(),
    invitations: new Map(),
    nonces: new Map(),
    pending: new Map(),
    running: new Map(),
    liveDevices: new Map(),
    liveBindings: new Map(),
    accountTenants: new Map(),
    sessionTenants: new Map(),
    openSessions: new Map(),
    proofs: new Map(),
    usedTokens: new Map(),
  };
}

export function emptyTenant(): TenantState {
  return {
    people: new Map(),
    devices: new Map(),
    secrets: new Map(),
    secretsByName: new Map(),
    bindings: new Map(),
    bindingsOf: new Map(),
    proposals: new Map(),
    requests: new Map(),
    grants: new Map(),
    identities: new Map(),
    sessions: new Map(),
  };
}

export function keysOf(state: State, person: Person): Key[] {
  return [...state.keys.values()].filter(
    (key) => key.tenant === person.tenant && key.person === person.person,
  );
}

export function proposalOfRequest(tenant: TenantState, request: RequestId): Proposal | undefined {
  const digest = tenant.requests.get(request);
  return digest === undefined ? undefined : tenant.proposals.get(digest);
}
