import * as z from "zod";
import { digestOf } from "./digest.ts";
import type { Digest } from "./ids.ts";

/**
 * The descriptive half of a secret's metadata [META-1]. Fields are loosely typed on purpose: a secret
 * may be *stored* with metadata missing or malformed, and is then never distributed. What a field must
 * look like is the metadata gate's business; an unknown data classification counts as personal data.
 */
const looseName = z
  .string()
  .max(64)
  .regex(/^[a-z0-9.-]*$/, "a to z, 0 to 9, dot and hyphen")
  .nullable();

export const secretPolicy = z.strictObject({
  owner: looseName,
  service: looseName,
  dataClassification: looseName,
  tier: looseName,
  rotationPeriodDays: z.int().min(0).max(36_500).nullable(),
});
export type SecretPolicy = z.infer<typeof secretPolicy>;

/** What statements and approvals bind, so that an edited row is noticed before anything opens. */
export function policyDigest(policy: SecretPolicy): Promise<Digest> {
  return digestOf("policy", policy);
}
