import { salt } from "@countersign/protocol/ids";
import { issuer } from "@countersign/protocol/sign-in";
import { describe, expect, it } from "vitest";
import type { GenesisDeclared } from "../../decisions/domain/event.ts";
import { DecisionWorld } from "../../decisions/testing/decision-world.ts";
import { FixedClock } from "../testing/fixed-clock.ts";
import { trustedProviders } from "./trusted-providers.ts";

const ONE = { issuer: issuer.parse("https://one.example"), clientId: "console" };
const TWO = { issuer: issuer.parse("https://two.example"), clientId: "console" };
const withKeys = (of: typeof ONE) => ({ ...of, jwksUri: null });

function decide(inGenesis: readonly (typeof ONE)[] | null, configured: readonly (typeof ONE)[]) {
  const declared = new DecisionWorld().state.genesis ?? expect.fail();
  const genesis: GenesisDeclared =
    inGenesis === null
      ? declared
      : { ...declared, identityProviders: inGenesis, identitySalt: salt.parse("A".repeat(43)) };
  const warnings: string[] = [];
  const tokens = trustedProviders(genesis, configured.map(withKeys), {
    clock: new FixedClock(),
    get: async () => ({ keys: [] }),
    onFailed: () => {},
    warn: (sentence) => warnings.push(sentence),
  });
  const used = tokens?.providers.map((it) => it.issuer) ?? null;
  return { used, warnings };
}

describe("whose word is taken", () => {
  it("ID-1 L16 is what genesis and configuration both name", () => {
    expect(decide([ONE, TWO], [ONE, TWO])).toEqual({
      used: [ONE.issuer, TWO.issuer],
      warnings: [],
    });
  });

  it("L16 is never what configuration alone names, and says so", () => {
    const { used, warnings } = decide([ONE], [ONE, TWO]);
    expect(used).toEqual([ONE.issuer]);
    expect(warnings).toEqual([expect.stringContaining(TWO.issuer)]);
    expect(decide(null, [ONE])).toEqual({ used: null, warnings: [expect.any(String)] });
  });

  it("is nobody's for another client, or where configuration does not say where the keys are", () => {
    expect(decide([ONE], [{ ...ONE, clientId: "other" }]).used).toEqual([]);
    const { used, warnings } = decide([ONE], []);
    expect(used).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining("COUNTERSIGN_IDENTITY_PROVIDERS_FILE")]);
  });

  it("is nobody's, without a word, in an installation without single sign-on", () => {
    expect(decide(null, [])).toEqual({ used: null, warnings: [] });
  });
});
