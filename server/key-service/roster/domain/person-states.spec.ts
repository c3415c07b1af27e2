import { describe, expect, it } from "vitest";
import { deviceBody, personRefOf, revokeBody } from "../../decisions/testing/act-bodies.ts";
import { asked, granted, opening, ready } from "../../decisions/testing/asked.ts";
import { outcomeOf } from "../../decisions/testing/decision-cast.ts";
import { ACME } from "../../decisions/testing/decision-world.ts";
import { cellsOf } from "../../decisions/testing/state-table.ts";
import type { Person } from "./roster.ts";

type Ready = ReturnType<typeof ready>;
const tenant = ACME;

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
