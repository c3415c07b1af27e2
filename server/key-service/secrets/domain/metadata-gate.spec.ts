import { type Instant, instant } from "@countersign/protocol/instants";
import {
  type MetadataField,
  metadataGaps,
  valueExpiresAt,
} from "@countersign/protocol/metadata-gate";
import type { SecretPolicy } from "@countersign/protocol/policy";
import { describe, expect, it } from "vitest";
import { registerBody } from "../../decisions/testing/act-bodies.ts";
import { asked, opening, ready } from "../../decisions/testing/asked.ts";
import { codeOf, eventsOf } from "../../decisions/testing/decision-cast.ts";
import { ACME, DecisionWorld, PII_POLICY } from "../../decisions/testing/decision-world.ts";
import type { Secret } from "./secret.ts";

const FIELD_OF = {
  owner: "owner",
  service: "service",
  dataClassification: "data-classification",
  tier: "tier",
  rotationPeriodDays: "rotation-period",
} as const satisfies Record<keyof SecretPolicy, MetadataField>;

/** Each field × what can be wrong with it. All of these the protocol lets in: they are stored, never handed out. */
const WRONG: Record<keyof SecretPolicy, Record<string, Partial<SecretPolicy>>> = {
  owner: {
    missing: { owner: null },
    empty: { owner: "" },
    malformed: { owner: "-team" },
    "with two dots": { owner: "a..b" },
  },
  service: {
    missing: { service: null },
    empty: { service: "" },
    malformed: { service: ".payments" },
    "of another service": { service: "billing" },
    "of a longer name": { service: "payments-eu" },
  },
  dataClassification: {
    missing: { dataClassification: null },
    empty: { dataClassification: "" },
    unknown: { dataClassification: "secret" },
  },
  tier: { missing: { tier: null }, empty: { tier: "" }, unknown: { tier: "highest" } },
  rotationPeriodDays: {
    missing: { rotationPeriodDays: null },
    zero: { rotationPeriodDays: 0 },
    "a day beyond the ceiling": { rotationPeriodDays: 31 },
    "beyond any ceiling": { rotationPeriodDays: 36_500 },
  },
};
const CASES = Object.entries(WRONG).flatMap(([field, wrongs]) =>
  Object.entries(wrongs).map(([what, changes]) => ({
    field: FIELD_OF[field as keyof SecretPolicy], // the keys of WRONG
    what,
    changes,
  })),
);

const ADDED = instant.parse("2026-03-02T08:00:00Z");

/** A secret whose metadata is whole, with changes. */
function secretWith(policy: Partial<SecretPolicy>, changes: Partial<Secret> = {}): Secret {
  const world = new DecisionWorld();
  const id = world.secret("payments/prod/postgres/app-password", { ...PII_POLICY, ...policy });
  const secret = world.state.tenants.get(ACME)?.secrets.get(id);
  return { ...(secret ?? expect.fail()), ...changes };
}

describe("the metadata gate", () => {
  it("META-1 opens for metadata that is whole", () => {
    expect(metadataGaps(secretWith({}))).toEqual([]);
    expect(metadataGaps(secretWith({ rotationPeriodDays: 1 }))).toEqual([]);
    expect(metadataGaps(secretWith({ tier: "critical", dataClassification: "public" }))).toEqual(
      [],
    );
  });

  it.each(CASES)("META-1 names $field when it is $what", ({ field, changes }) => {
    const gaps = metadataGaps(secretWith(changes));
    expect(gaps.map((gap) => gap.field)).toEqual([field]);
    expect(gaps[0]?.message.startsWith(field)).toBe(true);
  });

  it("META-1 names every field that is wrong, not only the first", () => {
    const nothing = {
      owner: null,
      service: null,
      dataClassification: null,
      tier: null,
      rotationPeriodDays: null,
    };
    const gaps = metadataGaps(secretWith(nothing, { current: null }));
    expect(gaps.map((gap) => gap.field)).toEqual([
      "owner",
      "service",
      "data-classification",
      "tier",
      "rotation-period",
      "last-rotated",
    ]);
  });

  it("META-1 says that a value was never put", () => {
    const gaps = metadataGaps(secretWith({}, { current: null }));
    expect(gaps.map((gap) => gap.field)).toEqual(["last-rotated"]);
  });

  it("CLASS-2 takes the strictest ceiling of type, category and tier", () => {
    const apiKey = { type: "api-key", category: "external-api-key" } as const;
    expect(metadataGaps(secretWith({ rotationPeriodDays: 90 }, apiKey))).toEqual([]);
    expect(metadataGaps(secretWith({ rotationPeriodDays: 91 }, apiKey))).toHaveLength(1);
    expect(metadataGaps(secretWith({ rotationPeriodDays: 30 }))).toEqual([]);
    expect(metadataGaps(secretWith({ rotationPeriodDays: 31 }))).toHaveLength(1);
  });
});

