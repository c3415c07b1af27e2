import { describe, expect, it } from "vitest";
import { revokeBody } from "../../decisions/testing/act-bodies.ts";
import { type Asked, granted, opening, ready } from "../../decisions/testing/asked.ts";
import { outcomeOf } from "../../decisions/testing/decision-cast.ts";
import { ACME } from "../../decisions/testing/decision-world.ts";
import type { Grant } from "./grant.ts";

/** Every state of a grant; the last three are `active` as time and use make them. */
type State = Grant["status"] | "not yet begun" | "run out" | "spent";

function into(state: State): Asked {
  const given = ready();
  const { world } = given;
  const begins = state === "not yet begun" ? 1800 : 0;
  const it = granted({ notBefore: world.in(begins), expiresAt: world.in(3600) }, given);
  if (state === "revoked") world.given({ type: "GrantRevoked", tenant: ACME, request: it.request });
  if (state === "expired" || state === "run out") world.pass(3600);
  if (state === "expired") world.expire();
  if (state === "spent") world.open(opening(it));
  return it;
}

const COMMANDS = {
  open: (it: Asked) => outcomeOf(it.world.open(opening(it))),
  "revoke by its owner": (it: Asked) => revoke(it, "olivia", "member"),
  "revoke by a security admin": (it: Asked) => revoke(it, "sam", "security-admin"),
  "revoke by an outsider": (it: Asked) => revoke(it, "eve", "member"),
  "revoke by another tenant": (it: Asked) => revoke(it, "sven", "security-admin"),
  expire: ({ world }: Asked) =>
    world
      .expire()
      .map((event) => event.type)
      .join(" ") || "nothing",
};

function revoke(
  it: Asked,
  name: "olivia" | "sam" | "eve" | "sven",
  role: "member" | "security-admin",
) {
  const { world, cast, request, proposal } = it;
  const body = revokeBody(world, cast[name], { type: "grant", request, proposal });
  return outcomeOf(world.act("revoke", body, cast[name], role));
}

const OUTSIDERS = {
  "revoke by an outsider": "not-found",
  "revoke by another tenant": "not-found",
} as const;

const TABLE = {
  active: {
    open: "ReleaseIntended",
    "revoke by its owner": "GrantRevoked",
    "revoke by a security admin": "GrantRevoked",
    ...OUTSIDERS,
    expire: "nothing",
  },
  "not yet begun": {
    open: "not-yet",
    "revoke by its owner": "GrantRevoked",
    "revoke by a security admin": "GrantRevoked",
    ...OUTSIDERS,
    expire: "nothing",
  },
  spent: {
    open: "uses-spent",
    "revoke by its owner": "GrantRevoked",
    "revoke by a security admin": "GrantRevoked",
    ...OUTSIDERS,
    expire: "nothing",
  },
  "run out": {
    open: "grant-expired",
    "revoke by its owner": "GrantRevoked",
    "revoke by a security admin": "GrantRevoked",
    ...OUTSIDERS,
    expire: "GrantExpired",
  },
  expired: {
    open: "grant-expired",
    "revoke by its owner": "already-decided",
    "revoke by a security admin": "already-decided",
    ...OUTSIDERS,
    expire: "nothing",
  },
  revoked: {
    open: "grant-revoked",
    "revoke by its owner": "already-decided",
    "revoke by a security admin": "already-decided",
    ...OUTSIDERS,
    expire: "nothing",
  },
} as const satisfies Record<State, Record<keyof typeof COMMANDS, string>>;

const STATES = Object.keys(TABLE) as State[]; // keys of a literal object

describe.each(STATES)("a grant that is %s", (state) => {
  it.each(Object.entries(TABLE[state]))("JIT-1 L11 L31 answers %s with %s", (command, expected) => {
    const it = into(state);
    expect(COMMANDS[command as keyof typeof COMMANDS](it)).toBe(expected); // a key of the table's rows
  });

  it("L32 is kept for ever, in one of its states", () => {
    const it = into(state);
    it.world.pass(400 * 86_400);
    it.world.expire();
    const status = it.world.state.tenants.get(ACME)?.grants.get(it.request)?.status;
    expect(status).toBe(state === "revoked" ? "revoked" : "expired");
    expect(it.world.state.running.size).toBe(0);
  });
});

describe("a revocation of a grant", () => {
  it("L11 is refused where the request that the statement shows is another one", () => {
    const it = into("active");
    const subject = {
      type: "grant",
      request: it.request,
      proposal: it.world.ids.digest(),
    } as const;
    const body = revokeBody(it.world, it.cast.sam, subject);
    expect(outcomeOf(it.world.act("revoke", body, it.cast.sam, "security-admin"))).toBe(
      "not-found",
    );
  });
});
