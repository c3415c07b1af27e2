import { describe, expect, it } from "vitest";
import {
  deviceBody,
  deviceSubject,
  keyBody,
  personRefOf,
  revokeBody,
} from "../../decisions/testing/act-bodies.ts";
import { asked, granted, opening, ready } from "../../decisions/testing/asked.ts";
import { outcomeOf } from "../../decisions/testing/decision-cast.ts";
import { ACME } from "../../decisions/testing/decision-world.ts";
import type { Device, Key, Person } from "./roster.ts";

type Ready = ReturnType<typeof ready>;
const tenant = ACME;

describe("a key", () => {
  const keyOf = ({ world, cast }: Ready) => world.keysOf(cast.eve)[0] ?? expect.fail();
  const INTO: Record<Key["status"], (it: Ready) => void> = {
    active: () => {},
    locked: (it) => it.world.given({ type: "KeyLocked", tenant, credential: keyOf(it).credential }),
    revoked: (it) =>
      it.world.given({ type: "KeyRevoked", tenant, credential: keyOf(it).credential }),
  };
  const COMMANDS = {
    sign: (it: Ready) =>
      outcomeOf(
        it.world.act("enrol-device", deviceBody(it.world, it.cast.eve), it.cast.eve, "member"),
      ),
    "vouch for a new key": (it: Ready) => {
      const other = it.world.enrolKey(it.cast.eve).credential;
      const authority = { by: "own-key", credential: keyOf(it).credential } as const;
      const statement = it.world.draft(
        "enrol-key",
        keyBody(it.world, it.cast.eve, { authority }),
        it.cast.eve,
        "member",
      );
      return outcomeOf(it.world.submit(statement, { with: other }));
    },
    "enrol again": (it: Ready) => {
      const body = keyBody(it.world, it.cast.sam, { credential: keyOf(it).credential });
      return outcomeOf(it.world.act("enrol-key", body, it.cast.sam, "member"));
    },
    "enrol under another id": (it: Ready) => {
      const body = keyBody(it.world, it.cast.sam, { publicKey: keyOf(it).publicKey });
      return outcomeOf(it.world.act("enrol-key", body, it.cast.sam, "member"));
    },
    revoke: (it: Ready) => {
      const subject = {
        type: "key",
        person: personRefOf(it.cast.eve),
        credential: keyOf(it).credential,
      } as const;
      return outcomeOf(
        it.world.act(
          "revoke",
          revokeBody(it.world, it.cast.sam, subject),
          it.cast.sam,
          "security-admin",
        ),
      );
    },
  };
  const ALWAYS = { "enrol again": "key-taken", "enrol under another id": "key-taken" } as const;
  const ENROLLED = "ProposalMade ProposalAccepted KeyEnrolled";
  const TABLE = {
    active: {
      sign: "DeviceEnrolled",
      "vouch for a new key": ENROLLED,
      ...ALWAYS,
      revoke: "KeyRevoked",
    },
    locked: {
      sign: "key-locked",
      "vouch for a new key": "key-revoked",
      ...ALWAYS,
      revoke: "KeyRevoked",
    },
    revoked: {
      sign: "key-revoked",
      "vouch for a new key": "key-revoked",
      ...ALWAYS,
      revoke: "already-decided",
    },
  } as const satisfies Record<Key["status"], Record<keyof typeof COMMANDS, string>>;
  const CELLS = cellsOf(TABLE);

  it.each(CELLS)(
    "ID-1 that is $state answers $command with $expected",
    ({ state, command, expected }) => {
      const it = ready();
      INTO[state](it);
      expect(COMMANDS[command](it)).toBe(expected);
    },
  );
});