describe("the gate on the way out", () => {
  it.each(CASES)(
    "META-1 refuses a request when $field is $what, and says so",
    ({ field, changes }) => {
      const { world, cast, secret, laptop } = ready({ ...PII_POLICY, ...changes });
      const body = world.requestBody(cast.olivia, laptop, [secret]);
      const decision = world.act("request", body, cast.olivia, "service-owner");
      expect(codeOf(decision)).toBe("metadata-incomplete");
      expect(decision.ok || decision.refusal.message).toContain(field);
      expect(decision.events).toEqual([]);
    },
  );

  it.each(CASES)("META-1 refuses a release when $field is $what by then", ({ field, changes }) => {
    const it = asked();
    for (const by of [it.cast.sam, it.cast.priya])
      it.world.approve(it.proposal, by, "security-admin");
    const known = it.world.state.tenants.get(ACME)?.secrets.get(it.secret) ?? expect.fail();
    known.policy = { ...known.policy, ...changes };
    const decision = it.world.open(opening(it));
    expect(codeOf(decision)).toBe("metadata-incomplete");
    expect(decision.ok || decision.refusal.message).toContain(field);
  });

  it.each(CASES)("META-1 stores a secret whose $field is $what", ({ changes }) => {
    const { world, cast } = ready();
    const policy = { ...PII_POLICY, ...changes };
    const body = registerBody(world, "payments/dev/postgres/kept", { policy });
    const decision = world.act("register-secret", body, cast.olivia, "service-owner");
    expect(eventsOf(decision)).toContain("VersionAdded");
  });

  it("META-1 refuses a request for a secret without a value", () => {
    const { world, cast, laptop } = ready();
    const empty = world.secret("payments/prod/postgres/empty", PII_POLICY, { withValue: false });
    const body = world.requestBody(cast.olivia, laptop, [empty]);
    expect(codeOf(world.act("request", body, cast.olivia, "service-owner"))).toBe("no-value");
  });

  it("META-1 refuses a request for several when one of them is not whole", () => {
    const { world, cast, secret, laptop } = ready();
    const broken = world.secret("payments/prod/postgres/broken", { ...PII_POLICY, owner: null });
    const body = world.requestBody(cast.olivia, laptop, [secret, broken]);
    const decision = world.act("request", body, cast.olivia, "service-owner");
    expect(codeOf(decision)).toBe("metadata-incomplete");
    expect(decision.ok || decision.refusal.message).toContain("payments/prod/postgres/broken");
  });
});

describe("the end of a value", () => {
  const endOf = (policy: Partial<SecretPolicy>, changes: Partial<Secret> = {}): Instant | null => {
    const secret = secretWith(policy, changes);
    const { current } = secret;
    if (current !== null) secret.current = { ...current, addedAt: ADDED };
    return valueExpiresAt(secret);
  };

  it("META-2 is its rotation period after it was put", () => {
    expect(endOf({ rotationPeriodDays: 30 })).toBe("2026-04-01T08:00:00Z");
    expect(endOf({ rotationPeriodDays: 1 })).toBe("2026-03-03T08:00:00Z");
  });

  it("META-2 TYPE-1 is the ceiling of its kind where that is shorter", () => {
    expect(endOf({ rotationPeriodDays: 36_500 })).toBe("2026-04-01T08:00:00Z");
    const token = { type: "human-access-token", category: "admin-token" } as const;
    expect(endOf({ rotationPeriodDays: 1 }, token)).toBe("2026-03-02T16:00:00Z");
  });

  it("META-2 is unknown where no value or no period is: the gate keeps both shut", () => {
    expect(endOf({}, { current: null })).toBeNull();
    expect(endOf({ rotationPeriodDays: null })).toBeNull();
  });

  it.each([
    [-1, "ok"],
    [0, "value-expired"],
    [1, "value-expired"],
  ])("META-2 asked for %i s from its end, answers %s", (seconds, expected) => {
    const { world, cast, secret } = ready();
    world.pass(30 * 86_400 + seconds);
    const laptop = world.device(cast.olivia, "new laptop"); // the first was enrolled for as long as the value lasts
    const body = world.requestBody(cast.olivia, laptop, [secret]);
    expect(codeOf(world.act("request", body, cast.olivia, "service-owner"))).toBe(expected);
  });

  it("META-2 a new value starts a new period", () => {
    const { world, secret } = ready();
    world.pass(30 * 86_400);
    world.given({
      type: "VersionAdded",
      tenant: ACME,
      secret,
      version: 2,
      envelope: world.ids.digest(),
      identity: world.ids.digest(),
    });
    const known = world.state.tenants.get(ACME)?.secrets.get(secret) ?? expect.fail();
    expect(valueExpiresAt(known)).toBe(world.in(30 * 86_400));
  });
});
