import type { CredentialId, Digest, PersonId } from "@countersign/protocol/ids";
import type { SecretPolicy } from "@countersign/protocol/policy";
import { unreachable } from "../../../../kernel/result.ts";
import type { Entry } from "../../../decisions/domain/entry.ts";
import type { DomainEvent, GenesisDeclared } from "../../../decisions/domain/event.ts";
import type { ProposedStatement } from "../../../requests/domain/proposal.ts";
import { auditRows } from "./audit-rows.ts";
import { add, type Change, put, set } from "./change.ts";

type EventOf<T extends DomainEvent["type"]> = Extract<DomainEvent, { type: T }>;
type Place = { readonly index: number; readonly entry: Entry };

/**
 * What one ledger entry does to the projections. Pure and without memory of entries before it: the
 * projector applies it to tables, the checker to rows in memory, and both must arrive at the same.
 */
export function changesOfEntry(index: number, entry: Entry): Change[] {
  const place = { index, entry };
  return [
    ...entry.events.flatMap((event) => changesOfEvent(event, place)),
    ...auditRows(index, entry).map((row) => put("audit_entry", row)),
  ];
}

function changesOfEvent(event: DomainEvent, { index, entry }: Place): Change[] {
  const { at } = entry;
  switch (event.type) {
    case "GenesisDeclared":
      return genesis(event, { index, entry });
    case "ServiceStarted":
    case "FetchesDone":
    case "NonceConsumed":
    case "InvitationExpired":
    case "ValueChecked":
    case "Refused":
    case "TamperingFound":
      return []; // audit entries only
    case "KeyCounted": {
      // The event names no tenant; a counter is recorded with a statement, whose signer's key it is.
      const tenant = entry.evidence?.statement.tenant;
      if (tenant === undefined) return [];
      const { credential } = event;
      return [set("hardware_key", { tenant, credential }, { last_used_at: at, entry: index })];
    }
    case "KeyEnrolled": {
      const { tenant, credential, person, aaguid, algorithm, backupEligible } = event;
      return [
        put("hardware_key", {
          tenant,
          credential,
          person,
          aaguid,
          algorithm,
          backup_eligible: backupEligible,
          status: "active",
          enrolled_at: at,
          last_used_at: null,
          entry: index,
        }),
      ];
    }
    case "KeyLocked":
    case "KeyRevoked": {
      const { tenant, credential } = event;
      const status = event.type === "KeyLocked" ? "locked" : "revoked";
      return [set("hardware_key", { tenant, credential }, { status, entry: index })];
    }
    case "DeviceEnrolled": {
      const { tenant, device, person, label, expiresAt } = event;
      return [
        put("device", {
          tenant,
          device,
          person,
          label_commitment: label,
          status: "active",
          enrolled_at: at,
          expires_at: expiresAt,
          entry: index,
        }),
      ];
    }
    case "DeviceRevoked":
    case "DeviceExpired": {
      const { tenant, device } = event;
      const status = event.type === "DeviceRevoked" ? "revoked" : "expired";
      return [set("device", { tenant, device }, { status, entry: index })];
    }
    case "RolesChanged": {
      const { tenant, person, roles } = event;
      return [set("person", { tenant, person }, { roles, entry: index })];
    }
    case "PersonRevoked": {
      const { tenant, person } = event;
      return [set("person", { tenant, person }, { status: "revoked", entry: index })];
    }
    case "IdentityLinked":
      return [identityLinked(event, { index, entry })];
    case "IdentityUnlinked": {
      const { tenant, account: account_commitment } = event;
      const gone = { status: "unlinked", unlinked_at: at, entry: index };
      return [set("identity", { tenant, account_commitment }, gone)];
    }
    case "IdentityProven":
      return []; // an audit entry only: no session yet
    case "SessionOpened": {
      const { tenant, session, person, credential, issuer, account } = event;
      return [
        put("session", {
          tenant,
          session,
          person,
          credential,
          issuer,
          account_commitment: account,
          authenticated_at: event.authenticatedAt,
          opened_at: at,
          expires_at: event.expiresAt,
          status: "open",
          ended_at: null,
          ended_because: null,
          entry: index,
        }),
      ];
    }
    case "SessionEnded": {
      const { tenant, session, because } = event;
      const over = { status: "ended", ended_at: at, ended_because: because, entry: index };
      return [set("session", { tenant, session }, over)];
    }
    case "SecretRegistered": {
      const { tenant, secret, name, environment, secretType, category, policy } = event;
      return [
        put("secret", {
          tenant,
          secret,
          name,
          environment,
          type: secretType,
          category,
          ...policyColumns(policy, event.policyDigest),
          status: "active",
          current_version: null,
          value_added_at: null,
          registered_at: at,
          entry: index,
        }),
      ];
    }
    case "PolicyChanged": {
      const { tenant, secret, policy, policyDigest } = event;
      const columns = policyColumns(policy, policyDigest);
      return [set("secret", { tenant, secret }, { ...columns, entry: index })];
    }
    case "VersionAdded": {
      const { tenant, secret, version, envelope, identity } = event;
      const current = { current_version: version, value_added_at: at, entry: index };
      const row = { tenant, secret, version, envelope, identity, added_at: at, entry: index };
      return [put("secret_version", row), set("secret", { tenant, secret }, current)];
    }
    case "SecretRevoked": {
      const { tenant, secret } = event;
      return [set("secret", { tenant, secret }, { status: "revoked", entry: index })];
    }
    case "WorkloadBound": {
      const { tenant, binding, secret, workload, proof, expiresAt } = event;
      return [
        put("binding", {
          tenant,
          binding,
          secret,
          workload,
          proof,
          status: "active",
          bound_at: at,
          expires_at: expiresAt,
          entry: index,
        }),
      ];
    }
    case "BindingRevoked":
    case "BindingExpired": {
      const { tenant, binding } = event;
      const status = event.type === "BindingRevoked" ? "revoked" : "expired";
      return [set("binding", { tenant, binding }, { status, entry: index })];
    }
    case "ProposalMade":
      return proposalMade(event, { index, entry });
    case "ProposalApproved": {
      const { person, role, credential } = event;
      return [signatureLine(event, "approved", { person, role, credential }, { index, entry })];
    }
    case "ProposalAccepted":
      return [decided(event, "approved", { index, entry })];
    case "ProposalDenied":
      return [
        decided(event, "denied", { index, entry }),
        signatureLine(event, "denied", signerOf(entry, event.by), { index, entry }),
      ];
    case "ProposalWithdrawn": {
      const by = signerOf(entry, null);
      const gone = decided(event, "withdrawn", { index, entry });
      return by === null ? [gone] : [gone, signatureLine(event, "withdrawn", by, { index, entry })];
    }
    case "ProposalExpired":
      return [decided(event, "expired", { index, entry })];
    case "GrantIssued":
      return grantIssued(event, { index, entry });
    case "GrantRevoked":
    case "GrantExpired": {
      const { tenant, request } = event;
      const status = event.type === "GrantRevoked" ? "revoked" : "expired";
      return [set("grant", { tenant, request }, { status, ended_at: at, entry: index })];
    }
    case "ReleaseIntended": {
      const { tenant, request, secret, use, version, person, device, recipientKey } = event;
      const opening = { tenant, request, secret, use, version, person, device };
      const times = { intended_at: at, done_at: null, entry: index };
      // The same use sealed again is the same release: the first intent stands.
      return [add("release", { ...opening, recipient_key: recipientKey, ...times })];
    }
    case "FetchIntended": {
      const { type: _, ...fetch } = event;
      return [put("fetch", { ...fetch, intended_at: at, entry: index })];
    }
    case "ReleaseDone": {
      const { tenant, request, secret, use } = event;
      return [set("release", { tenant, request, secret, use }, { done_at: at })];
    }
    default:
      return unreachable(event);
  }
}

