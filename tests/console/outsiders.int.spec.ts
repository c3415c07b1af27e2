import { type BindingId, bindingId, type PersonId, personId } from "@countersign/protocol/ids";
import { addSeconds } from "@countersign/protocol/instants";
import { secretName, spiffeId, tenantId } from "@countersign/protocol/names";
import { TRPCError } from "@trpc/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACTIONS, type Action } from "../../server/console/authorise/grid.ts";
import { type Caller, type ConsoleWorld, startConsoleWorld } from "../support/console-world.ts";
import {
  type Asked,
  ask,
  askAndApprove,
  register,
  registration,
  SECRET,
} from "../support/story.ts";

/*
 * Every procedure, called by whoever has no business there: by nobody, by Eve, who is signed in and has no role,
 * and by Ingrid, who has a role in another tenant and asks for things of this one by their real ids.
 */
type Facts = Asked & {
  readonly olivia: PersonId;
  readonly binding: BindingId;
  readonly pending: Asked;
  readonly until: string;
  readonly device: string;
  readonly issuer: string;
};
type Case = {
  readonly input: (facts: Facts) => unknown;
  /** Who may, of those who are signed in here; they must get an answer, or the case proves nothing. */
  readonly by: "olivia" | "sam";
  /** What the key service refuses to somebody who may ask: the right was there. */
  readonly refusedWith?: string;
};
const ACME = tenantId.parse("acme");
const nothing = () => undefined;
const returnTo = "/requests";
const reason = "It is no longer needed";

const CASES = {
  "session.state": { input: nothing, by: "sam" },
  "session.me": { input: nothing, by: "sam" },
  "session.setPreferences": { input: () => ({ density: "compact" }), by: "sam" },
  "overview.read": { input: nothing, by: "sam" },
  "secrets.list": { input: () => ({}), by: "sam" },
  "secrets.facets": { input: () => ({}), by: "sam" },
  "secrets.detail": { input: ({ secret }) => ({ secret }), by: "olivia" },
  "secrets.suggest": { input: () => ({ q: "postgres" }), by: "olivia" },
  "secrets.draftEdit": {
    input: ({ secret }) => ({
      edits: [{ secret, change: { rotationPeriodDays: 29 } }],
      returnTo,
    }),
    by: "olivia",
  },
  "secrets.draftRevoke": { input: ({ secret }) => ({ secret, reason, returnTo }), by: "sam" },
  "requests.list": { input: () => ({ which: "all" }), by: "sam" },
  "requests.counts": { input: nothing, by: "sam" },
  "requests.detail": { input: ({ proposal }) => ({ proposal }), by: "sam" },
  "requests.choices": { input: nothing, by: "olivia" },
  "requests.draft": {
    input: ({ device }) => ({
      secrets: [SECRET],
      justification: "To look at it",
      ticket: "PAY-1",
      notBefore: null,
      durationSeconds: 3600,
      maxUses: 1,
      device,
      returnTo,
    }),
    by: "olivia",
  },
  "requests.decide": {
    input: ({ pending }) => ({
      proposals: [pending.proposal],
      decision: "approve",
      reason: null,
      returnTo,
    }),
    by: "sam",
  },
  "requests.draftRevoke": { input: ({ request }) => ({ request, reason, returnTo }), by: "sam" },
  "requests.draftStatus": {
    input: () => ({ draft: "x-040g2081040g2081040g208104" }),
    by: "sam",
    refusedWith: "draft-gone",
  },
  "audit.search": { input: () => ({}), by: "sam" },
  "audit.histogram": { input: () => ({}), by: "sam" },
  "audit.detail": { input: () => ({ entry: 1 }), by: "sam" },
  "people.list": { input: () => ({}), by: "sam" },
  "people.detail": { input: ({ olivia }) => ({ person: olivia }), by: "sam" },
  "people.draftRoles": {
    input: ({ olivia }) => ({ person: olivia, after: [], returnTo }),
    by: "sam",
    refusedWith: "not-allowed",
  },
  "people.draftLink": {
    input: ({ olivia, issuer }) => ({
      person: olivia,
      issuer,
      subject: "olivia-two",
      returnTo,
    }),
    by: "sam",
  },
  "people.draftRevoke": {
    input: ({ olivia }) => ({ subject: { type: "person", person: olivia }, reason, returnTo }),
    by: "sam",
  },
  "workloads.list": { input: () => ({}), by: "sam" },
  "workloads.facets": { input: () => ({}), by: "sam" },
  "workloads.draftBind": {
    input: ({ until }) => ({
      name: SECRET,
      workload: "spiffe://acme.example/payments/worker",
      proof: "end-to-end",
      expiresAt: until,
      returnTo,
    }),
    by: "olivia",
  },
  "workloads.draftRevoke": { input: ({ binding }) => ({ binding, reason, returnTo }), by: "sam" },
  "status.read": { input: nothing, by: "sam" },
  // Last: they end the session with which they are called.
  "session.signOut": { input: nothing, by: "sam" },
  "session.signOutEverywhere": { input: nothing, by: "sam" },
} as const satisfies Record<Action, Case>;
const PATHS = Object.keys(CASES) as Action[]; // keys of a literal object
/** What everybody who is signed in may do, about nobody but themselves. */
const OWN_SESSION = ACTIONS.filter((action) => action.startsWith("session."));

