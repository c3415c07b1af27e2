import { addSeconds, type Instant } from "./instants.ts";
import { ownerName, type SecretName, serviceName, serviceOf } from "./names.ts";
import type { SecretPolicy } from "./policy.ts";
import { rotationCeilingDays, rotationCeilingSeconds } from "./rotation-ceiling.ts";
import { DATA_CLASSIFICATIONS, type SecretCategory, type SecretType, TIERS } from "./taxonomy.ts";

/** What the gate looks at: whoever shows a secret judges it as the key service does. */
export type DescribedSecret = {
  readonly name: SecretName;
  readonly type: SecretType;
  readonly category: SecretCategory;
  readonly policy: SecretPolicy;
  readonly current: { readonly addedAt: Instant } | null;
};

/** One thing that keeps a secret from being handed out, in words that name the field [META-1]. */
export type MetadataGap = { readonly field: MetadataField; readonly message: string };
export type MetadataField =
  | "owner"
  | "service"
  | "data-classification"
  | "tier"
  | "rotation-period"
  | "last-rotated";

/**
 * The metadata gate: asked at every request and again at every release. An empty list opens it.
 * Environment and tenant cannot be missing: no secret is registered without them.
 */
export function metadataGaps(secret: DescribedSecret): readonly MetadataGap[] {
  const { policy, current } = secret;
  const gaps: MetadataGap[] = [];
  const gap = (field: MetadataField, message: string) => gaps.push({ field, message });

  if (policy.owner === null) gap("owner", "owner is missing");
  else if (!ownerName.safeParse(policy.owner).success) gap("owner", "owner is not a name");

  if (policy.service === null) gap("service", "service is missing");
  else if (!serviceName.safeParse(policy.service).success) gap("service", "service is not a name");
  else if (policy.service !== serviceOf(secret.name)) {
    gap("service", `service is not the one in the secret's name, ${serviceOf(secret.name)}`);
  }

  const classification = policy.dataClassification;
  if (classification === null) gap("data-classification", "data-classification is missing");
  else if (!DATA_CLASSIFICATIONS.some((it) => it === classification)) {
    gap("data-classification", `data-classification is none of ${DATA_CLASSIFICATIONS.join(", ")}`);
  }

  if (policy.tier === null) gap("tier", "tier is missing");
  else if (!TIERS.some((it) => it === policy.tier))
    gap("tier", `tier is none of ${TIERS.join(", ")}`);

  const ceiling = rotationCeilingDays(secret);
  if (policy.rotationPeriodDays === null) gap("rotation-period", "rotation-period is missing");
  else if (policy.rotationPeriodDays < 1 || policy.rotationPeriodDays > ceiling) {
    gap(
      "rotation-period",
      `rotation-period is not 1 to ${ceiling} days, the most for such a secret`,
    );
  }

  if (current === null) gap("last-rotated", "last-rotated is missing: no value was ever put");
  return gaps;
}

/** When the current value ends: rotation period, or the shorter ceiling of its kind, after it was put [META-2]. Null where either is unknown. */
export function valueExpiresAt(secret: DescribedSecret): Instant | null {
  const { policy, current } = secret;
  if (current === null || policy.rotationPeriodDays === null) return null;
  const seconds = Math.min(policy.rotationPeriodDays * 86_400, rotationCeilingSeconds(secret));
  return addSeconds(current.addedAt, seconds);
}