function genesis(event: GenesisDeclared, place: Place): Change[] {
  const { mode, ledgerOrigin, deskOrigin, tenants, people, identities = [] } = event;
  const entry = place.index;
  const origins = { ledger_origin: ledgerOrigin, desk_origin: deskOrigin };
  return [
    ...tenants.map((tenant) => put("tenant", { tenant, mode, ...origins, entry })),
    ...people.map(({ tenant, person, name, roles }) =>
      put("person", { tenant, person, name_commitment: name, status: "active", roles, entry }),
    ),
    ...identities.map((it) => identityLinked(it, place)),
  ];
}

function identityLinked(
  { tenant, person, account }: Omit<EventOf<"IdentityLinked">, "type">,
  { index, entry }: Place,
): Change {
  return put("identity", {
    tenant,
    account_commitment: account,
    person,
    status: "linked",
    linked_at: entry.at,
    unlinked_at: null,
    entry: index,
  });
}

function policyColumns(policy: SecretPolicy, policyDigest: Digest) {
  return {
    owner: policy.owner,
    service: policy.service,
    data_classification: policy.dataClassification,
    tier: policy.tier,
    rotation_period_days: policy.rotationPeriodDays,
    policy_digest: policyDigest,
  };
}

function proposalMade(event: EventOf<"ProposalMade">, place: Place): Change[] {
  const { tenant, proposal, statement, by, role, credential, beneficiaries, chain } = event;
  const asked = statement.kind === "request" ? statement.body : null;
  return [
    put("proposal", {
      tenant,
      proposal,
      kind: statement.kind,
      request: asked?.request ?? null,
      proposed_by: by,
      role,
      beneficiaries,
      secrets: secretsOf(statement),
      chain,
      statement,
      justification_commitment: asked?.justification ?? null,
      ticket_commitment: asked?.ticket ?? null,
      status: "pending",
      proposed_at: place.entry.at,
      decide_by: event.decideBy,
      decided_at: null,
      entry: place.index,
    }),
    signatureLine(event, "proposed", { person: by, role, credential }, place),
  ];
}

