import type { Digest } from "@countersign/protocol/ids";
import { type Instant, secondsBetween } from "@countersign/protocol/instants";
import { type SecretName, type SpiffeId, serviceOf } from "@countersign/protocol/names";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import { type Decision, decided, refused } from "../../decisions/domain/decision.ts";
import type { RegisteredGateway } from "../../decisions/domain/event.ts";
import type { State, TenantState } from "../../decisions/domain/state.ts";
import { isPersonalData } from "../../requests/domain/chain.ts";
import type { Binding, Secret } from "../../secrets/domain/secret.ts";
import { whyNotUsable } from "../../secrets/domain/usable.ts";
import { placeOf, type WorkloadPlace } from "./workload-place.ts";

/** How long workloads go on while no witness answers. */
export const MAX_SILENCE_SECONDS = 15 * 60;

export type FetchCommand = {
  /** Proven by its credential. */
  readonly gateway: RegisteredGateway;
  /** Vouched for by the gateway. */
  readonly workload: SpiffeId;
  readonly certificate: Digest;
  readonly name: SecretName;
};

/** What witnesses have last cosigned. Null where this installation has none, or none has answered yet. */
export type Witnessed = { readonly size: number; readonly at: Instant } | null;

/**
 * Whether a workload's fetch is answered. The gateway is trusted with the workload's identity, for the
 * tenants and environments it is registered for, and with nothing else: which secret an identity may
 * have stands in bindings that people signed.
 *
 * What is bound to somebody else, what is in another tenant and what does not exist are refused in the
 * same words. A gateway that lies reaches what is gateway-vouched in its own tenants and environments.
 */
export function decideFetch(
  state: State,
  command: FetchCommand,
  witnessed: Witnessed,
  now: Instant,
): Decision {
  const { gateway, workload, name } = command;
  const place = placeOf(workload);
  const stranger = whyNotVouched(gateway, place);
  if (place === null || stranger !== null) return refused(stranger ?? NOT_OURS);

  const tenant = state.tenants.get(place.tenant);
  const secretId = tenant?.secretsByName.get(name);
  const secret = secretId === undefined ? undefined : tenant?.secrets.get(secretId);
  if (tenant === undefined || secret === undefined) return refused(notBound(name));
  if (secret.environment !== place.environment || serviceOf(secret.name) !== place.service) {
    return refused(notBound(name));
  }
  const binding = newestBinding(tenant, workload, secret);
  if (binding === undefined) return refused(notBound(name));
  const why =
    whyBindingFails(binding, secret, now) ??
    whyNotUsable(secret, now) ??
    whyNotWitnessed(state, binding, witnessed, now);
  if (why !== null || secret.current === null) return refused(why ?? notBound(name));

  return decided({
    type: "FetchIntended",
    tenant: place.tenant,
    binding: binding.binding,
    secret: secret.secret,
    version: secret.current.version,
    workload,
    gateway: gateway.name,
    certificate: command.certificate,
  });
}

function whyNotVouched(gateway: RegisteredGateway, place: WorkloadPlace | null): Refusal | null {
  if (place === null || place.trustDomain !== gateway.trustDomain) return NOT_OURS;
  const vouches =
    gateway.tenants.includes(place.tenant) && gateway.environments.includes(place.environment);
  return vouches ? null : NOT_OURS;
}

/** The one that lasts longest of those that stand; where none does, the newest, which says why. */
function newestBinding(
  tenant: TenantState,
  workload: SpiffeId,
  secret: Secret,
): Binding | undefined {
  let best: Binding | undefined;
  for (const id of tenant.bindingsOf.get(workload) ?? []) {
    const binding = tenant.bindings.get(id);
    if (binding?.secret !== secret.secret) continue;
    const isBetter =
      best === undefined || best.status !== "active" || best.expiresAt <= binding.expiresAt;
    if (isBetter && (binding.status === "active" || best?.status !== "active")) best = binding;
  }
  return best;
}

function whyBindingFails(binding: Binding, secret: Secret, now: Instant): Refusal | null {
  if (binding.status !== "active") {
    return refuse(
      "binding-ended",
      `The binding of this workload to ${secret.name} was ended. Its owner can bind it again.`,
    );
  }
  if (binding.expiresAt <= now) {
    return refuse(
      "binding-ended",
      `The binding of this workload to ${secret.name} ended at ${binding.expiresAt}. Its owner can bind it again.`,
    );
  }
  const personal = secret.current?.personalData === true || isPersonalData(secret.policy);
  if (binding.proof !== "gateway-vouched" || (secret.environment === "prod" && personal)) {
    return refuse(
      "not-allowed",
      `${secret.name} is delivered end-to-end only: no gateway may see it. Use a client that opens a channel of its own.`,
    );
  }
  return null;
}

function whyNotWitnessed(
  { genesis }: State,
  binding: Binding,
  witnessed: Witnessed,
  now: Instant,
): Refusal | null {
  if (genesis?.witnesses.length === 0) return null;
  if (witnessed === null || witnessed.size <= binding.index) {
    return refuse(
      "unavailable",
      "The witnesses have not cosigned this binding yet. Try again in a moment.",
    );
  }
  return secondsBetween(witnessed.at, now) > MAX_SILENCE_SECONDS
    ? refuse(
        "unavailable",
        "No witness has answered for 15 minutes, so nothing is handed out. Try again when one does.",
      )
    : null;
}

const NOT_OURS = refuse(
  "not-allowed",
  "This gateway does not vouch for such a workload. Identities read spiffe://<trust domain>/<tenant>/<environment>/<service>, of the tenants and environments that the gateway is registered for.",
);

function notBound(name: SecretName): Refusal {
  return refuse(
    "not-found",
    `There is no secret ${name} bound to this workload. Its owner can bind it: secrets bind-workload ${name}.`,
  );
}
