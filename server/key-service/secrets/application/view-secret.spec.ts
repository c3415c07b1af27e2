import { addSeconds } from "@countersign/protocol/instants";
import { valueExpiresAt } from "@countersign/protocol/metadata-gate";
import { describe, expect, it } from "vitest";
import { ready } from "../../decisions/testing/asked.ts";
import { ACME, DecisionWorld, PII_POLICY } from "../../decisions/testing/decision-world.ts";
import { viewSecret } from "./view-secret.ts";

const DAY = 86_400;
const NAME = "payments/prod/postgres/app-password";

function secretOf(world: DecisionWorld, policy = PII_POLICY, withValue = true) {
  const id = world.secret(NAME, policy, { withValue });
  return world.state.tenants.get(ACME)?.secrets.get(id) ?? expect.fail();
}

describe("what the owner of a secret sees", () => {
  /** What is warned of, that many seconds before (or, negative, after) the value's end. */
  function warningAt(secondsBefore: number): string {
    const world = new DecisionWorld();
    const secret = secretOf(world);
    const end = valueExpiresAt(secret) ?? expect.fail();
    return viewSecret(secret, addSeconds(end, -secondsBefore)).warnings.join();
  }

  it("META-2 no warning until 14 days before the value's end", () => {
    expect(warningAt(14 * DAY + 1)).toBe("");
    expect(warningAt(14 * DAY)).toContain("ends in 14 days");
    expect(warningAt(13 * DAY)).toContain("ends in 13 days");
    expect(warningAt(1)).toContain("ends in 1 second");
  });

  it("META-2 from the end on, that it is not handed out", () => {
    expect(warningAt(0)).toContain("has ended");
    expect(warningAt(-30 * DAY)).toContain("has ended");
  });

  it("META-2 when it ends, and when it was last rotated", () => {
    const world = new DecisionWorld();
    const view = viewSecret(secretOf(world), world.now);
    expect([view.lastRotatedAt, view.expiresAt]).toEqual([world.now, world.in(30 * DAY)]);
  });

  it("META-1 each field that keeps it from being handed out", () => {
    const world = new DecisionWorld();
    const secret = secretOf(world, { ...PII_POLICY, owner: null, tier: "" }, false);
    const { incomplete, warnings, expiresAt, version } = viewSecret(secret, world.now);
    expect(incomplete).toEqual([
      "owner is missing",
      "tier is none of critical, high, medium, low",
      "last-rotated is missing: no value was ever put",
    ]);
    expect({ warnings, expiresAt, version }).toEqual({ warnings: [], expiresAt: null, version: 0 });
  });

  it("CLASS-1 JIT-2 who must sign, from the same rules that decide", () => {
    const { world, secret } = ready();
    const known = world.state.tenants.get(ACME)?.secrets.get(secret) ?? expect.fail();
    const { chain } = viewSecret(known, world.now);
    expect(chain).toEqual([["security-admin"], ["service-admin", "security-admin"]]);
  });

  it("KEY-2 nothing of the value: no envelope, no key, no digest of either", () => {
    const { world, secret } = ready();
    const known = world.state.tenants.get(ACME)?.secrets.get(secret) ?? expect.fail();
    const shown = JSON.stringify(viewSecret(known, world.now));
    expect(shown).not.toContain(known.current?.envelope);
    expect(shown).not.toContain(known.current?.identity);
  });
});
