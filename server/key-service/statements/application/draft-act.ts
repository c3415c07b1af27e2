import { randomBytes } from "node:crypto";
import type { Act, ActOf, ValueInput } from "@countersign/protocol/acts";
import { type BindingId, bindingId, idText, requestId, secretId } from "@countersign/protocol/ids";
import { addSeconds, type Instant } from "@countersign/protocol/instants";
import { environmentOf, type SecretName, serviceOf } from "@countersign/protocol/names";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import { accountText } from "@countersign/protocol/sign-in";
import type {
  PersonRef,
  SecretRef,
  StatementKind,
  StatementOf,
  ValueRef,
  WorkloadBinding,
} from "@countersign/protocol/statement";
import { err, ok, type Result, unreachable } from "../../../kernel/result.ts";
import type { State, TenantState } from "../../decisions/domain/state.ts";
import { holds, type Person } from "../../roster/domain/roster.ts";
import { identityDigest, identityOf, type NamedSecret } from "../../secrets/domain/identity.ts";
import { isOfOwnService } from "../../secrets/domain/own-secret.ts";
import type { Secret } from "../../secrets/domain/secret.ts";
import { whyNotSignedIn } from "../../sessions/domain/why-not-signed-in.ts";
import { roleForService, roleToDecide, roleToRevoke } from "./choose-role.ts";
import { type AnyDraftRequest, type DraftRequest, Texts } from "./drafter.ts";

/** Takes a value in, and stages its envelope, before a statement can name the digest of it. */
export type StageValue = (input: {
  readonly value: ValueInput;
  readonly identity: ReturnType<typeof identityOf>;
  readonly secretType: Secret["type"];
  readonly category: Secret["category"];
}) => Promise<Result<ValueRef, Refusal>>;

export type ActContext = {
  readonly state: State;
  readonly tenant: TenantState;
  readonly signer: Person;
  readonly now: Instant;
  readonly stageValue: StageValue;
};

type Drafted = Result<AnyDraftRequest, Refusal>;

/**
 * Turns what somebody wants into the body of a statement: names become ids and digests, texts become
 * commitments. Says no early where the answer is sure; whether it may be done is decided on signing.
 */
export async function draftAct(context: ActContext, act: Act): Promise<Drafted> {
  const notSignedIn = whyNotSignedInFor(context, act);
  if (notSignedIn !== null) return err(notSignedIn);
  switch (act.act) {
    case "request":
      return draftRequest(context, act);
    case "approve":
    case "deny":
    case "withdraw":
      return draftDecision(context, act);
    case "register-secret":
      return draftRegister(context, act);
    case "put-value":
      return draftPut(context, act);
    case "edit-secret":
    case "reclassify-secret":
      return withSecret(context, act.name, async (secret, base) =>
        ok({
          ...base,
          kind: act.act,
          body: { secret: secretRef(secret, "current"), after: act.after },
        }),
      );
    case "bind-workload":
      return withSecret(context, act.name, async (secret, base) =>
        ok({
          ...base,
          kind: "bind-workload",
          body: { secret: secretRef(secret, "current"), binding: newBinding(act.binding) },
        }),
      );
    case "change-role":
      return draftChangeRole(context, act);
    case "link-identity":
      return draftLinkIdentity(context, act);
    case "revoke":
      return draftRevoke(context, act);
    default:
      return unreachable(act);
  }
}

/** An early no, so that nobody touches a key in vain. */
function whyNotSignedInFor(context: ActContext, act: Act): Refusal | null {
  if (act.act !== "approve") return whyNotSignedIn(context, { kind: act.act });
  return whyNotSignedIn(context, { kind: "approve", body: { proposal: act.proposal } });
}

async function draftRequest(context: ActContext, act: ActOf<"request">): Promise<Drafted> {
  const { tenant, signer, now } = context;
  const secrets: Secret[] = [];
  for (const name of act.secrets) {
    const found = secretByName(context, name);
    if (!found.ok) return found;
    if (found.value.current === null) {
      return err(refuse("no-value", `${name} has no value yet. Its owner can put one.`));
    }
    secrets.push(found.value);
  }
  const device = tenant.devices.get(act.device);
  if (device === undefined || device.person !== signer.person) {
    return err(
      refuse("other-device", "This device is not enrolled for you. Run `secrets login` on it."),
    );
  }
  const texts = new Texts();
  const notBefore = act.notBefore ?? now;
  return ok({
    signer,
    role: roleForService(signer, [...new Set(act.secrets.map(serviceOf))]),
    kind: "request",
    texts,
    body: {
      request: requestId.parse(idText("r", randomBytes(16))),
      secrets: secrets.map((secret) => secretRef(secret, "current")),
      recipient: { device: device.device, label: device.label, enrolledAt: device.enrolledAt },
      justification: await texts.commit("justification", act.justification),
      ticket: await texts.commit("ticket", act.ticket),
      notBefore,
      expiresAt: addSeconds(notBefore, act.durationSeconds),
      maxUses: act.maxUses,
    },
  });
}