type Signer = {
  readonly person: PersonId;
  readonly role: string | null;
  readonly credential: CredentialId | null;
};

/** Who signed this entry's statement; `known` where the event itself names them. */
function signerOf(entry: Entry, known: PersonId): Signer;
function signerOf(entry: Entry, known: null): Signer | null;
function signerOf({ evidence }: Entry, known: PersonId | null): Signer | null {
  const signer = evidence?.statement.signer;
  const person = known ?? signer?.person;
  if (person === undefined) return null;
  // The assertion was verified against the key of that id before the entry was written.
  const credential = (evidence?.assertion.credential ?? null) as CredentialId | null;
  return { person, role: signer?.role ?? null, credential };
}

function signatureLine(
  { tenant, proposal }: { readonly tenant: string; readonly proposal: Digest },
  verdict: string,
  { person, role, credential }: Signer,
  { index, entry }: Place,
): Change {
  const statement = entry.evidence?.statement;
  const decides =
    statement?.kind === "approve" || statement?.kind === "deny" || statement?.kind === "withdraw";
  return put("signature_line", {
    tenant,
    proposal,
    entry: index,
    verdict,
    person,
    role,
    credential,
    reason_commitment: decides ? statement.body.reason : null,
    signed_at: entry.at,
  });
}

function decided(
  { tenant, proposal }: { readonly tenant: string; readonly proposal: Digest },
  status: string,
  { index, entry }: Place,
): Change {
  return set("proposal", { tenant, proposal }, { status, decided_at: entry.at, entry: index });
}

function grantIssued(event: EventOf<"GrantIssued">, { index, entry }: Place): Change[] {
  const { tenant, request, proposal, person, device } = event;
  return [
    put("grant", {
      tenant,
      request,
      proposal,
      person,
      device,
      not_before: event.notBefore,
      expires_at: event.expiresAt,
      max_uses: event.maxUses,
      status: "active",
      issued_at: entry.at,
      ended_at: null,
      entry: index,
    }),
    ...event.secrets.map(({ secret, version, policy }) =>
      put("grant_secret", {
        tenant,
        request,
        secret,
        version,
        policy_digest: policy,
        entry: index,
      }),
    ),
  ];
}

/** The secrets that a proposal is about. */
export function secretsOf(statement: ProposedStatement): string[] {
  switch (statement.kind) {
    case "enrol-key":
    case "change-role":
    case "link-identity":
      return [];
    case "register-secret":
      return [statement.body.secret];
    case "request":
      return statement.body.secrets.map((it) => it.secret);
    case "revoke": {
      const { subject } = statement.body;
      return "secret" in subject ? [subject.secret.secret] : [];
    }
    default:
      return [statement.body.secret.secret];
  }
}
