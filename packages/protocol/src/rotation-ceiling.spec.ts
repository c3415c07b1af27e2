import { describe, expect, it } from "vitest";
import { belongsTo, CATEGORIES, secretClassOf, TYPE_FACTS } from "./categories.ts";
import {
  CATEGORY_CEILING_SECONDS,
  rotationCeilingDays,
  rotationCeilingSeconds,
  TIER_CEILING_SECONDS,
  TYPE_CEILING_SECONDS,
} from "./rotation-ceiling.ts";
import {
  SECRET_CATEGORIES,
  SECRET_CLASSES,
  SECRET_TYPES,
  type SecretCategory,
  type SecretType,
  TIERS,
} from "./taxonomy.ts";

const DAY = 86_400;

describe("TYPE-1 TYPE-2 TYPE-3 the taxonomy", () => {
  it("TYPE-1 knows the five canonical types, each with scope, owner, storage and rotation", () => {
    expect(SECRET_TYPES).toHaveLength(5);
    expect(Object.keys(TYPE_FACTS)).toEqual([...SECRET_TYPES]);
    for (const facts of Object.values(TYPE_FACTS)) {
      for (const text of [facts.scope, facts.owner, facts.storage, facts.rotation]) {
        expect(text.length).toBeGreaterThan(10);
      }
    }
  });

  it("TYPE-1 asks for rotation on personnel change and after each use where the standard does", () => {
    const which = (flag: "rotateOnPersonnelChange" | "rotateAfterEachUse") =>
      SECRET_TYPES.filter((type) => TYPE_FACTS[type][flag]);
    expect(which("rotateOnPersonnelChange")).toEqual(["database-credential", "human-access-token"]);
    expect(which("rotateAfterEachUse")).toEqual(["human-access-token"]);
  });

  it("TYPE-2 puts every category under one type, and every type has one", () => {
    expect(Object.keys(CATEGORIES).sort()).toEqual([...SECRET_CATEGORIES].sort());
    for (const category of SECRET_CATEGORIES) {
      expect(SECRET_TYPES.filter((type) => belongsTo(category, type))).toHaveLength(1);
    }
    for (const type of SECRET_TYPES) {
      expect(SECRET_CATEGORIES.some((category) => belongsTo(category, type))).toBe(true);
    }
  });

  it.each<[string, SecretCategory[]]>([
    [
      "identity provider",
      ["idp-client-secret", "idp-federation-credential", "idp-signing-key", "refresh-token"],
    ],
    ["integration", ["integration-credential"]],
    ["AI provider", ["ai-provider-key"]],
    [
      "webhook, OAuth, JWT, session",
      ["webhook-secret", "oauth-client-secret", "jwt-secret", "session-secret"],
    ],
    [
      "VPN, system, service account",
      ["vpn-credential", "system-credential", "service-account-credential"],
    ],
    [
      "data, transport, backup, signing keys",
      ["data-encryption-key", "transport-key", "backup-key", "signing-key"],
    ],
    ["TLS private keys", ["tls-private-key"]],
  ])("TYPE-2 has the categories of the sources: %s", (_, categories) => {
    for (const category of categories) expect(SECRET_CATEGORIES).toContain(category);
  });

  it("TYPE-3 keeps application, infrastructure and cryptographic apart, with key material always the last", () => {
    for (const secretClass of SECRET_CLASSES) {
      expect(SECRET_CATEGORIES.some((category) => secretClassOf(category) === secretClass)).toBe(
        true,
      );
    }
    for (const category of SECRET_CATEGORIES) {
      expect(secretClassOf(category) === "cryptographic").toBe(
        belongsTo(category, "encryption-key"),
      );
    }
  });
});

describe("CLASS-1 CLASS-2 TYPE-1 rotation ceilings", () => {
  const ceiling = (category: SecretCategory, tier: string | null, type?: SecretType) =>
    rotationCeilingSeconds({ type: type ?? CATEGORIES[category].type, category, policy: { tier } });

  it.each<[SecretCategory, string | null, number]>([
    ["external-api-key", "low", 90 * DAY],
    ["external-api-key", "medium", 90 * DAY],
    ["database-user", "critical", 30 * DAY],
    ["database-user", "low", 30 * DAY],
    ["data-encryption-key", "high", 90 * DAY],
    ["key-encryption-key", "low", 365 * DAY],
    ["key-encryption-key", "high", 180 * DAY],
    ["key-encryption-key", "critical", 90 * DAY],
    ["tls-private-key", "low", 30 * DAY],
    ["workload-certificate", "low", DAY],
    ["admin-token", "low", DAY / 3],
  ])("the strictest of type, kind and tier wins: %s, tier %s", (category, tier, seconds) => {
    expect(ceiling(category, tier)).toBe(seconds);
  });

  it("are never longer than any rule that applies, for every category and tier", () => {
    for (const category of SECRET_CATEGORIES) {
      for (const tier of TIERS) {
        const seconds = ceiling(category, tier);
        expect(seconds).toBeLessThanOrEqual(CATEGORY_CEILING_SECONDS[category]);
        expect(seconds).toBeLessThanOrEqual(TIER_CEILING_SECONDS[tier] ?? Number.POSITIVE_INFINITY);
        if (category !== "key-encryption-key") {
          expect(seconds).toBeLessThanOrEqual(TYPE_CEILING_SECONDS[CATEGORIES[category].type]);
        }
      }
    }
  });

  it.each([null, "", "LOW", "gold", "__proto__"])(
    "a tier that is %j counts as critical",
    (tier) => {
      expect(ceiling("key-encryption-key", tier)).toBe(90 * DAY);
    },
  );

  it("a category claimed under a type that is not its own loosens nothing", () => {
    for (const category of SECRET_CATEGORIES) {
      for (const type of SECRET_TYPES) {
        expect(ceiling(category, "low", type)).toBeLessThanOrEqual(ceiling(category, "low"));
      }
    }
    expect(ceiling("key-encryption-key", "low", "human-access-token")).toBe(DAY / 3);
  });

  it("in days are whole and at least 1", () => {
    const days = (category: SecretCategory) =>
      rotationCeilingDays({ type: CATEGORIES[category].type, category, policy: { tier: "low" } });
    expect(days("admin-token")).toBe(1);
    expect(days("database-user")).toBe(30);
  });
});
