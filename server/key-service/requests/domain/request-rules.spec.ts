import { environmentOf, secretName, serviceName } from "@countersign/protocol/names";
import { describe, expect, it } from "vitest";
import { digestOfNow } from "../../../kernel/digest.ts";
import { ACME, DecisionWorld, PII_POLICY } from "../../decisions/testing/decision-world.ts";
import { identityDigest } from "../../secrets/domain/identity.ts";

describe("a request", () => {
  it.each([
    ["service-owner", "proposed"],
    ["service-admin", "not-allowed"],
  ] as const)(
    "ID-2 of a %s for an encryption key is %s: service admins open no keys",
    (role, outcome) => {
      const world = new DecisionWorld();
      const person = world.person("Theo", [{ role, service: serviceName.parse("payments") }]);
      const device = world.device(person);
      const name = secretName.parse("payments/prod/disk/data-key");
      const named = { secret: world.ids.secret(), name, environment: environmentOf(name) };
      const policyDigest = digestOfNow("policy", PII_POLICY);
      const kind = { secretType: "encryption-key", category: "data-encryption-key" } as const;
      const identity = identityDigest(ACME, named, 1);
      world.given(
        {
          type: "SecretRegistered",
          tenant: ACME,
          ...named,
          ...kind,
          policy: PII_POLICY,
          policyDigest,
        },
        {
          type: "VersionAdded",
          tenant: ACME,
          secret: named.secret,
          version: 1,
          envelope: world.ids.digest(),
          identity,
        },
      );
      const asked = world.act(
        "request",
        world.requestBody(person, device, [named.secret]),
        person,
        role,
      );
      expect(asked.ok ? "proposed" : asked.refusal.code).toBe(outcome);
    },
  );
});
