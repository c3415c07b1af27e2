import { type Instant, secondsBetween } from "@countersign/protocol/instants";
import type { TenantId } from "@countersign/protocol/names";
import { unreachable } from "../../../kernel/result.ts";
import { isPersonalData } from "../../requests/domain/chain.ts";
import type { Proposal } from "../../requests/domain/proposal.ts";
import {
  foldEnding,
  foldLink,
  foldOpening,
  foldProof,
  foldUnlink,
} from "../../sessions/domain/fold-sessions.ts";
import type { DomainEvent } from "./event.ts";
import { emptyTenant, type State, type TenantState } from "./state.ts";

/** A fold that meets an event about something it does not know: the history is not one we wrote. */
export class FoldFault extends Error {
  override readonly name = "FoldFault";
}

/** Where an event stands: the index of its ledger entry and the time that entry carries. */
export type Position = { readonly index: number; readonly at: Instant };

/** Applies one event. Total over the union; changes `state` in place and reads nothing else. */
export function evolve(state: State, event: DomainEvent, { index, at }: Position): void {
  switch (event.type) {
    case "GenesisDeclared": {
      state.genesis = event;
      for (const tenant of event.tenants) state.tenants.set(tenant, emptyTenant());
      for (const { tenant, person, name, userHandle, roles } of event.people) {
        const fresh = {
          tenant,
          person,
          name,
          userHandle,
          status: "active",
          roles,
          sponsors: [],
        } as const;
        tenantOf(state, tenant).people.set(person, { ...fresh, sponsors: [] });
      }
      for (const it of event.invitations)
        state.invitations.set(it.invitation, { ...it, status: "open" });
      for (const it of event.identities ?? []) foldLink(state, roomWith(state, it), it, at);
      return;
    }
    case "ServiceStarted":
    case "Refused":
    case "TamperingFound":
    case "ValueChecked":
      return;
    case "NonceConsumed":
      state.nonces.set(event.nonce, event.signBy);
      forgetOldNonces(state, at);
      return;
    case "KeyCounted":
      known(state.keys.get(event.credential)).signCount = event.signCount;
      return;
    case "KeyEnrolled": {
      const { credential, publicKey, tenant, person } = event;
      state.keys.set(credential, {
        tenant,
        person,
        credential,
        publicKey,
        algorithm: event.algorithm,
        aaguid: event.aaguid,
        backupEligible: event.backupEligible,
        enrolledAt: at,
        enrolledIndex: index,
        signCount: event.signCount,
        status: "active",
      });
      state.keyOwners.set(publicKey, credential);
      if (event.invitation !== null) known(state.invitations.get(event.invitation)).status = "used";
      sponsor(state, tenant, person, event.sponsors, at);
      state.rosterEpoch += 1;
      return;
    }
    case "KeyLocked":
      known(state.keys.get(event.credential)).status = "locked";
      return;
    case "KeyRevoked":
      known(state.keys.get(event.credential)).status = "revoked";
      state.rosterEpoch += 1;
      return;
    case "DeviceEnrolled": {
      const { tenant, person, device, label, publicKey, expiresAt } = event;
      known(tenantOf(state, tenant).people.get(person));
      tenantOf(state, tenant).devices.set(device, {
        tenant,
        person,
        device,
        label,
        publicKey,
        enrolledAt: at,
        expiresAt,
        status: "active",
      });
      state.deviceTenants.set(device, tenant);
      state.liveDevices.set(device, tenant);
      return;
    }
    case "DeviceRevoked":
    case "DeviceExpired":
      known(tenantOf(state, event.tenant).devices.get(event.device)).status =
        event.type === "DeviceRevoked" ? "revoked" : "expired";
      state.liveDevices.delete(event.device);
      return;
    case "InvitationExpired":
      known(state.invitations.get(event.invitation)).status = "expired";
      return;
    case "RolesChanged":
      known(tenantOf(state, event.tenant).people.get(event.person)).roles = event.roles;
      sponsor(state, event.tenant, event.person, event.sponsors, at);
      state.rosterEpoch += 1;
      return;
    case "PersonRevoked":
      known(tenantOf(state, event.tenant).people.get(event.person)).status = "revoked";
      state.rosterEpoch += 1;
      return;
    case "IdentityLinked":
      foldLink(state, roomWith(state, event), event, at);
      return;
    case "IdentityUnlinked": {
      const room = roomWith(state, event);
      foldUnlink(state, room, known(room.identities.get(event.account)));
      return;
    }
    case "IdentityProven":
      roomWith(state, event);
      foldProof(state, event, at);
      return;
    case "SessionOpened":
      foldOpening(state, roomWith(state, event), event, at);
      return;
    case "SessionEnded":
      foldEnding(state, known(roomWith(state, event).sessions.get(event.session)));
      return;
    case "SecretRegistered": {
      const { tenant, secret, name, environment, category, policy, policyDigest } = event;
      const room = tenantOf(state, tenant);
      room.secrets.set(secret, {
        tenant,
        secret,
        name,
        environment,
        type: event.secretType,
        category,
        policy,
        policyDigest,
        status: "active",
        current: null,
      });
      room.secretsByName.set(name, secret);
      return;
    }
    case "PolicyChanged": {
      const secret = known(tenantOf(state, event.tenant).secrets.get(event.secret));
      secret.policy = event.policy;
      secret.policyDigest = event.policyDigest;
      if (secret.current !== null && isPersonalData(event.policy))
        secret.current.personalData = true;
      return;
    }
    case "VersionAdded": {
      const secret = known(tenantOf(state, event.tenant).secrets.get(event.secret));
      const { version, envelope, identity } = event;
      const personalData = isPersonalData(secret.policy);
      secret.current = { version, envelope, identity, addedAt: at, personalData };
      return;
    }
    case "SecretRevoked":
      known(tenantOf(state, event.tenant).secrets.get(event.secret)).status = "revoked";
      return;
    case "WorkloadBound": {
      const { tenant, binding, secret, workload, proof, expiresAt } = event;
      known(tenantOf(state, tenant).secrets.get(secret));
      const fresh = {
        tenant,
        binding,
        secret,
        workload,
        proof,
        expiresAt,
        index,
        status: "active",
      } as const;
      const room = tenantOf(state, tenant);
      room.bindings.set(binding, { ...fresh });
      const others = room.bindingsOf.get(workload);
      if (others === undefined) room.bindingsOf.set(workload, [binding]);
      else others.push(binding);
      state.liveBindings.set(binding, tenant);
      return;
    }
    case "BindingRevoked":
    case "BindingExpired":
      known(tenantOf(state, event.tenant).bindings.get(event.binding)).status =
        event.type === "BindingRevoked" ? "revoked" : "expired";
      state.liveBindings.delete(event.binding);
      return;
    case "ProposalMade": {
      const { tenant, proposal, statement, by, role, credential, beneficiaries, chain, decideBy } =
        event;
      const request = statement.kind === "request" ? statement.body.request : null;
      const room = tenantOf(state, tenant);
      known(room.people.get(by));
      room.proposals.set(proposal, {
        tenant,
        proposal,
        statement,
        request,
        by,
        role,
        credential,
        beneficiaries,
        chain,
        decideBy,
        proposedAt: at,
        index,
        approvals: [],
        status: "pending",
      });
      if (request !== null) room.requests.set(request, proposal);
      state.pending.set(proposal, tenant);
      return;
    }
    case "ProposalApproved": {
      const { person, role, credential } = event;
      decided(state, event, (proposal) => ({
        ...proposal,
        approvals: [...proposal.approvals, { person, role, credential, at, index }],
      }));
      return;
    }
    case "ProposalAccepted":
      decided(state, event, (proposal) => ({ ...proposal, status: "approved", at }));
      return;
    case "ProposalDenied":
      decided(state, event, (proposal) => ({
        ...proposal,
        status: "denied",
        at,
        decidedBy: event.by,
      }));
      return;
    case "ProposalWithdrawn":
      decided(state, event, (proposal) => ({ ...proposal, status: "withdrawn", at }));
      return;
    case "ProposalExpired":
      decided(state, event, (proposal) => ({ ...proposal, status: "expired", at }));
      return;
    case "GrantIssued": {
      const { tenant, request, proposal, person, device, notBefore, expiresAt, maxUses } = event;
      known(tenantOf(state, tenant).proposals.get(proposal));
      tenantOf(state, tenant).grants.set(request, {
        tenant,
        request,
        proposal,
        person,
        device,
        secrets: event.secrets.map((secret) => ({ ...secret, uses: [] })),
        notBefore,
        expiresAt,
        maxUses,
        status: "active",
      });
      state.running.set(request, tenant);
      return;
    }
    case "GrantRevoked":
    case "GrantExpired":
      known(tenantOf(state, event.tenant).grants.get(event.request)).status =
        event.type === "GrantRevoked" ? "revoked" : "expired";
      state.running.delete(event.request);
      return;
    case "ReleaseIntended": {
      const { use, recipientKey } = event;
      const granted = grantedSecret(state, event);
      if (granted.uses.some((it) => it.use === use)) return; // the same use, sealed again to the same key
      granted.uses.push({ use, recipientKey, intendedAt: at, intentIndex: index, done: false });
      return;
    }
    case "FetchIntended":
      known(tenantOf(state, event.tenant).bindings.get(event.binding));
      return;
    case "FetchesDone":
      return; // what a fetch leaves is history, and no state: bindings count no uses
    case "ReleaseDone":
      known(grantedSecret(state, event).uses.find((it) => it.use === event.use)).done = true;
      return;
    default:
      unreachable(event);
  }
}

