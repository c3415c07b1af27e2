import type { DeviceId } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import { serviceOf } from "@countersign/protocol/names";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import { err, ok, type Result } from "../../../kernel/result.ts";
import { keysOf, type TenantState } from "../../decisions/domain/state.ts";
import type { IntakeKeys } from "../../delivery/infrastructure/intake-keys.ts";
import { type CheckValueParts, checkValue } from "../../secrets/application/check-value.ts";
import { viewSecret } from "../../secrets/application/view-secret.ts";
import { isOfOwnService } from "../../secrets/domain/own-secret.ts";
import type { Secret } from "../../secrets/domain/secret.ts";
import { roleForService } from "../../statements/application/choose-role.ts";
import { secretByName } from "../../statements/application/draft-act.ts";
import type { PeopleHandlers } from "../infrastructure/people-handlers.ts";
import { type DeskParts, type KnownPerson, knownPerson, nameOf } from "./desk-parts.ts";
import { viewDevice } from "./view-device.ts";

type SecretHandlers = Pick<
  PeopleHandlers,
  | "/people/v1/whoami"
  | "/people/v1/secrets/list"
  | "/people/v1/secrets/show"
  | "/people/v1/intake"
  | "/people/v1/values/check"
>;

/** The person whose enrolled device signed the call. */
export function personOfDevice(
  parts: Pick<DeskParts, "path">,
  { device }: { readonly device: DeviceId },
): Result<KnownPerson, Refusal> {
  const { state } = parts.path;
  const tenant = state.deviceTenants.get(device);
  const found = tenant === undefined ? undefined : state.tenants.get(tenant)?.devices.get(device);
  if (found === undefined)
    return err(refuse("not-signed-in", "This device is not enrolled. Run `secrets login`."));
  return knownPerson(parts, found);
}

/** What the command line reads of secrets, and how values come in. No value ever goes out here. */
export function secretHandlers(
  parts: DeskParts,
  { intake, check }: { readonly intake: IntakeKeys; readonly check: CheckValueParts },
): SecretHandlers {
  return {
    "/people/v1/whoami": async (_, caller) => {
      const known = personOfDevice(parts, caller);
      if (!known.ok) return known;
      const { person, tenant } = known.value;
      const device = tenant.devices.get(caller.device);
      if (device === undefined)
        return err(refuse("not-signed-in", "This device is not enrolled. Run `secrets login`."));
      const active = keysOf(parts.path.state, person).filter((key) => key.status === "active");
      return ok({
        person: person.person,
        name: await nameOf(parts, person),
        tenant: person.tenant,
        roles: [...person.roles],
        device: await viewDevice(parts, device),
        keys: active.map(({ credential, enrolledAt }) => ({ credential, enrolledAt })),
      });
    },

    "/people/v1/secrets/list": async ({ prefix }, caller) => {
      const known = personOfDevice(parts, caller);
      if (!known.ok) return known;
      const now = parts.path.now();
      if (!now.ok) return now;
      const own = [...known.value.tenant.secrets.values()].filter(
        (secret) => secret.name.startsWith(prefix) && isOwn(known.value, secret),
      );
      own.sort((a, b) => (a.name < b.name ? -1 : 1));
      return ok({ secrets: own.map((secret) => viewSecret(secret, now.value)) });
    },

    "/people/v1/secrets/show": async ({ name }, caller) => {
      const known = personOfDevice(parts, caller);
      if (!known.ok) return known;
      const now = parts.path.now();
      if (!now.ok) return now;
      const found = secretByName({ ...known.value, signer: known.value.person }, name);
      if (!found.ok) return found;
      const bindings = activeBindings(known.value.tenant, found.value, now.value);
      return ok({ ...viewSecret(found.value, now.value), bindings });
    },

    "/people/v1/intake": async (_, { device }) => {
      const known = personOfDevice(parts, { device });
      if (!known.ok) return known;
      const offered = await intake.offer(device);
      return offered.ok ? offered : err(refuse("rate-limited", offered.error.message));
    },

    "/people/v1/values/check": async ({ name, candidate }, { device, correlation }) => {
      const known = personOfDevice(parts, { device });
      if (!known.ok) return known;
      const found = secretByName({ ...known.value, signer: known.value.person }, name);
      if (!found.ok) return found;
      const { tenant, person } = known.value.person;
      return checkValue(check, {
        tenant,
        person,
        device,
        secret: found.value,
        candidate,
        correlation,
      });
    },
  };
}

function activeBindings({ bindings }: TenantState, { secret }: Secret, now: Instant) {
  return [...bindings.values()]
    .filter((it) => it.secret === secret && it.status === "active" && now < it.expiresAt)
    .map(({ binding, workload, proof, expiresAt }) => ({ binding, workload, proof, expiresAt }));
}

function isOwn({ person }: KnownPerson, secret: Secret): boolean {
  return isOfOwnService(person, roleForService(person, [serviceOf(secret.name)]), secret);
}
