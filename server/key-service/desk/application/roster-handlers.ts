import type { PeopleApiOutput } from "@countersign/protocol/people-api";
import { ok } from "../../../kernel/result.ts";
import { keysOf, type TenantState } from "../../decisions/domain/state.ts";
import { holdsAnywhere, isDeviceActive, type Person } from "../../roster/domain/roster.ts";
import type { PeopleHandlers } from "../infrastructure/people-handlers.ts";
import type { DeskParts, KnownPerson } from "./desk-parts.ts";
import { personOfDevice } from "./secret-handlers.ts";

type RosterHandlers = Pick<PeopleHandlers, "/people/v1/people/list">;
type PersonShown = PeopleApiOutput<"/people/v1/people/list">["people"][number];

/** Who there is: what officers and security admins must name when they change roles or end access. */
export function rosterHandlers(parts: DeskParts): RosterHandlers {
  return {
    "/people/v1/people/list": async (_, caller) => {
      const known = personOfDevice(parts, caller);
      if (!known.ok) return known;
      const now = parts.path.now();
      if (!now.ok) return now;
      const { tenant } = known.value;
      const people = peopleFor(known.value);
      const texts = people.flatMap((it) => [
        it.name,
        ...devicesOf(tenant, it).map(({ label }) => label),
      ]);
      const opened = await parts.openings.load(known.value.person.tenant, texts);
      const shown = people.map((it): PersonShown => {
        const keys = keysOf(parts.path.state, it);
        return {
          person: it.person,
          name: opened.get(it.name)?.value ?? it.person,
          status: it.status,
          roles: [...it.roles],
          keys: keys.map(({ credential, status, enrolledAt }) => ({
            credential,
            status,
            enrolledAt,
          })),
          devices: devicesOf(tenant, it).map((device) => ({
            device: device.device,
            label: opened.get(device.label)?.value ?? device.device,
            status:
              device.status === "active" && !isDeviceActive(device, now.value)
                ? "expired"
                : device.status,
            enrolledAt: device.enrolledAt,
            expiresAt: device.expiresAt,
          })),
        };
      });
      return ok({ people: shown });
    },
  };
}

/** Everybody, to those who may end anybody's access; to anybody else, themselves. */
function peopleFor({ tenant, person }: KnownPerson): Person[] {
  const guards = holdsAnywhere(person, "officer") || holdsAnywhere(person, "security-admin");
  return guards ? [...tenant.people.values()] : [person];
}

function devicesOf({ devices }: TenantState, { person }: Person) {
  return [...devices.values()].filter((it) => it.person === person);
}
