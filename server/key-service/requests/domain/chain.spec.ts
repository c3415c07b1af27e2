import type { SecretPolicy } from "@countersign/protocol/policy";
import {
  DATA_CLASSIFICATIONS,
  ENVIRONMENTS,
  type Environment,
  TIERS,
} from "@countersign/protocol/taxonomy";
import { describe, expect, it } from "vitest";
import {
  type Chain,
  chainForNaming,
  chainForRevoking,
  chainForUse,
  isAsStrictAs,
  isPersonalData,
  type Line,
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

  it("ID-2 L18 has a guard of the tenant revoked by two guards and anybody else by one, the proposer counted in", () => {
    expect(chainForRevoking("guard")).toEqual([{ anyOf: ["officer", "security-admin"] }]);
    expect(chainForRevoking("anybody")).toEqual([]);
  });

  it("CLASS-1 knows which of two chains asks for more", () => {
    const asStrict = (given: Chain, wanted: Chain) => isAsStrictAs(given, wanted);
    for (const chain of Object.values(OF_TIER)) {
      expect(asStrict(chain, chain)).toBe(true);
      expect(asStrict([...chain].reverse(), chain)).toBe(true);
      expect(asStrict(chain, [])).toBe(true);
      expect(asStrict(chain, [...chain, SECURITY])).toBe(false);
    }
    expect(asStrict([SECURITY], [LEAD])).toBe(true);
    expect(asStrict([LEAD], [SECURITY])).toBe(false);
    expect(asStrict([SECURITY, SECURITY], [CISO])).toBe(false);
  });

  it("L41 has no line that a service owner, an auditor or somebody on call could sign", () => {
    const signing = new Set([...Object.values(OF_TIER)].flat().flatMap((line) => line.anyOf));
    expect([...signing].sort()).toEqual(["ciso", "security-admin", "service-admin"]);
  });
});
