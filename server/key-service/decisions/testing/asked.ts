import type { DeviceId, Digest, RequestId, SecretId } from "@countersign/protocol/ids";
import type { SecretPolicy } from "@countersign/protocol/policy";
import type { OpenCommand } from "../../grants/domain/decide-open.ts";
import type { Body } from "./act-bodies.ts";
import { type Cast, enrolCast } from "./decision-cast.ts";
import { ACME, DecisionWorld, PII_POLICY } from "./decision-world.ts";

export const PASSWORD = "payments/prod/postgres/app-password";

/** Tiers as policies, of secrets that are otherwise whole. */
export const POLICY = {
  pii: PII_POLICY,
  critical: { ...PII_POLICY, dataClassification: "internal", tier: "critical" },
  high: { ...PII_POLICY, dataClassification: "internal", tier: "high" },
  medium: { ...PII_POLICY, dataClassification: "internal", tier: "medium" },
  low: { ...PII_POLICY, dataClassification: "internal", tier: "low" },
} as const satisfies Record<string, SecretPolicy>;

export type Asked = {
  readonly world: DecisionWorld;
  readonly cast: Cast;
  readonly secret: SecretId;
  readonly laptop: DeviceId;
  readonly proposal: Digest;
  readonly request: RequestId;
};

/** A world with the cast, one secret, and Olivia's laptop. */
export function ready(policy: SecretPolicy = PII_POLICY, seed = 1) {
  const world = new DecisionWorld(seed);
  const cast = enrolCast(world);
  const secret = world.secret(PASSWORD, policy);
  const laptop = world.device(cast.olivia, "Olivia's laptop");
  return { world, cast, secret, laptop };
}

/** Olivia has asked to open the secret on her laptop; nobody has signed yet. */
export function asked(
  policy: SecretPolicy = PII_POLICY,
  changes: Partial<Body<"request">> = {},
  given = ready(policy),
): Asked {
  const { world, cast, secret, laptop } = given;
  const body = world.requestBody(cast.olivia, laptop, [secret], changes);
  const decision = world.act("request", body, cast.olivia, "service-owner");
  if (!decision.ok) throw new Error(decision.refusal.message);
  return { ...given, proposal: decision.digest, request: body.request };
}

/** Sam and Priya have signed too: the grant runs. */
export function granted(changes: Partial<Body<"request">> = {}, given = ready()): Asked {
  const it = asked(PII_POLICY, changes, given);
  for (const approver of [it.cast.sam, it.cast.priya]) {
    const decision = it.world.approve(it.proposal, approver, "security-admin");
    if (!decision.ok) throw new Error(decision.refusal.message);
  }
  return it;
}

/** The call with which Olivia's laptop opens the first use. */
export function opening(of: Asked, changes: Partial<OpenCommand> = {}): OpenCommand {
  const { request, secret, laptop, world } = of;
  const recipientKey = world.ids.digest();
  return { tenant: ACME, device: laptop, request, secret, use: 1, recipientKey, ...changes };
}

/** The proposal as the fold knows it. */
export function proposalOf({ world, proposal }: Pick<Asked, "world" | "proposal">) {
  const found = world.state.tenants.get(ACME)?.proposals.get(proposal);
  if (found === undefined) throw new Error("it was proposed");
  return found;
}
