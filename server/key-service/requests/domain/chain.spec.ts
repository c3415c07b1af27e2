import type { SecretPolicy } from "@countersign/protocol/policy";
import { ROLES, type Role } from "@countersign/protocol/roles";
import {
  DATA_CLASSIFICATIONS,
  ENVIRONMENTS,
  type Environment,
  TIERS,
} from "@countersign/protocol/taxonomy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Chain,
  chainForNaming,
  chainForUse,
  fillsALine,
  isComplete,
  isPersonalData,
  type Line,
  matchLines,
  stricter,
  tierOf,
} from "./chain.ts";

const policy = (changes: Partial<SecretPolicy>): SecretPolicy => ({
  owner: "payments-team",
  service: "payments",
  dataClassification: "internal",
  tier: "low",
  rotationPeriodDays: 30,
  ...changes,
});

const CISO: Line = { anyOf: ["ciso"] };
const SECURITY: Line = { anyOf: ["security-admin"] };
const LEAD: Line = { anyOf: ["service-admin", "security-admin"] };

/** Chains as a reviewer reads them. */
const OF_TIER = {
  critical: [CISO, SECURITY, SECURITY],
  high: [SECURITY, LEAD],
  medium: [LEAD],
  low: [],
} satisfies Record<(typeof TIERS)[number], Chain>;

const IN_PROD_WITH_PERSONAL_DATA = {
  critical: [CISO, SECURITY, SECURITY],
  high: [SECURITY, LEAD],
  medium: [LEAD, SECURITY],
  low: [SECURITY, SECURITY],
} satisfies Record<(typeof TIERS)[number], Chain>;

/** Not on any list; the protocol lets no capital or space in, and the floor must not rely on that. */
const UNKNOWN_TIERS = [null, "", "none", "LOW", " low", "low ", "lowest", "constructor"];
const UNKNOWN_CLASSIFICATIONS = [
  null,
  "",
  "PII",
  " pii",
  "Public",
  "public ",
  "secret",
  "toString",
];

describe("the floor", () => {
  it("CLASS-1 asks each tier's chain of people in every environment", () => {
    for (const environment of ENVIRONMENTS) {
      for (const tier of TIERS) {
        for (const dataClassification of ["public", "internal", "confidential"]) {
          const chain = chainForUse(policy({ tier, dataClassification }), environment, false);
          expect(chain).toEqual(OF_TIER[tier]);
        }
      }
    }
  });

  it("JIT-2 asks two people at least for personal data in production, whatever the tier", () => {
    for (const tier of TIERS) {
      const chain = chainForUse(policy({ tier, dataClassification: "pii" }), "prod", false);
      expect(chain).toEqual(IN_PROD_WITH_PERSONAL_DATA[tier]);
      expect(chain.length).toBeGreaterThanOrEqual(2);
    }
  });

  it("JIT-2 asks no more than the tier for personal data outside production", () => {
    for (const environment of ["dev", "test", "staging"] satisfies Environment[]) {
      for (const tier of TIERS) {
        const of = policy({ tier, dataClassification: "pii" });
        expect(chainForUse(of, environment, true)).toEqual(OF_TIER[tier]);
      }
    }
  });

  it("JIT-2 keeps a version that ever held personal data under the rules for personal data", () => {
    for (const dataClassification of DATA_CLASSIFICATIONS) {
      const chain = chainForUse(policy({ dataClassification }), "prod", true);
      expect(chain).toEqual([SECURITY, SECURITY]);
    }
  });

  it.each(UNKNOWN_TIERS)(
    "CLASS-1 judges a tier that is missing or unknown (%j) as critical",
    (tier) => {
      expect(tierOf(policy({ tier }))).toBe("critical");
      for (const environment of ENVIRONMENTS) {
        expect(chainForUse(policy({ tier }), environment, false)).toEqual(OF_TIER.critical);
      }
    },
  );

  it.each(UNKNOWN_CLASSIFICATIONS)(
    "JIT-2 L2 judges a classification that is missing or unknown (%j) as personal data",
    (dataClassification) => {
      expect(isPersonalData(policy({ dataClassification }))).toBe(true);
      const chain = chainForUse(policy({ dataClassification }), "prod", false);
      expect(chain).toEqual([SECURITY, SECURITY]);
    },
  );

  it("takes only the three harmless classifications as harmless", () => {
    const harmless = DATA_CLASSIFICATIONS.filter(
      (it) => !isPersonalData(policy({ dataClassification: it })),
    );
    expect(harmless).toEqual(["public", "internal", "confidential"]);
  });

  it("ID-2 L18 has an approver named by two officers and anybody else by one, the proposer counted in", () => {
    const lines = [
      chainForNaming("approver", true),
      chainForNaming("approver", false),
      chainForNaming("anybody", true),
      chainForNaming("anybody", false),
    ];
    expect(lines.map((it) => it.length)).toEqual([1, 2, 0, 1]);
    expect(new Set(lines.flat().flatMap((it) => it.anyOf))).toEqual(new Set(["officer"]));
  });

  it("L41 has no line that a service owner, an auditor or somebody on call could sign", () => {
    const signing = new Set([...Object.values(OF_TIER)].flat().flatMap((line) => line.anyOf));
    expect([...signing].sort()).toEqual(["ciso", "security-admin", "service-admin"]);
  });
});

