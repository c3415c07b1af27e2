import type { RequestId } from "@countersign/protocol/ids";
import { spiffeId, type TenantId } from "@countersign/protocol/names";
import type { SecretPolicy } from "@countersign/protocol/policy";
import type { Role } from "@countersign/protocol/roles";
import { DATA_CLASSIFICATIONS, TIERS } from "@countersign/protocol/taxonomy";
import type { Proposal } from "../../requests/domain/proposal.ts";
import type { Device, Key, Person } from "../../roster/domain/roster.ts";
import type { Secret } from "../../secrets/domain/secret.ts";
import { tenantOf } from "../domain/evolve.ts";
import { keysOf, type TenantState } from "../domain/state.ts";
import type { HistoryWorld } from "./history-world.ts";

/** What a made-up history picks from: who and what there is in its world, newest first to be looked at. */

/** Members looked at per draw: the newest, so that a long history costs no more per entry than a short one. */
export const RECENT = 40;

export const isActive = (it: { readonly status: string }) => it.status === "active";
export const roomOf = (world: HistoryWorld, tenant: TenantId): TenantState =>
  tenantOf(world.state, tenant);
export const refOf = ({ secret, name, environment, policyDigest, current }: Secret) => {
  return { secret, name, environment, version: current?.version ?? 1, policy: policyDigest };
};

export function peopleOf(world: HistoryWorld, tenant: TenantId): Person[] {
  return [...roomOf(world, tenant).people.values()].filter(isActive);
}

export function keyOf(world: HistoryWorld, person: Person): Key | undefined {
  return keysOf(world.state, person).find(isActive);
}

export function signerOf(world: HistoryWorld, tenant: TenantId, role?: Role) {
  const holders = peopleOf(world, tenant).filter(
    (person) => role === undefined || person.roles.some((it) => it.role === role),
  );
  const person = world.pick(holders);
  const key = person === undefined ? undefined : keyOf(world, person);
  return person === undefined || key === undefined ? undefined : { person, key };
}

export function secretsOf(world: HistoryWorld, tenant: TenantId): Secret[] {
  return [...roomOf(world, tenant).secrets.values()].slice(-RECENT).filter(isActive);
}

export function devicesOf(world: HistoryWorld, of: Person): Device[] {
  const all = [...roomOf(world, of.tenant).devices.values()];
  return all.filter((it) => it.person === of.person && isActive(it)).slice(-RECENT);
}

export function pendingOf(world: HistoryWorld, tenant: TenantId): Proposal[] {
  const { proposals } = roomOf(world, tenant);
  const own = [...world.state.pending].filter(([, of]) => of === tenant).slice(-RECENT);
  return own.flatMap(([digest]) => proposals.get(digest) ?? []);
}

export function runningOf(world: HistoryWorld, tenant: TenantId): RequestId[] {
  const own = [...world.state.running].filter(([, of]) => of === tenant).slice(-RECENT);
  return own.map(([request]) => request);
}

export function somePolicy(world: HistoryWorld): SecretPolicy {
  return {
    owner: "payments-team",
    service: "payments",
    dataClassification: world.pick([...DATA_CLASSIFICATIONS, null]) ?? null,
    // More of those that few people sign, so that short histories come to grants and releases too.
    tier: world.pick([...TIERS, "low", "medium", "low", null]) ?? null,
    rotationPeriodDays: world.pick([30, 90, null]) ?? null,
  };
}

export function someBinding(world: HistoryWorld) {
  return {
    binding: world.ids.binding(),
    workload: spiffeId.parse(`spiffe://test/payments/api-${world.entries.length}`),
    proof: world.chance(0.5) ? "end-to-end" : "gateway-vouched",
    expiresAt: world.in(world.chance(0.2) ? 7_200 : 86_400 * 30),
  } as const;
}

export function someReason(world: HistoryWorld, tenant: TenantId, probability: number) {
  return world.chance(probability)
    ? world.commit(tenant, "reason", `Because ${world.entries.length}`)
    : null;
}