/** Time never runs back further than a minute, so an hour after its end no statement can still be signed. */
function forgetOldNonces({ nonces }: State, at: Instant): void {
  for (const [nonce, signBy] of nonces) {
    if (secondsBetween(signBy, at) < 3600) return;
    nonces.delete(nonce);
  }
}

export function tenantOf(state: State, tenant: TenantId): TenantState {
  return known(state.tenants.get(tenant));
}

/** The room of a tenant that has this person. */
function roomWith(
  state: State,
  { tenant, person }: { readonly tenant: TenantId; readonly person: Proposal["by"] },
): TenantState {
  const room = tenantOf(state, tenant);
  known(room.people.get(person));
  return room;
}

function known<T>(found: T | undefined): T {
  if (found === undefined)
    throw new FoldFault("the ledger names something that it never introduced");
  return found;
}

function decided(
  state: State,
  event: Extract<DomainEvent, { tenant: TenantId; proposal: Proposal["proposal"] }>,
  next: (proposal: Proposal) => Proposal,
): void {
  const { proposals } = tenantOf(state, event.tenant);
  const after = next(known(proposals.get(event.proposal)));
  proposals.set(event.proposal, after);
  if (after.status !== "pending") state.pending.delete(event.proposal);
}

function grantedSecret(
  state: State,
  event: Extract<DomainEvent, { type: "ReleaseIntended" | "ReleaseDone" }>,
) {
  const grant = known(tenantOf(state, event.tenant).grants.get(event.request));
  return known(grant.secrets.find((it) => it.secret === event.secret));
}

function sponsor(
  state: State,
  tenant: TenantId,
  person: Proposal["by"],
  sponsors: readonly Proposal["by"][],
  at: Instant,
): void {
  const { sponsors: all } = known(tenantOf(state, tenant).people.get(person));
  all.push(...sponsors.map((by) => ({ person: by, at })));
}
