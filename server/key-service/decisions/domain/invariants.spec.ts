import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isComplete } from "../../requests/domain/chain.ts";
import type { Intent } from "../testing/random-acts.ts";
import { RandomWorld, someIntent } from "../testing/random-acts.ts";
import { applyEntry } from "./entry.ts";
import type { TenantState } from "./state.ts";

const SEED = 20261123;
/** Thousands of decisions share two cores with other tests. */
const SLOW_MS = 60_000;

/** What must hold whatever people try. Each throws where it does not. */
const INVARIANTS: Record<string, (room: TenantState) => void> = {
  "a grant has a whole chain of other people": ({ grants, proposals }) => {
    for (const { proposal } of grants.values()) {
      const it = proposals.get(proposal) ?? expect.fail();
      const signers = it.approvals.map((approval) => approval.person);
      expect(it.status).toBe("approved");
      expect(new Set(signers).size).toBe(signers.length);
      expect(signers).not.toContain(it.by);
      expect(it.beneficiaries.filter((person) => signers.includes(person))).toEqual([]);
      expect(
        isComplete(
          it.chain,
          it.approvals.map((approval) => approval.role),
        ),
      ).toBe(true);
    }
  },
  "no proposal is signed by whoever made it or gains, nor twice by one person": ({ proposals }) => {
    for (const { approvals, by, beneficiaries } of proposals.values()) {
      const signers = approvals.map((approval) => approval.person);
      expect(new Set([...signers, by, ...beneficiaries]).size).toBe(
        signers.length + new Set([by, ...beneficiaries]).size,
      );
    }
  },
  "uses stay within maxUses, one key each": ({ grants }) => {
    for (const { secrets, maxUses } of grants.values()) {
      for (const { uses } of secrets) {
        expect(uses.length).toBeLessThanOrEqual(maxUses);
        expect(new Set(uses.map((use) => use.use)).size).toBe(uses.length);
        expect(uses.filter((use) => use.use < 1 || use.use > maxUses)).toEqual([]);
      }
    }
  },
  "names are unique": ({ secrets, secretsByName }) => {
    expect(new Set([...secrets.values()].map((it) => it.name)).size).toBe(secrets.size);
    expect(secretsByName.size).toBe(secrets.size);
  },
};

type Remembered = ReturnType<typeof remember>;
function remember({ room }: RandomWorld) {
  const { proposals, secrets, grants } = room;
  return {
    statuses: new Map([...proposals.values()].map((it) => [it.proposal, it.status])),
    ended: new Map([...grants.values()].map((it) => [it.request, it.status])),
    secrets: new Map(
      [...secrets.values()].map(({ secret, name, environment, tenant, current }) => {
        return [secret, { name, environment, tenant, version: current?.version ?? 0 }];
      }),
    ),
  };
}

/** What may become of what was there one act ago. */
function judgeStep(before: Remembered, after: Remembered): void {
  for (const [proposal, status] of before.statuses) {
    if (status !== "pending") expect(after.statuses.get(proposal)).toBe(status);
    expect(after.statuses.has(proposal)).toBe(true);
  }
  for (const [request, status] of before.ended) {
    if (status !== "active") expect(after.ended.get(request)).toBe(status);
  }
  for (const [secret, was] of before.secrets) {
    const is = after.secrets.get(secret) ?? expect.fail();
    expect({ ...is, version: 0 }).toEqual({ ...was, version: 0 });
    expect(is.version - was.version === 0 || is.version - was.version === 1).toBe(true);
  }
}

function live(intents: readonly Intent[]): RandomWorld {
  const it = new RandomWorld();
  let before = remember(it);
  for (const intent of intents) {
    it.try(intent);
    const after = remember(it);
    for (const holds of Object.values(INVARIANTS)) holds(it.room);
    judgeStep(before, after);
    before = after;
  }
  return it;
}

const someLife = fc.array(someIntent, { minLength: 40, maxLength: 80, size: "max" });

describe("whatever people try, in whatever order", () => {
  it(
    "JIT-1 JIT-2 L20 L27 every grant was signed by a whole chain of other people, and used within its bounds",
    () => {
      const seen = { grants: 0, approvedByOthers: 0, uses: 0 };
      fc.assert(
        fc.property(someLife, (intents) => {
          const { grants, proposals } = live(intents).room;
          for (const grant of grants.values()) {
            seen.grants += 1;
            seen.uses += grant.secrets.flatMap((it) => it.uses).length;
            if ((proposals.get(grant.proposal)?.approvals.length ?? 0) >= 2)
              seen.approvedByOthers += 1;
          }
        }),
        { seed: SEED, numRuns: 60 },
      );
      // The property says nothing unless such things came about.
      expect(seen.grants).toBeGreaterThan(80);
      expect(seen.approvedByOthers).toBeGreaterThan(15);
      expect(seen.uses).toBeGreaterThan(40);
    },
    SLOW_MS,
  );

  it(
    "L31 what waits and what runs is known to the sweep, and nothing else is",
    () => {
      fc.assert(
        fc.property(someLife, (intents) => {
          const { world, room } = live(intents);
          const { proposals, grants } = room;
          const waiting = [...proposals.values()].filter((it) => it.status === "pending");
          const running = [...grants.values()].filter((it) => it.status === "active");
          const acme = (of: Iterable<readonly [string, string]>) =>
            [...of].filter(([, tenant]) => tenant === "acme");
          expect(
            acme(world.state.pending)
              .map(([id]) => id)
              .sort(),
          ).toEqual(waiting.map((it) => it.proposal).sort());
          expect(
            acme(world.state.running)
              .map(([id]) => id)
              .sort(),
          ).toEqual(running.map((it) => it.request).sort());
          world.pass(30 * 86_400);
          world.expire();
          expect(world.state.pending.size + world.state.running.size).toBe(0);
        }),
        { seed: SEED + 1, numRuns: 20 },
      );
    },
    SLOW_MS,
  );

  it(
    "AUD-2 the entries of such a history fold to the same state again",
    () => {
      fc.assert(
        fc.property(someLife, (intents) => {
          const start = new RandomWorld();
          const again = start.world.copyState();
          const count = start.world.entries.length;
          const { world } = live(intents);
          for (const entry of world.entries.slice(count)) applyEntry(again, entry);
          expect(again).toEqual(world.state);
        }),
        { seed: SEED + 2, numRuns: 10 },
      );
    },
    SLOW_MS,
  );
});
