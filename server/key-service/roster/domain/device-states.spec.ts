import { describe, expect, it } from "vitest";
import { deviceBody, deviceSubject, revokeBody } from "../../decisions/testing/act-bodies.ts";
import { ready } from "../../decisions/testing/asked.ts";
import { outcomeOf } from "../../decisions/testing/decision-cast.ts";
import { ACME } from "../../decisions/testing/decision-world.ts";
import { cellsOf } from "../../decisions/testing/state-table.ts";
import type { Device, Person } from "./roster.ts";

type Ready = ReturnType<typeof ready>;
const tenant = ACME;

describe("a device", () => {
  type State = Device["status"] | "run out";
  const INTO: Record<State, (it: Ready) => void> = {
    active: () => {},
    revoked: ({ world, laptop }) => world.given({ type: "DeviceRevoked", tenant, device: laptop }),
    expired: ({ world }) => {
      world.pass(30 * 86_400);
      world.expire();
    },
    "run out": ({ world }) => world.pass(30 * 86_400),
  };
  const COMMANDS = {
    request: (it: Ready) => {
      it.world.given(newValue(it)); // the value of a month ago has ended too
      const body = it.world.requestBody(it.cast.olivia, it.laptop, [it.secret]);
      return outcomeOf(it.world.act("request", body, it.cast.olivia, "service-owner"));
    },
    "request by another person": (it: Ready) => {
      it.cast.eve.roles = it.cast.olivia.roles;
      const body = it.world.requestBody(it.cast.eve, it.laptop, [it.secret]);
      return outcomeOf(it.world.act("request", body, it.cast.eve, "service-owner"));
    },
    "enrol again": (it: Ready) => {
      const body = deviceBody(it.world, it.cast.eve, { device: it.laptop });
      return outcomeOf(it.world.act("enrol-device", body, it.cast.eve, "member"));
    },
    "enrol its key again": (it: Ready) => {
      const { publicKey } =
        it.world.state.tenants.get(ACME)?.devices.get(it.laptop) ?? expect.fail();
      const body = deviceBody(it.world, it.cast.eve, { publicKey });
      return outcomeOf(it.world.act("enrol-device", body, it.cast.eve, "member"));
    },
    "revoke by its owner": (it: Ready) => revoke(it, it.cast.olivia, "member"),
    "revoke by an officer": (it: Ready) => revoke(it, it.cast.omar, "officer"),
    "revoke by an outsider": (it: Ready) => revoke(it, it.cast.eve, "member"),
    "revoke by another tenant": (it: Ready) => revoke(it, it.cast.greta, "officer"),
  };
  const revoke = (it: Ready, by: Person, role: "member" | "officer") => {
    const body = revokeBody(it.world, by, deviceSubject(it.world, it.laptop));
    return outcomeOf(it.world.act("revoke", body, by, role));
  };
  const ALWAYS = {
    "request by another person": "other-device",
    "enrol again": "already-exists",
    "enrol its key again": "already-exists",
    "revoke by an outsider": "not-found",
    "revoke by another tenant": "not-found",
  } as const;
  const OPEN = {
    "revoke by its owner": "DeviceRevoked",
    "revoke by an officer": "DeviceRevoked",
  } as const;
  const OVER = {
    "revoke by its owner": "already-decided",
    "revoke by an officer": "already-decided",
  } as const;
  const TABLE = {
    active: { request: "ProposalMade", ...ALWAYS, ...OPEN },
    revoked: { request: "device-inactive", ...ALWAYS, ...OVER },
    expired: { request: "device-inactive", ...ALWAYS, ...OVER },
    "run out": { request: "device-inactive", ...ALWAYS, ...OPEN },
  } as const satisfies Record<State, Record<keyof typeof COMMANDS, string>>;

  it.each(cellsOf(TABLE))(
    "JIT-1 L11 L31 that is $state answers $command with $expected",
    ({ state, command, expected }) => {
      const it = ready();
      INTO[state](it);
      expect(COMMANDS[command](it)).toBe(expected);
    },
  );

  it("is enrolled for 90 days at most, and one person has 20", () => {
    const { world, cast } = ready();
    const enrol = (seconds: number) => {
      const body = deviceBody(world, cast.eve, { expiresAt: world.in(seconds) });
      return outcomeOf(world.act("enrol-device", body, cast.eve, "member"));
    };
    expect([enrol(0), enrol(-1), enrol(90 * 86_400 + 1)]).toEqual([
      "malformed",
      "malformed",
      "malformed",
    ]);
    for (let count = 0; count < 20; count++) expect(enrol(90 * 86_400)).toBe("DeviceEnrolled");
    expect(enrol(60)).toBe("not-allowed");
    const [first] = [...(world.state.tenants.get(ACME)?.devices.values() ?? [])].filter(
      (it) => it.person === cast.eve.person,
    );
    world.given({ type: "DeviceRevoked", tenant, device: first?.device ?? expect.fail() });
    expect(enrol(60)).toBe("DeviceEnrolled");
  });
});

/** The value is put anew, so that only the device is judged. */
function newValue({ world, secret }: Ready) {
  const envelope = world.ids.digest();
  return {
    type: "VersionAdded",
    tenant,
    secret,
    version: 2,
    envelope,
    identity: world.ids.digest(),
  } as const;
}
