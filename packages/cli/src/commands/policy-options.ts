import type { SecretPolicy } from "@countersign/protocol/policy";
import { DATA_CLASSIFICATIONS, TIERS } from "@countersign/protocol/taxonomy";
import type { OptionSpecs, Values } from "../command.ts";
import { usage } from "../stop.ts";
import { wholeNumberFrom } from "./secret-name.ts";

export const POLICY_OPTIONS = {
  owner: { type: "string", value: "TEAM", help: "Who answers for it" },
  service: { type: "string", value: "NAME", help: "Which service uses it" },
  classification: {
    type: "string",
    value: "CLASS",
    help: `What it opens: ${DATA_CLASSIFICATIONS.join(", ")}`,
  },
  tier: { type: "string", value: "TIER", help: `How critical: ${TIERS.join(", ")}` },
  "rotation-days": { type: "string", value: "DAYS", help: "Rotated at least this often" },
} as const satisfies OptionSpecs;

/** The metadata as typed, over what holds now. Whether it is complete is the key service's to say. */
export function policyFrom(
  values: Values<typeof POLICY_OPTIONS>,
  before: SecretPolicy,
): SecretPolicy {
  // What is stored may be anything; what is typed here is not meant to be.
  requireOneOf(DATA_CLASSIFICATIONS, values.classification, "--classification");
  requireOneOf(TIERS, values.tier, "--tier");
  return {
    owner: values.owner ?? before.owner,
    service: values.service ?? before.service,
    dataClassification: values.classification ?? before.dataClassification,
    tier: values.tier ?? before.tier,
    rotationPeriodDays:
      wholeNumberFrom(values["rotation-days"], "--rotation-days", { min: 0, max: 36_500 }) ??
      before.rotationPeriodDays,
  };
}

function requireOneOf(known: readonly string[], typed: string | undefined, option: string): void {
  if (typed !== undefined && !known.includes(typed))
    throw usage(`${option}: one of ${known.join(", ")}.`);
}

export const NO_POLICY: SecretPolicy = {
  owner: null,
  service: null,
  dataClassification: null,
  tier: null,
  rotationPeriodDays: null,
};
