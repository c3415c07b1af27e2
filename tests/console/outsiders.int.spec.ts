import { bindingId, personId } from "@countersign/protocol/ids";
import { addSeconds } from "@countersign/protocol/instants";
import { secretName, spiffeId, tenantId } from "@countersign/protocol/names";
import { TRPCError } from "@trpc/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACTIONS, type Action } from "../../server/console/authorise/grid.ts";
import { type Caller, type ConsoleWorld, startConsoleWorld } from "../support/console-world.ts";
import { answerOf, CASES, type Case, type Facts, inputFor } from "../support/procedure-cases.ts";
import { callByPath } from "../support/procedures.ts";
import { ask, askAndApprove, register, registration, SECRET } from "../support/story.ts";

/*
 * Every procedure, called by whoever has no business there: by nobody, by Eve, who is signed in and has no role,
 * and by Ingrid, who has a role in another tenant and asks for things of this one by their real ids.
 */
const ACME = tenantId.parse("acme");
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

  const call = (caller: Caller, path: Action): Promise<unknown> =>
    answerOf(callByPath(caller, path, inputFor(path, facts)));
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
      const sent = JSON.stringify(inputFor(path, facts)) ?? "";
      for (const known of acme.filter((it) => !sent.includes(it)))
        expect(text, `${path}: ${code}`).not.toContain(known);
    });
  }
});
