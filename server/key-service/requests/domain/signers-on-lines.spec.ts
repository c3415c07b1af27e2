import { ROLES, type Role } from "@countersign/protocol/roles";
import { matchLines } from "@countersign/protocol/signing-lines";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Chain, FLOOR, fillsALine, isComplete, type Line, stricter } from "./chain.ts";

const CISO: Line = { anyOf: ["ciso"] };
const SECURITY: Line = { anyOf: ["security-admin"] };
const LEAD: Line = { anyOf: ["service-admin", "security-admin"] };

const OF_TIER = FLOOR.tiers;

const IN_PROD_WITH_PERSONAL_DATA: readonly Chain[] = [
  [CISO, SECURITY, SECURITY],
  [SECURITY, LEAD],
  [LEAD, SECURITY],
  [SECURITY, SECURITY],
];

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
    const floors: Chain[] = [...Object.values(OF_TIER), ...IN_PROD_WITH_PERSONAL_DATA];
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
    const together = stricter(OF_TIER.high, [LEAD, SECURITY]);
    expect(isComplete(together, ["security-admin", "service-admin"])).toBe(true);
    expect(isComplete(together, ["service-admin", "service-admin"])).toBe(false);
  });

  it("pairs lines that are alike before lines that merely contain each other", () => {
    const officer: Line = { anyOf: ["officer"] };
    const wide: Line = { anyOf: ["ciso", "officer"] };
    for (const together of [
      stricter([officer], [wide, officer]),
      stricter([wide, officer], [officer]),
    ]) {
      expect(isComplete(together, ["officer", "ciso"])).toBe(true);
    }
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