/** Every way to put signers on lines, by trying all of them. */
function mostFilled(chain: Chain, signers: readonly Role[]): number {
  const [line, ...rest] = chain;
  if (line === undefined) return 0;
  const unsigned = mostFilled(rest, signers);
  const signed = signers.flatMap((role, at) =>
    line.anyOf.includes(role) ? [1 + mostFilled(rest, signers.toSpliced(at, 1))] : [],
  );
  return Math.max(unsigned, ...signed);
}

const SIGNING: readonly Role[] = ["ciso", "security-admin", "service-admin", "officer"];

/** Multisets of at most `most` members. */
function multisets<T>(of: readonly T[], most: number): T[][] {
  const [first, ...rest] = of;
  if (first === undefined) return [[]];
  return Array.from({ length: most + 1 }, (_, times) =>
    multisets(rest, most - times).map((tail) => [...Array<T>(times).fill(first), ...tail]),
  ).flat();
}

const LINES: readonly Line[] = [CISO, SECURITY, LEAD, { anyOf: ["officer"] }];
const SMALL_CHAINS = multisets(LINES, 3);
const REVERSED = SMALL_CHAINS.map((it) => it.toReversed());
const SIGNERS = multisets(SIGNING, 6);

/** Which of all small groups of signers complete a chain, as one comparable text: its effect. */
const effects = new Map<string, string>();
function effectOf(chain: Chain): string {
  const key = JSON.stringify(chain.map((it) => it.anyOf.join()).sort());
  const known = effects.get(key);
  if (known !== undefined) return known;
  const effect = SIGNERS.map((it) => (mostFilled(chain, it) === chain.length ? "1" : "0")).join("");
  effects.set(key, effect);
  return effect;
}
const covers = (narrow: string, wide: string) =>
  [...narrow].every((it, at) => it === "0" || wide[at] === "1");

describe("signers on lines", () => {
  it("JIT-2 fills as many lines as any assignment could, for every small chain and group", () => {
    for (const chain of [...SMALL_CHAINS, ...REVERSED]) {
      for (const signers of multisets(SIGNING, 3)) {
        const matched = matchLines(chain, signers).filter((it) => it !== null);
        expect(matched).toHaveLength(mostFilled(chain, signers));
      }
    }
  });

  const someRole = fc.constantFrom(...ROLES);
  const someLine = fc.record({ anyOf: fc.uniqueArray(someRole, { maxLength: 3 }) });
  const someChain = fc.array(someLine, { maxLength: 5 });
  const someSigners = fc.array(someRole, { maxLength: 6 });

  it("JIT-2 L27 never puts one signer on two lines, nor on a line that does not take their role", () => {
    fc.assert(
      fc.property(someChain, someSigners, (chain, signers) => {
        const matched = matchLines(chain, signers);
        const used = matched.filter((it) => it !== null);
        expect(new Set(used).size).toBe(used.length);
        for (const [at, signer] of matched.entries()) {
          if (signer !== null) expect(chain[at]?.anyOf).toContain(signers[signer]);
        }
        expect(used).toHaveLength(mostFilled(chain, signers));
      }),
      { seed: 20261123, numRuns: 2000 },
    );
  });

  it("the order in which people sign changes nothing", () => {
    const shuffled = someSigners.chain((signers) =>
      fc.tuple(
        fc.constant(signers),
        fc.shuffledSubarray(signers, { minLength: signers.length, maxLength: signers.length }),
      ),
    );
    fc.assert(
      fc.property(someChain, shuffled, (chain, [signers, other]) => {
        expect(isComplete(chain, other)).toBe(isComplete(chain, signers));
      }),
      { seed: 20261123, numRuns: 1000 },
    );
  });

  it("one more signer fills a line exactly when more lines are filled than before", () => {
    fc.assert(
      fc.property(someChain, someSigners, someRole, (chain, signers, role) => {
        const more = mostFilled(chain, [...signers, role]) > mostFilled(chain, signers);
        expect(fillsALine(chain, signers, role)).toBe(more);
      }),
      { seed: 20261123, numRuns: 1000 },
    );
  });

  it("L30 a line that names nobody is signed by nobody", () => {
    const everybody = [...ROLES, ...ROLES];
    expect(isComplete([{ anyOf: [] }], everybody)).toBe(false);
    expect(isComplete([SECURITY, { anyOf: [] }], everybody)).toBe(false);
    for (const role of ROLES) expect(fillsALine([{ anyOf: [] }], [], role)).toBe(false);
  });

  it("L29 asks for every line: one role twice is not two roles", () => {
    expect(
      isComplete(OF_TIER.critical, ["security-admin", "security-admin", "security-admin"]),
    ).toBe(false);
    expect(isComplete(OF_TIER.critical, ["ciso", "ciso", "security-admin"])).toBe(false);
    expect(isComplete(OF_TIER.critical, ["ciso", "security-admin"])).toBe(false);
    expect(isComplete(OF_TIER.critical, ["security-admin", "ciso", "security-admin"])).toBe(true);
    expect(isComplete(OF_TIER.high, ["service-admin", "service-admin"])).toBe(false);
    expect(isComplete(OF_TIER.high, ["service-admin", "security-admin"])).toBe(true);
  });
});

