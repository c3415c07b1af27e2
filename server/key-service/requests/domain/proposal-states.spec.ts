import { describe, expect, it } from "vitest";
import { type Asked, asked, proposalOf } from "../../decisions/testing/asked.ts";
import { outcomeOf } from "../../decisions/testing/decision-cast.ts";
import { ACME } from "../../decisions/testing/decision-world.ts";
import type { Proposal } from "./proposal.ts";

/** Every state of a proposal; `run out` is pending whose time is over and whom no sweep has met yet. */
type State = Proposal["status"] | "run out";

const INTO: Record<State, (it: Asked) => void> = {
  pending: () => {},
  approved: ({ world, cast, proposal }) => {
    world.approve(proposal, cast.theo, "service-admin");
    world.approve(proposal, cast.priya, "security-admin");
  },
  denied: ({ world, proposal, cast }) =>
    world.given({ type: "ProposalDenied", tenant: ACME, proposal, by: cast.priya.person }),
  withdrawn: ({ world, proposal }) =>
    world.given({ type: "ProposalWithdrawn", tenant: ACME, proposal }),
  expired: ({ world }) => {
    world.pass(3600);
    world.expire();
  },
  "run out": ({ world }) => world.pass(3600),
};

const COMMANDS = {
  approve: ({ world, cast, proposal }: Asked) =>
    outcomeOf(world.approve(proposal, cast.sam, "security-admin")),
  deny: ({ world, cast, proposal }: Asked) => {
    const reason = world.commit(cast.sam, "reason", "Not now");
    return outcomeOf(world.act("deny", { proposal, reason }, cast.sam, "security-admin"));
  },
  withdraw: ({ world, cast, proposal }: Asked) =>
    outcomeOf(world.act("withdraw", { proposal, reason: null }, cast.olivia, "member")),
  "withdraw by another": ({ world, cast, proposal }: Asked) =>
    outcomeOf(world.act("withdraw", { proposal, reason: null }, cast.sam, "member")),
  expire: ({ world }: Asked) =>
    world
      .expire()
      .map((event) => event.type)
      .join(" ") || "nothing",
};

/** What comes of each command in each state: events, or the refusal's code. */
const TABLE = {
  pending: {
    approve: "ProposalApproved",
    deny: "ProposalDenied",
    withdraw: "ProposalWithdrawn",
    "withdraw by another": "not-found",
    expire: "nothing",
  },
  approved: {
    approve: "already-decided",
    deny: "already-decided",
    withdraw: "already-decided",
    "withdraw by another": "not-found",
    expire: "nothing",
  },
  denied: {
    approve: "already-decided",
    deny: "already-decided",
    withdraw: "already-decided",
    "withdraw by another": "not-found",
    expire: "nothing",
  },
  withdrawn: {
    approve: "already-decided",
    deny: "already-decided",
    withdraw: "already-decided",
    "withdraw by another": "not-found",
    expire: "nothing",
  },
  expired: {
    approve: "already-decided",
    deny: "already-decided",
    withdraw: "already-decided",
    "withdraw by another": "not-found",
    expire: "nothing",
  },
  "run out": {
    approve: "already-decided",
    deny: "already-decided",
    withdraw: "already-decided",
    "withdraw by another": "not-found",
    expire: "ProposalExpired",
  },
} as const satisfies Record<State, Record<keyof typeof COMMANDS, string>>;

const STATES = Object.keys(TABLE) as State[]; // keys of a literal object

describe.each(STATES)("a proposal that is %s", (state) => {
  it.each(Object.entries(TABLE[state]))("JIT-1 L31 answers %s with %s", (command, expected) => {
    const it = asked();
    INTO[state](it);
    expect(proposalOf(it).status).toBe(state === "run out" ? "pending" : state);
    const outcome = COMMANDS[command as keyof typeof COMMANDS](it); // a key of the table's rows
    expect(outcome).toBe(expected);
  });

  it("L32 stays in history with everybody who signed it", () => {
    const it = asked();
    it.world.approve(it.proposal, it.cast.sam, "security-admin");
    INTO[state](it);
    it.world.pass(400 * 86_400);
    it.world.expire();
    expect(proposalOf(it).approvals.map((approval) => approval.person)).toContain(
      it.cast.sam.person,
    );
  });
});

describe("the time to decide", () => {
  it("L31 ends with what was asked for, and after 72 hours at the latest", () => {
    const soon = asked();
    expect(proposalOf(soon).decideBy).toBe(soon.world.in(3600));
    const far = asked();
    const { world, cast, secret, laptop } = far;
    const window = { notBefore: world.in(6 * 86_400), expiresAt: world.in(6 * 86_400 + 60) };
    const body = world.requestBody(cast.olivia, laptop, [secret], window);
    const { digest: proposal } = world.act("request", body, cast.olivia, "service-owner");
    expect(proposalOf({ world, proposal }).decideBy).toBe(world.in(72 * 3600));
  });

  it("L31 counts to the second", () => {
    const it = asked();
    it.world.pass(3599);
    expect(COMMANDS.expire(it)).toBe("nothing");
    expect(COMMANDS.approve(it)).toBe("ProposalApproved");
    it.world.pass(1);
    expect(COMMANDS.approve(it)).toBe("already-decided");
    expect(COMMANDS.expire(it)).toBe("ProposalExpired");
    expect(COMMANDS.expire(it)).toBe("nothing");
  });
});