async function draftDecision(
  context: ActContext,
  act: ActOf<"approve"> | ActOf<"deny"> | ActOf<"withdraw">,
): Promise<Drafted> {
  const { tenant, signer } = context;
  const proposal = tenant.proposals.get(act.proposal);
  if (proposal === undefined)
    return err(refuse("not-found", "There is no such proposal that you may decide."));
  const texts = new Texts();
  const reason = act.reason === null ? null : await texts.commit("reason", act.reason);
  const role = act.act === "withdraw" ? proposal.role : roleToDecide(context, proposal, signer);
  const base = { signer, role, texts };
  if (act.act !== "deny")
    return ok({ ...base, kind: act.act, body: { proposal: act.proposal, reason } });
  if (reason === null) return err(refuse("malformed", "A refusal needs a reason."));
  return ok({ ...base, kind: "deny", body: { proposal: act.proposal, reason } });
}

async function draftRegister(context: ActContext, act: ActOf<"register-secret">): Promise<Drafted> {
  const { signer, tenant, stageValue } = context;
  const service = serviceOf(act.name);
  const role = roleForService(signer, [service]);
  if (!isOfOwnService(signer, role, act)) {
    return err(refuse("not-allowed", `You are not an owner or admin of the service ${service}.`));
  }
  if (tenant.secretsByName.has(act.name)) {
    return err(
      refuse("already-exists", `${act.name} is registered. Use \`secrets put\` for a new value.`),
    );
  }
  const named: NamedSecret = {
    secret: secretId.parse(idText("s", randomBytes(16))),
    name: act.name,
    environment: environmentOf(act.name),
  };
  let value: ValueRef | null = null;
  if (act.value !== null) {
    const staged = await stageValue({
      value: act.value,
      identity: identityOf(signer.tenant, named, 1),
      secretType: act.type,
      category: act.category,
    });
    if (!staged.ok) return staged;
    value = staged.value;
  }
  return ok({
    signer,
    role,
    kind: "register-secret",
    texts: new Texts(),
    body: {
      ...named,
      type: act.type,
      category: act.category,
      policy: act.policy,
      identity: identityDigest(signer.tenant, named, 1),
      value,
      bindings: act.bindings.map(newBinding),
    },
  });
}

function draftPut(context: ActContext, act: ActOf<"put-value">): Promise<Drafted> {
  return withSecret(context, act.name, async (secret, base) => {
    const { tenant } = context.signer;
    const ref = secretRef(secret, "next");
    const staged = await context.stageValue({
      value: act.value,
      identity: identityOf(tenant, secret, ref.version),
      secretType: secret.type,
      category: secret.category,
    });
    if (!staged.ok) return staged;
    const identity = identityDigest(tenant, secret, ref.version);
    return ok({ ...base, kind: "put-value", body: { secret: ref, identity, value: staged.value } });
  });
}

async function draftChangeRole(
  { tenant, signer }: ActContext,
  act: ActOf<"change-role">,
): Promise<Drafted> {
  const target = tenant.people.get(act.person);
  if (target === undefined) return err(refuse("not-found", "There is no such person."));
  return ok({
    signer,
    role: "officer",
    kind: "change-role",
    texts: new Texts(),
    body: { person: personRef(target), before: [...target.roles], after: act.after },
  });
}

async function draftLinkIdentity(
  { state, tenant, signer }: ActContext,
  act: ActOf<"link-identity">,
): Promise<Drafted> {
  const target = tenant.people.get(act.person);
  if (target === undefined) return err(refuse("not-found", "There is no such person."));
  const { identityProviders = [], identitySalt } = state.genesis ?? {};
  if (identitySalt === undefined || !identityProviders.some((it) => it.issuer === act.issuer)) {
    return err(
      refuse("not-found", "This installation knows no such identity provider. Check its address."),
    );
  }
  const texts = new Texts();
  const account = await texts.commitUnder(identitySalt, "account", accountText(act));
  return ok({
    signer,
    role: holds(signer, "officer", null) ? "officer" : "security-admin",
    kind: "link-identity",
    texts,
    body: { person: personRef(target), account },
  });
}

