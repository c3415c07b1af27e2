import type {
  Commitment,
  CredentialId,
  DeviceId,
  Digest,
  PersonId,
} from "@countersign/protocol/ids";
import { addSeconds, type Instant } from "@countersign/protocol/instants";
import type { ServiceName, TenantId } from "@countersign/protocol/names";
import type { Assignment, Role, SigningRole } from "@countersign/protocol/roles";

/** A person of one tenant. Names are commitments: what they open to stands in an erasable table. */
export type Person = {
  readonly tenant: TenantId;
  readonly person: PersonId;
  readonly name: Commitment;
  /** WebAuthn user handle, 32 random bytes, base64url. */
  readonly userHandle: string;
  status: "active" | "revoked";
  roles: readonly Assignment[];
  /** Who, and when, enrolled a key of this person or gave them a role. Genesis sponsors nobody. */
  readonly sponsors: { readonly person: PersonId; readonly at: Instant }[];
};

export type Key = {
  readonly tenant: TenantId;
  readonly person: PersonId;
  readonly credential: CredentialId;
  /** COSE_Key, base64url. */
  readonly publicKey: string;
  readonly algorithm: -7 | -8 | -257;
  readonly aaguid: string;
  readonly backupEligible: boolean;
  readonly enrolledAt: Instant;
  /** Index of the ledger entry that enrolled it: evidence of whose key it is. */
  readonly enrolledIndex: number;
  signCount: number;
  status: "active" | "locked" | "revoked";
};

export type Device = {
  readonly tenant: TenantId;
  readonly person: PersonId;
  readonly device: DeviceId;
  readonly label: Commitment;
  /** Ed25519, raw, base64url. */
  readonly publicKey: string;
  readonly enrolledAt: Instant;
  readonly expiresAt: Instant;
  /** `expired` once the ledger says so; whoever decides compares `expiresAt` itself. */
  status: "active" | "revoked" | "expired";
};

export type Invitation = {
  readonly tenant: TenantId;
  readonly person: PersonId;
  readonly invitation: Digest;
  readonly expiresAt: Instant;
  /** `expired` once the ledger says so; whoever decides compares `expiresAt` itself. */
  status: "open" | "used" | "expired";
};

/** Roles whose holders approve or name approvers: their keys take two officers to enrol. */
export const APPROVING_ROLES: readonly Role[] = [
  "officer",
  "ciso",
  "security-admin",
  "service-admin",
];

/** Roles that watch over the tenant: to take something away from their holders takes two of them. */
export const GUARDING_ROLES = ["officer", "security-admin"] as const satisfies readonly Role[];

export const SPONSOR_SECONDS = 30 * 86_400;

export function holds(person: Person, role: SigningRole, service: ServiceName | null): boolean {
  if (person.status !== "active") return false;
  if (role === "member") return true;
  return person.roles.some(
    (it) => it.role === role && (it.service === null || it.service === service),
  );
}

/** Whether the person holds the role anywhere, of whatever service. */
export function holdsAnywhere(person: Person, role: SigningRole): boolean {
  if (person.status !== "active") return false;
  return role === "member" || person.roles.some((it) => it.role === role);
}

/** Who sponsored this person within the last 30 days. */
export function recentSponsors(person: Person, now: Instant): ReadonlySet<PersonId> {
  const since = addSeconds(now, -SPONSOR_SECONDS);
  return new Set(person.sponsors.filter((it) => it.at > since).map((it) => it.person));
}

/** Whether somebody gave this person a role, or agreed to a key of theirs, after genesis named them. */
export function wasSponsored({ sponsors }: Person): boolean {
  return sponsors.length > 0;
}

export function isDeviceActive(device: Device, now: Instant): boolean {
  return device.status === "active" && now < device.expiresAt;
}