describe("a device", () => {
  type State = Device["status"] | "run out";
  const INTO: Record<State, (it: Ready) => void> = {
    active: () => {},
    revoked: ({ world, laptop }) => world.given({ type: "DeviceRevoked", tenant, device: laptop }),
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

describe("a person", () => {
  const INTO: Record<Person["status"], (person: Person, it: Ready) => void> = {
    active: () => {},
    revoked: ({ person }, { world }) => world.given({ type: "PersonRevoked", tenant, person }),
  };
  const COMMANDS = {
    sign: (into: typeof INTO.active) => {
      const it = ready();
      into(it.cast.eve, it);
      return outcomeOf(
        it.world.act("enrol-device", deviceBody(it.world, it.cast.eve), it.cast.eve, "member"),
      );
    },
    approve: (into: typeof INTO.active) => {
      const it = asked();
      into(it.cast.sam, it);
      return outcomeOf(it.world.approve(it.proposal, it.cast.sam, "security-admin"));
    },
    "open what was granted": (into: typeof INTO.active) => {
      const it = granted();
      into(it.cast.olivia, it);
      return outcomeOf(it.world.open(opening(it)));
    },
    "be given a role": (into: typeof INTO.active) => {
      const it = ready();
      into(it.cast.eve, it);
      const after = [{ role: "auditor", service: null } as const];
      const body = { person: personRefOf(it.cast.eve), before: [], after };
      return outcomeOf(it.world.act("change-role", body, it.cast.omar, "officer"));
    },
    "be revoked": (into: typeof INTO.active) => {
      const it = ready();
      into(it.cast.eve, it);
      const subject = { type: "person", person: personRefOf(it.cast.eve) } as const;
      return outcomeOf(
        it.world.act(
          "revoke",
          revokeBody(it.world, it.cast.omar, subject),
          it.cast.omar,
          "officer",
        ),
      );
    },
  };
  const TABLE = {
    active: {
      sign: "DeviceEnrolled",
      approve: "ProposalApproved",
      "open what was granted": "ReleaseIntended",
      "be given a role": "ProposalMade ProposalAccepted RolesChanged",
      "be revoked": "PersonRevoked",
    },
    revoked: {
      sign: "not-allowed",
      approve: "not-allowed",
      "open what was granted": "not-allowed",
      "be given a role": "not-found",
      "be revoked": "already-decided",
    },
  } as const satisfies Record<Person["status"], Record<keyof typeof COMMANDS, string>>;

  it.each(cellsOf(TABLE))(
    "L19 that is $state answers $command with $expected",
    ({ state, command, expected }) => {
      expect(COMMANDS[command](INTO[state])).toBe(expected);
    },
  );
});

describe("an invitation", () => {
  /** Yara is named in genesis and has no key yet. */
  function invited() {
    const it = ready();
    const yara = it.world.person("Yara", []);
    for (const key of it.world.keysOf(yara)) {
      it.world.state.keys.delete(key.credential);
      it.world.state.keyOwners.delete(key.publicKey);
    }
    const invitation = it.world.ids.digest();
    const expiresAt = it.world.in(3600);
    it.world.state.invitations.set(invitation, {
      tenant,
      person: yara.person,
      invitation,
      expiresAt,
      used: false,
    });
    return { ...it, yara, invitation };
  }
  type Invited = ReturnType<typeof invited>;

  function enrol({ world, invitation }: Invited, person: Person, of = invitation): string {
    const body = {
      person: personRefOf(person),
      credential: world.ids.credential(),
      publicKey: world.ids.digest(),
      algorithm: -7,
      aaguid: "01020304-0506-0708-0102-030405060708",
      backupEligible: false,
      authority: { by: "invitation", invitation: of },
    } as const;
    return outcomeOf(
      world.submit(world.draft("enrol-key", body, person, "member"), { with: body.credential }),
    );
  }

  const INTO = {
    open: () => {},
    used: (it: Invited) => {
      enrol(it, it.yara);
    },
    "run out": (it: Invited) => it.world.pass(3600),
    "of a person who left": (it: Invited) =>
      it.world.given({ type: "PersonRevoked", tenant, person: it.yara.person }),
  };
  const COMMANDS = {
    "enrol its person": (it: Invited) => enrol(it, it.yara),
    "enrol somebody else": (it: Invited) => enrol(it, it.cast.eve),
    "enrol somebody of another tenant": (it: Invited) => enrol(it, it.cast.ingrid),
    "enrol by an invitation that never was": (it: Invited) =>
      enrol(it, it.cast.eve, it.world.ids.digest()),
  };
  const OTHERS = {
    "enrol somebody else": "invitation-used",
    "enrol somebody of another tenant": "invitation-used",
    "enrol by an invitation that never was": "invitation-used",
  } as const;
  const TABLE = {
    open: { "enrol its person": "ProposalMade ProposalAccepted KeyEnrolled", ...OTHERS },
    used: { "enrol its person": "invitation-used", ...OTHERS },
    "run out": { "enrol its person": "invitation-used", ...OTHERS },
    "of a person who left": { "enrol its person": "not-allowed", ...OTHERS },
  } as const satisfies Record<keyof typeof INTO, Record<keyof typeof COMMANDS, string>>;

  it.each(cellsOf(TABLE))(
    "ID-1 L4 that is $state answers $command with $expected",
    ({ state, command, expected }) => {
      const it = invited();
      INTO[state](it);
      expect(COMMANDS[command](it)).toBe(expected);
    },
  );

  it("signs with the key that it enrols and no other", () => {
    const it = invited();
    const body = { ...keyBody(it.world, it.cast.eve), person: personRefOf(it.yara) };
    const authority = { by: "invitation", invitation: it.invitation } as const;
    const statement = it.world.draft("enrol-key", { ...body, authority }, it.yara, "member");
    const other = it.world.keysOf(it.cast.eve)[0]?.credential ?? expect.fail();
    expect(outcomeOf(it.world.submit(statement, { with: other }))).toBe("assertion-rejected");
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

/** Cells of a table, as rows for `it.each`. */
function cellsOf<S extends string, C extends string>(table: Record<S, Record<C, string>>) {
  return (Object.keys(table) as S[]).flatMap(
    (
      state, // keys of a literal object
    ) =>
      (Object.keys(table[state]) as C[]).map((command) => ({
        state,
        command,
        expected: table[state][command],
      })),
  );
}
