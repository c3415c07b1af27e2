import type { PersonId } from "@countersign/protocol/ids";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { SigningRole } from "@countersign/protocol/roles";
import type { StatementOf } from "@countersign/protocol/statement";
import { err, ok, type Result, unreachable } from "../../../kernel/result.ts";
import type { DomainEvent } from "../../decisions/domain/event.ts";
import { chainForRevoking } from "../../requests/domain/chain.ts";
import type { ActContext, ActRules } from "../../requests/domain/proposal-rules.ts";
import { isOfOwnService } from "../../secrets/domain/own-secret.ts";
import { GUARDING_ROLES, holdsAnywhere } from "./roster.ts";

/**
 * *Revoke*: taking away works at once with one signature. Everybody may revoke what is theirs; officers
 * and security admins may revoke anything of their tenant. The place of one of *them* (their person,
 * keys and devices) takes a second of them, so that none can shut out the others alone.
 */
export const revokeRules: ActRules<"revoke"> = {
  judge(context, { body, signer: { role } }) {
    const { tenant, signer } = context;
    const found = lookUp(context, body.subject, role);
    if (!found.ok) return found;
    const { owner, ownService, active } = found.value;
    const guards = GUARDING_ROLES.some((it) => it === role);
    const own = owner === signer.person;
    if (!guards && !own && !ownService) return err(NOT_FOUND);
    if (!active) return err(refuse("already-decided", "This was revoked or has ended already."));

    const holder = owner === null ? undefined : tenant.people.get(owner);
    const isPlaceOfGuard =
      body.subject.type !== "grant" &&
      holder !== undefined &&
      GUARDING_ROLES.some((it) => holdsAnywhere(holder, it));
    const chain = chainForRevoking(isPlaceOfGuard && !own ? "guard" : "anybody");
    return ok({ chain, beneficiaries: owner === null ? [] : [owner] });
  },

  effects(context, { body, signer: { role } }) {
    const found = lookUp(context, body.subject, role);
    return found.ok ? [found.value.event] : [];
  },
};

type Subject = StatementOf<"revoke">["body"]["subject"];
type Found = {
  /** Whose place or access it is; null where it is a service's. */
  readonly owner: PersonId | null;
  readonly ownService: boolean;
  readonly active: boolean;
  readonly event: DomainEvent;
};

function lookUp(
  { state, tenant, signer }: ActContext,
  subject: Subject,
  role: SigningRole,
): Result<Found, Refusal> {
  const id = signer.tenant;
  switch (subject.type) {
    case "grant": {
      const grant = tenant.grants.get(subject.request);
      if (grant === undefined || grant.proposal !== subject.proposal) return err(NOT_FOUND);
      return found(grant.person, grant.status === "active", {
        type: "GrantRevoked",
        tenant: id,
        request: subject.request,
      });
    }
    case "device": {
      const device = tenant.devices.get(subject.device);
      if (device === undefined || device.label !== subject.label) return err(NOT_FOUND);
      return found(device.person, device.status === "active", {
        type: "DeviceRevoked",
        tenant: id,
        device: subject.device,
      });
    }
    case "key": {
      const key = state.keys.get(subject.credential);
      const fits = key?.tenant === id && key.person === subject.person.person;
      if (key === undefined || !fits) return err(NOT_FOUND);
      return found(key.person, key.status !== "revoked", {
        type: "KeyRevoked",
        tenant: id,
        credential: subject.credential,
      });
    }
    case "binding": {
      const binding = tenant.bindings.get(subject.binding);
      const secret = binding === undefined ? undefined : tenant.secrets.get(binding.secret);
      if (
        binding === undefined ||
        secret === undefined ||
        secret.secret !== subject.secret.secret ||
        secret.name !== subject.secret.name
      ) {
        return err(NOT_FOUND);
      }
      return ok({
        owner: null,
        ownService: isOfOwnService(signer, role, secret),
        active: binding.status === "active",
        event: { type: "BindingRevoked", tenant: id, binding: subject.binding },
      });
    }
    case "secret": {
      const secret = tenant.secrets.get(subject.secret.secret);
      if (secret === undefined || secret.name !== subject.secret.name) return err(NOT_FOUND);
      return ok({
        owner: null,
        ownService: isOfOwnService(signer, role, secret),
        active: secret.status === "active",
        event: { type: "SecretRevoked", tenant: id, secret: subject.secret.secret },
      });
    }
    case "person": {
      const person = tenant.people.get(subject.person.person);
      if (person === undefined || person.name !== subject.person.name) return err(NOT_FOUND);
      return found(person.person, person.status === "active", {
        type: "PersonRevoked",
        tenant: id,
        person: subject.person.person,
      });
    }
    case "identity": {
      const { person, name } = subject.person;
      const identity = tenant.identities.get(subject.account);
      if (identity?.person !== person || tenant.people.get(person)?.name !== name)
        return err(NOT_FOUND);
      return found(person, true, {
        type: "IdentityUnlinked",
        tenant: id,
        person,
        account: subject.account,
      });
    }
    default:
      return unreachable(subject);
  }
}

function found(owner: PersonId, active: boolean, event: DomainEvent): Result<Found, Refusal> {
  return ok({ owner, ownService: false, active, event });
}

const NOT_FOUND = refuse("not-found", "There is nothing of that kind that you may revoke.");