describe("the outsiders", () => {
  let world: ConsoleWorld;
  let facts: Facts;
  let acme: readonly string[];

  beforeAll(async () => {
    world = await startConsoleWorld();
    const { cast, parts } = world;
    await world.signIn(cast.olivia);
    await world.signIn(cast.sam);
    await world.signIn(cast.priya);
    const until = addSeconds(parts.now(), 30 * 86_400);
    const bindings = [
      {
        workload: spiffeId.parse("spiffe://acme.example/payments/api"),
        proof: "end-to-end" as const,
        expiresAt: until,
      },
    ];
    await register(cast, registration(SECRET));
    await register(
      cast,
      registration(secretName.parse("payments/dev/api/key"), {
        type: "api-key",
        category: "internal-api-key",
        policy: {
          owner: "payments-team",
          service: "payments",
          dataClassification: "internal",
          tier: "low",
          rotationPeriodDays: 90,
        },
        bindings,
      }),
    );
    const asked = await askAndApprove(cast);
    const pending = await ask(cast);
    await world.settled();
    const bound = await parts.database.withTenant(ACME, (tx) => tx.binding.findFirstOrThrow());
    const people = await parts.database.withTenant(ACME, (tx) => tx.person.findMany());
    facts = {
      ...asked,
      olivia: personId.parse(cast.olivia.person),
      binding: bindingId.parse(bound.binding),
      pending,
      until,
      device: cast.laptop.device,
      issuer: world.sso.idp.issuer,
    };
    acme = [
      ...people.flatMap((it) => [it.person, it.name ?? it.person]),
      ...[asked.secret, asked.proposal, asked.request, pending.proposal, bound.binding],
      "acme",
    ];
  }, 240_000);
  afterAll(() => world?.stop());

  const call = (caller: Caller, path: Action): Promise<unknown> => {
    const [room = "", name = ""] = path.split(".");
    // The router's own paths, walked by name: a path that is not there is a fault of this test.
    const rooms = caller as unknown as Record<
      string,
      Record<string, (input: unknown) => Promise<unknown>>
    >;
    const procedure = rooms[room]?.[name];
    if (procedure === undefined) throw new Error(`there is no procedure ${path}`);
    return procedure(CASES[path].input(facts));
  };
  /** One session for a person and all cases; those that end it have their own. */
  const sessions = new Map<string, Promise<string>>();
  const signedIn = async (name: "eve" | "ingrid" | "olivia" | "sam", path: Action) => {
    if (path.startsWith("session.signOut")) return world.as(await world.signIn(world.cast[name]));
    const kept = sessions.get(name) ?? world.signIn(world.cast[name]);
    sessions.set(name, kept);
    return world.as(await kept);
  };
  const outcome = (caller: Caller, path: Action) =>
    call(caller, path).then(
      (value) => ({ code: "OK", refusal: null, text: JSON.stringify(value) ?? "" }),
      (error: unknown) => {
        if (!(error instanceof TRPCError)) throw error;
        const refusal = "refusal" in error ? (error.refusal as { code: string }).code : null;
        return { code: error.code as string, refusal, text: error.message };
      },
    );

  it("has a case for every procedure there is", () => {
    expect([...PATHS].sort()).toEqual([...ACTIONS].sort());
  });

  for (const path of PATHS) {
    it(`${path} answers somebody who may`, async () => {
      const { by, ...rest }: Case = CASES[path];
      const { code, refusal, text } = await outcome(await signedIn(by, path), path);
      if (rest.refusedWith === undefined) expect(code, text).toBe("OK");
      else expect(refusal, text).toBe(rest.refusedWith);
    });

    it(`${path} tells nobody anything without a session`, async () => {
      const { code, text } = await outcome(world.as(null), path);
      expect(code).toBe(path === "session.state" ? "OK" : "UNAUTHORIZED");
      for (const known of acme) expect(text).not.toContain(known);
    });

    it(`ID-2 ${path} is not for Eve, who is signed in and has no role`, async () => {
      const { code, text } = await outcome(await signedIn("eve", path), path);
      if (OWN_SESSION.includes(path)) expect(code, text).toBe("OK");
      else expect(code, text).toBe("FORBIDDEN");
    });

    it(`TENANT-1 L11 ${path} shows Ingrid of the other tenant nothing of this one`, async () => {
      const { code, text } = await outcome(await signedIn("ingrid", path), path);
      // An id that she sent herself may come back in a refusal.
      const sent = JSON.stringify(CASES[path].input(facts)) ?? "";
      for (const known of acme.filter((it) => !sent.includes(it)))
        expect(text, `${path}: ${code}`).not.toContain(known);
    });
  }
});
