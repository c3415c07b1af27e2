import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import {
  arbitraryOpenable,
  arbitraryStatement,
  type Openable,
  STATEMENT_KINDS,
} from "../testing/arbitrary-statement.ts";
import { aCommitment, aDigest, aSalt, aSecretPolicy } from "../testing/arbitrary-values.ts";
import { changeAt, leavesOf } from "../testing/leaves.ts";
import { toBase64url } from "./bytes.ts";
import { commit } from "./commitment.ts";
import { commitment, type Digest, salt } from "./ids.ts";
import {
  COMMITTED_FIELDS,
  NO_OPENINGS,
  type OpenedStatement,
  type Openings,
  openings as openingsSchema,
  openStatement,
} from "./openings.ts";
import { policyDigest } from "./policy.ts";
import { encodeStatement, type Statement, statement, statementDigest } from "./statement.ts";

// Properties over many statements or code points, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

async function open(bytes: Uint8Array, given: Openings): Promise<OpenedStatement> {
  const opened = await openStatement(bytes, given);
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

const SALT = salt.parse("A".repeat(43));

describe("openings", () => {
  it("that are true open every commitment, policy and proposal of every kind", async () => {
    for (const kind of STATEMENT_KINDS) {
      await fc.assert(
        fc.asyncProperty(arbitraryOpenable(kind), async (make) => {
          const { bytes, digest, openings, statement: made } = await make();
          expect(openingsSchema.safeParse(openings).success).toBe(true);
          const opened = await open(bytes, openings);
          expect(opened.digest).toBe(digest);
          expect(opened.statement).toEqual(made);
          for (const { path, value } of leavesOf(made)) {
            const field = String(path.at(-1));
            const target = commitment.safeParse(value);
            if (Object.hasOwn(COMMITTED_FIELDS, field) && target.success) {
              expect(opened.texts.get(target.data)).toBe(openings.texts[target.data]?.value);
            }
            if (field === "policy") expect(opened.policies.has(value as Digest)).toBe(true); // the schema says so
            if (field === "proposal") expect(opened.statements.has(value as Digest)).toBe(true); // likewise
          }
        }),
        { numRuns: 8, endOnFailure: true },
      );
    }
  });

  it("the table of committed fields names every field that holds a commitment", async () => {
    // A committed field is one whose value opens nothing and that no id, digest or key explains.
    const others = new Set([
      "nonce",
      "floor",
      "root",
      "policy",
      "identity",
      "sealed",
      "envelope",
      "proposal",
      "invitation",
      "publicKey",
      "credential",
      "session",
    ]);
    const found = new Set<string>();
    fc.assert(
      fc.property(arbitraryStatement(), (some) => {
        for (const { path, value } of leavesOf(some)) {
          const field = String(path.at(-1));
          if (commitment.safeParse(value).success && !others.has(field)) found.add(field);
        }
      }),
      { numRuns: 300, endOnFailure: true },
    );
    expect([...found].sort()).toEqual(Object.keys(COMMITTED_FIELDS).sort());
  });

  it("that lie are left out: what is kept is always what the statement commits to", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryOpenable(), hostileOpenings, async (make, hostile) => {
        const { bytes, openings, statement: made } = await make();
        const opened = await open(bytes, mixed(openings, hostile, made));
        for (const [target, text] of opened.texts) expect(openings.texts[target]?.value).toBe(text);
        for (const [target, policy] of opened.policies) {
          expect(openings.policies[target]).toEqual(policy);
        }
        for (const [target, inner] of opened.statements) {
          expect(inner.digest).toBe(target);
          expect(openings.statements[target]).toBe(toBase64url(encodeStatement(inner.statement)));
        }
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it("under a true key with false content replace nothing: the field stays unopened", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryOpenable(), async (make) => {
        const { bytes, openings } = await make();
        const spoilt: Openings = {
          texts: Object.fromEntries(
            Object.entries(openings.texts).map(([key, it]) => [
              key,
              { ...it, value: `${it.value}x` },
            ]),
          ),
          policies: Object.fromEntries(
            Object.entries(openings.policies).map(([key, it]) => [key, { ...it, owner: "eve" }]),
          ),
          statements: Object.fromEntries(
            Object.entries(openings.statements).map(([key]) => [key, toBase64url(bytes)]),
          ),
        };
        const opened = await open(bytes, spoilt);
        expect(opened.texts.size + opened.policies.size + opened.statements.size).toBe(0);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  it("of one field never open another: a justification is not shown as a person's name", async () => {
    const [made] = fc.sample(arbitraryStatement("deny"), { seed: 2, numRuns: 1 });
    const asReason = await commit("reason", "Olivia Hart", SALT);
    const bytes = encodeStatement(
      statement.parse(changeAt(made, ["signer", "name"], () => asReason)),
    );
    const opened = await open(bytes, {
      ...NO_OPENINGS,
      texts: { [asReason]: { label: "reason", salt: SALT, value: "Olivia Hart" } },
    });
    expect(opened.texts.size).toBe(0);
  });

  it("of a commitment that stands under two labels open neither", async () => {
    const [made] = fc.sample(arbitraryStatement("deny"), { seed: 2, numRuns: 1 });
    const asReason = await commit("reason", "Freeze", SALT);
    const once = changeAt(made, ["body", "reason"], () => asReason);
    const twice = changeAt(once, ["signer", "name"], () => asReason);
    const given: Openings = {
      ...NO_OPENINGS,
      texts: { [asReason]: { label: "reason", salt: SALT, value: "Freeze" } },
    };
    expect((await open(encodeStatement(statement.parse(once)), given)).texts.get(asReason)).toBe(
      "Freeze",
    );
    expect((await open(encodeStatement(statement.parse(twice)), given)).texts.size).toBe(0);
  });

  it("open the decided statement one level deep, however long the chain", async () => {
    const chain = await approvalsOfApprovals(4);
    const opened = await open(chain.bytes, chain.openings);
    const [inner] = opened.statements.values();
    expect(inner?.statement.kind).toBe("approve");
    expect(inner?.statements.size).toBe(0);
  });

  it("a statement that is malformed is refused, whatever its openings", async () => {
    const opened = await openStatement(new Uint8Array([0x7b, 0x7d]), NO_OPENINGS);
    expect(opened).toMatchObject({ ok: false, error: { code: "statement-malformed" } });
  });

  it("inherited members are no openings", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryOpenable("deny"), async (make) => {
        const { bytes, openings } = await make();
        const opened = await open(bytes, {
          texts: Object.create(openings.texts),
          policies: Object.create(openings.policies),
          statements: Object.create(openings.statements),
        });
        expect(opened.texts.size + opened.statements.size).toBe(0);
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });
});

const aHostileText = fc
  .tuple(fc.constantFrom(...Object.values(COMMITTED_FIELDS)), aSalt)
  .map(([label, fresh]) => ({ label, salt: fresh, value: "Canary" }));
const hostileOpenings = fc.record({
  texts: fc
    .array(fc.tuple(aCommitment, aHostileText), { maxLength: 3 })
    .map((all) => Object.fromEntries(all)),
  policies: fc
    .array(fc.tuple(aDigest, aSecretPolicy), { maxLength: 3 })
    .map((all) => Object.fromEntries(all)),
  statements: fc
    .array(fc.tuple(aDigest, arbitraryStatement()), { maxLength: 2 })
    .map((all) =>
      Object.fromEntries(all.map(([key, it]) => [key, toBase64url(encodeStatement(it))])),
    ),
});

/** True openings, false ones under random keys, and false ones under keys that the statement names. */
function mixed(honest: Openings, hostile: Openings, made: Statement): Openings {
  const [text] = Object.values(hostile.texts);
  const named = leavesOf(made).flatMap(({ value }) => {
    const target = commitment.safeParse(value);
    return target.success && honest.texts[target.data] === undefined ? [target.data] : [];
  });
  const misplaced = text === undefined ? {} : Object.fromEntries(named.map((key) => [key, text]));
  return {
    texts: { ...misplaced, ...hostile.texts, ...honest.texts },
    policies: { ...hostile.policies, ...honest.policies },
    statements: { ...hostile.statements, ...honest.statements },
  };
}

async function approvalsOfApprovals(length: number): Promise<Pick<Openable, "bytes" | "openings">> {
  const [approve] = fc.sample(arbitraryStatement("approve"), { seed: 9, numRuns: 1 });
  let bytes = encodeStatement(statement.parse(approve));
  const statements: Openings["statements"] = {};
  for (let i = 0; i < length; i++) {
    const digest = await statementDigest(bytes);
    statements[digest] = toBase64url(bytes);
    bytes = encodeStatement(statement.parse(changeAt(approve, ["body", "proposal"], () => digest)));
  }
  return { bytes, openings: { ...NO_OPENINGS, statements } };
}

describe("the digest of metadata", () => {
  it("changes with every field", async () => {
    await fc.assert(
      fc.asyncProperty(aSecretPolicy, aSecretPolicy, async (a, b) => {
        const same = JSON.stringify(leavesOf(a)) === JSON.stringify(leavesOf(b));
        expect((await policyDigest(a)) === (await policyDigest(b))).toBe(same);
      }),
    );
  });
});