describe("the stricter of two chains", () => {
  const chains = [...SMALL_CHAINS, ...REVERSED];

  it("L21 L31 is never weaker than either: whoever completes it completes both", () => {
    for (const a of chains) {
      for (const b of chains) {
        const both = effectOf(stricter(a, b));
        if (!covers(both, effectOf(a)) || !covers(both, effectOf(b))) {
          expect.fail(`weaker: ${JSON.stringify({ a, b, got: stricter(a, b) })}`);
        }
      }
    }
  });

  it("does not depend on which chain comes first, nor on the order of lines", () => {
    for (const a of SMALL_CHAINS) {
      for (const b of SMALL_CHAINS) {
        const effect = effectOf(stricter(a, b));
        const others = [
          stricter(b, a),
          stricter(a.toReversed(), b),
          stricter(a, b.toReversed()),
          stricter(b.toReversed(), a),
        ];
        if (others.some((it) => effectOf(it) !== effect)) {
          expect.fail(`differs: ${JSON.stringify({ a, b, got: [stricter(a, b), ...others] })}`);
        }
      }
    }
  });

  it("asks nobody more than needed when both are the same, or one is empty", () => {
    for (const a of chains) {
      expect(effectOf(stricter(a, a.toReversed()))).toBe(effectOf(a));
      expect(stricter(a, a)).toEqual(a);
      expect(stricter(a, [])).toEqual(a);
      expect(stricter([], a)).toEqual(a);
    }
  });

  it("of secrets asked for together does not depend on the order in which they are named", () => {
    const floors: Chain[] = [
      ...Object.values(OF_TIER),
      ...Object.values(IN_PROD_WITH_PERSONAL_DATA),
    ];
    for (const a of floors) {
      for (const b of floors) {
        for (const c of floors) {
          const one = effectOf(stricter(stricter(a, b), c));
          const others = [stricter(stricter(c, a), b), stricter(stricter(b, c), a)];
          expect(others.map(effectOf)).toEqual([one, one]);
        }
      }
    }
  });

  it("lets a service lead sign a high and a medium secret in one request, as for each alone", () => {
    const together = stricter(OF_TIER.high, IN_PROD_WITH_PERSONAL_DATA.medium);
    expect(isComplete(together, ["security-admin", "service-admin"])).toBe(true);
    expect(isComplete(together, ["service-admin", "service-admin"])).toBe(false);
  });

  it("is never weaker for chains of any roles", () => {
    const someChain = fc.array(
      fc.record({ anyOf: fc.uniqueArray(fc.constantFrom(...SIGNING), { maxLength: 3 }) }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(someChain, someChain, (a, b) => {
        const both = effectOf(stricter(a, b));
        expect(covers(both, effectOf(a)) && covers(both, effectOf(b))).toBe(true);
        expect(effectOf(stricter(b, a))).toBe(both);
      }),
      { seed: 20261123, numRuns: 200 },
    );
  });
});
