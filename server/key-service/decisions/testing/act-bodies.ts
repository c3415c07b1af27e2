import type { BindingId, DeviceId, SecretId } from "@countersign/protocol/ids";
import { environmentOf, secretName, spiffeId, type TenantId } from "@countersign/protocol/names";
import type { SecretPolicy } from "@countersign/protocol/policy";
import type { Assignment } from "@countersign/protocol/roles";
import type { StatementKind, StatementOf } from "@countersign/protocol/statement";
import type { Person } from "../../roster/domain/roster.ts";
import { identityDigest } from "../../secrets/domain/identity.ts";
import { someAccount } from "../../sessions/testing/session-world.ts";
import { tenantOf } from "../domain/evolve.ts";
import { ACME, type DecisionWorld, PII_POLICY } from "./decision-world.ts";

/*
 * Bodies of statements as the key service would draft them for this world: right in every field, so that
 * a test changes the one field that it is about.
 */

export type Body<K extends StatementKind> = StatementOf<K>["body"];
type Binding = Body<"bind-workload">["binding"];

export const personRefOf = ({ person, name }: Person) => ({ person, name });

export function registerBody(
  world: DecisionWorld,
  text: string,
  changes: Partial<Body<"register-secret">> = {},
  tenant: TenantId = ACME,
): Body<"register-secret"> {
  const name = secretName.parse(text);
  const named = { secret: world.ids.secret(), name, environment: environmentOf(name) };
  return {
    ...named,
    type: "database-credential",
    category: "database-user",
    policy: PII_POLICY,
    identity: identityDigest(tenant, named, 1),
    value: { source: "generated", envelope: world.ids.digest() },
    bindings: [],
    ...changes,
  };
}

export function putBody(
  world: DecisionWorld,
  secret: SecretId,
  tenant: TenantId = ACME,
): Body<"put-value"> {
  const ref = world.ref(secret, tenant);
  const current = tenantOf(world.state, tenant).secrets.get(secret)?.current ?? null;
  const version = (current?.version ?? 0) + 1;
  return {
    secret: { ...ref, version },
    identity: identityDigest(tenant, ref, version),
    value: { source: "sealed", sealed: world.ids.digest(), envelope: world.ids.digest() },
  };
}

/** For *edit* and *re-classify* alike. */
export function policyBody(
  world: DecisionWorld,
  secret: SecretId,
  changes: Partial<SecretPolicy>,
  tenant: TenantId = ACME,
): Body<"edit-secret"> {
  const before = tenantOf(world.state, tenant).secrets.get(secret)?.policy ?? PII_POLICY;
  return { secret: world.ref(secret, tenant), after: { ...before, ...changes } };
}

export function bindingOf(world: DecisionWorld, changes: Partial<Binding> = {}): Binding {
  return {
    binding: world.ids.binding(),
    workload: spiffeId.parse("spiffe://acme.example/payments/api"),
    proof: "end-to-end",
    expiresAt: world.in(30 * 86_400),
    ...changes,
  };
}

export function bindBody(
  world: DecisionWorld,
  secret: SecretId,
  changes: Partial<Binding> = {},
  tenant: TenantId = ACME,
): Body<"bind-workload"> {
  return { secret: world.ref(secret, tenant), binding: bindingOf(world, changes) };
}

export function roleBody(target: Person, after: readonly Assignment[]): Body<"change-role"> {
  return { person: personRefOf(target), before: [...target.roles], after: [...after] };
}

/** An account that nobody has, for this person. */
export function linkBody(world: DecisionWorld, target: Person): Body<"link-identity"> {
  return { person: personRefOf(target), account: someAccount(world, target) };
}

export function deviceBody(
  world: DecisionWorld,
  person: Person,
  changes: Partial<Body<"enrol-device">> = {},
): Body<"enrol-device"> {
  return {
    device: world.ids.device(),
    label: world.commit(person, "device-label", "another laptop"),
    publicKey: world.ids.digest(), // 32 bytes, base64url, as an Ed25519 key has
    expiresAt: world.in(30 * 86_400),
    ...changes,
  };
}

/** A further key, vouched for by the newest that the person has. */
export function keyBody(
  world: DecisionWorld,
  person: Person,
  changes: Partial<Body<"enrol-key">> = {},
): Body<"enrol-key"> {
  const own = world.keysOf(person).at(-1);
  if (own === undefined) throw new Error("a person of the world has a key");
  return {
    person: personRefOf(person),
    credential: world.ids.credential(),
    publicKey: world.ids.digest(),
    algorithm: -7,
    aaguid: "01020304-0506-0708-0102-030405060708",
    backupEligible: false,
    attestation: "self",
    authority: { by: "own-key", credential: own.credential },
    ...changes,
  };
}

/** What `revoke` takes: the thing, and a reason. */
export function revokeBody(
  world: DecisionWorld,
  signer: Person,
  subject: Body<"revoke">["subject"],
): Body<"revoke"> {
  return { subject, reason: world.commit(signer, "reason", "Lost on a train") };
}

export function deviceSubject(world: DecisionWorld, device: DeviceId, tenant: TenantId = ACME) {
  const known = tenantOf(world.state, tenant).devices.get(device);
  if (known === undefined) throw new Error("a device is enrolled first");
  return { type: "device", device, label: known.label } as const;
}

export function bindingSubject(world: DecisionWorld, binding: BindingId, tenant: TenantId = ACME) {
  const known = tenantOf(world.state, tenant).bindings.get(binding);
  if (known === undefined) throw new Error("a workload is bound first");
  return { type: "binding", binding, secret: world.ref(known.secret, tenant) } as const;
}