async function draftRevoke(context: ActContext, act: ActOf<"revoke">): Promise<Drafted> {
  const found = revocable(context, act.subject);
  if (found === null)
    return err(refuse("not-found", "There is nothing of that kind that you may revoke."));
  const texts = new Texts();
  const reason = await texts.commit("reason", act.reason);
  const service = "secret" in found ? serviceOf(found.secret.name) : null;
  const role = roleToRevoke(context.signer, service);
  if (service !== null && role === "member") {
    return err(refuse("not-found", "There is nothing of that kind that you may revoke."));
  }
  return ok({
    signer: context.signer,
    role,
    kind: "revoke",
    texts,
    body: { subject: found, reason },
  });
}

function revocable(
  { state, tenant, signer }: ActContext,
  subject: ActOf<"revoke">["subject"],
): StatementOf<"revoke">["body"]["subject"] | null {
  switch (subject.type) {
    case "grant": {
      const grant = tenant.grants.get(subject.request);
      return grant === undefined ? null : { ...subject, proposal: grant.proposal };
    }
    case "device": {
      const device = tenant.devices.get(subject.device);
      return device === undefined ? null : { ...subject, label: device.label };
    }
    case "key": {
      const key = state.keys.get(subject.credential);
      const owner = key?.tenant === signer.tenant ? tenant.people.get(key.person) : undefined;
      return owner === undefined ? null : { ...subject, person: personRef(owner) };
    }
    case "binding": {
      const binding = tenant.bindings.get(subject.binding);
      const secret = binding === undefined ? undefined : tenant.secrets.get(binding.secret);
      return secret === undefined ? null : { ...subject, secret: secretRef(secret, "current") };
    }
    case "secret": {
      const id = tenant.secretsByName.get(subject.name);
      const secret = id === undefined ? undefined : tenant.secrets.get(id);
      return secret === undefined ? null : { type: "secret", secret: secretRef(secret, "current") };
    }
    case "person": {
      const person = tenant.people.get(subject.person);
      return person === undefined ? null : { type: "person", person: personRef(person) };
    }
    case "identity": {
      const identity = tenant.identities.get(subject.account);
      const owner = identity === undefined ? undefined : tenant.people.get(identity.person);
      return owner === undefined ? null : { ...subject, person: personRef(owner) };
    }
    default:
      return unreachable(subject);
  }
}

/** A secret of one of the signer's services; what is not theirs is not there. */
export function secretByName(
  { tenant, signer }: Pick<ActContext, "tenant" | "signer">,
  name: SecretName,
): Result<Secret, Refusal> {
  const id = tenant.secretsByName.get(name);
  const secret = id === undefined ? undefined : tenant.secrets.get(id);
  const role = roleForService(signer, [serviceOf(name)]);
  if (secret === undefined || !isOfOwnService(signer, role, secret)) {
    return err(refuse("not-found", `There is no secret ${name} of a service of yours.`));
  }
  return ok(secret);
}

async function withSecret(
  context: ActContext,
  name: SecretName,
  then: (
    secret: Secret,
    base: Pick<DraftRequest<StatementKind>, "signer" | "role" | "texts">,
  ) => Promise<Drafted>,
): Promise<Drafted> {
  const found = secretByName(context, name);
  if (!found.ok) return found;
  const role = roleForService(context.signer, [serviceOf(name)]);
  return then(found.value, { signer: context.signer, role, texts: new Texts() });
}

export function secretRef(secret: Secret, version: "current" | "next"): SecretRef {
  const current = secret.current?.version ?? 0;
  return {
    secret: secret.secret,
    name: secret.name,
    environment: secret.environment,
    version: version === "next" ? current + 1 : Math.max(1, current),
    policy: secret.policyDigest,
  };
}

export function personRef({ person, name }: Person): PersonRef {
  return { person, name };
}

function newBinding(input: Omit<WorkloadBinding, "binding">): WorkloadBinding {
  return { binding: newBindingId(), ...input };
}

function newBindingId(): BindingId {
  return bindingId.parse(idText("b", randomBytes(16)));
}
