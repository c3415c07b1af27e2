import { describe, expect, it } from "vitest";
import {
  deviceBody,
  keyBody,
  personRefOf,
  revokeBody,
  roleBody,
} from "../../decisions/testing/act-bodies.ts";
import { ready } from "../../decisions/testing/asked.ts";
import { assigned, outcomeOf } from "../../decisions/testing/decision-cast.ts";
import { ACME } from "../../decisions/testing/decision-world.ts";
import { cellsOf } from "../../decisions/testing/state-table.ts";
import type { Key, Person } from "./roster.ts";

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
      status: "open",
    });
    return { ...it, yara, invitation };
  }
  type Invited = ReturnType<typeof invited>;

  function submit({ world, invitation }: Invited, person: Person, of = invitation) {
    const body = {
      person: personRefOf(person),
      credential: world.ids.credential(),
      publicKey: world.ids.digest(),
      algorithm: -7,
      aaguid: "01020304-0506-0708-0102-030405060708",
      backupEligible: false,
      attestation: "self",
      authority: { by: "invitation", invitation: of },
    } as const;
    const statement = world.draft("enrol-key", body, person, "member");
    return { ...world.submit(statement, { with: body.credential }), credential: body.credential };
  }
  const enrol = (...of: Parameters<typeof submit>) => outcomeOf(submit(...of));

  const INTO = {
    open: () => {},
    used: (it: Invited) => {
      enrol(it, it.yara);
    },
    "run out": (it: Invited) => it.world.pass(3600),
    expired: (it: Invited) => {
      it.world.pass(3600);
      it.world.expire();
    },
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
    expired: { "enrol its person": "invitation-used", ...OTHERS },
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

  describe("of somebody whom officers made an approver since", () => {
    function promoted() {
      const it = invited();
      const body = roleBody(it.yara, [assigned("security-admin")]);
      const { digest } = it.world.act("change-role", body, it.cast.omar, "officer");
      it.world.approve(digest, it.cast.olga, "officer");
      return { ...it, ...submit(it, it.yara) };
    }

    it("ID-2 L18 waits for two officers, as any key of an approver does", () => {
      const { world, cast, yara, digest, credential, ...decision } = promoted();
      expect(outcomeOf(decision)).toBe("ProposalMade");
      expect(world.keysOf(yara)).toEqual([]);
      expect(outcomeOf(world.approve(digest, cast.olga, "officer"))).toBe("ProposalApproved");
      expect(outcomeOf(world.approve(digest, cast.otto, "officer"))).toBe(
        "ProposalApproved ProposalAccepted KeyEnrolled",
      );
      expect(world.keysOf(yara).map((it) => it.credential)).toEqual([credential]);
      const device = world.act("enrol-device", deviceBody(world, yara), yara, "member");
      expect(outcomeOf(device)).toBe("DeviceEnrolled");
    });

    it("L4 enrols one key, however many wait on the one link", () => {
      const it = promoted();
      const other = submit(it, it.yara);
      const { omar, olga, otto } = it.cast;
      for (const by of [olga, otto]) it.world.approve(it.digest, by, "officer");
      expect(it.world.keysOf(it.yara)).toHaveLength(1);
      expect(outcomeOf(it.world.approve(other.digest, omar, "officer"))).toBe("facts-differ");
    });

    it("L31 falls where the link ran out while it waited", () => {
      const it = promoted();
      it.world.approve(it.digest, it.cast.olga, "officer");
      it.world.pass(3600);
      const late = it.world.approve(it.digest, it.cast.otto, "officer");
      expect(outcomeOf(late)).toBe("facts-differ");
      expect(it.world.keysOf(it.yara)).toEqual([]);
    });

    it("L19 falls where they have left meanwhile", () => {
      const it = promoted();
      it.world.given({ type: "PersonRevoked", tenant, person: it.yara.person });
      const late = it.world.approve(it.digest, it.cast.otto, "officer");
      expect(outcomeOf(late)).toBe("facts-differ");
    });
  });

  it("ID-2 asks no officer for an approver whom genesis named as one", () => {
    const it = invited();
    it.yara.roles = [assigned("security-admin")];
    expect(enrol(it, it.yara)).toBe("ProposalMade ProposalAccepted KeyEnrolled");
  });

  it("signs with the key that it enrols and no other", () => {
    const it = invited();
    const body = { ...keyBody(it.world, it.cast.eve), person: personRefOf(it.yara) };
    const authority = { by: "invitation", invitation: it.invitation } as const;
    const statement = it.world.draft("enrol-key", { ...body, authority }, it.yara, "member");
    const other = it.world.keysOf(it.cast.eve)[0]?.credential ?? expect.fail();
    expect(outcomeOf(it.world.submit(statement, { with: other }))).toBe("assertion-rejected");
  });
});
