import { durationInWords, type Instant, secondsBetween } from "@countersign/protocol/instants";
import { metadataGaps, valueExpiresAt } from "@countersign/protocol/metadata-gate";
import type { SecretView } from "@countersign/protocol/views";
import { chainForUse } from "../../requests/domain/chain.ts";
import type { Secret } from "../domain/secret.ts";

/** From this long before its end on, a value is called due [META-2]. */
const DUE_SECONDS = 14 * 86_400;

/** A secret as its owners see it: everything but the value. */
export function viewSecret(secret: Secret, now: Instant): SecretView {
  const { policy, current } = secret;
  const expiresAt = valueExpiresAt(secret);
  const chain = chainForUse(policy, secret.environment, current?.personalData ?? true);
  return {
    secret: secret.secret,
    name: secret.name,
    type: secret.type,
    category: secret.category,
    policy,
    version: current?.version ?? 0,
    status: secret.status,
    lastRotatedAt: current?.addedAt ?? null,
    expiresAt,
    incomplete: metadataGaps(secret).map((gap) => gap.message),
    warnings: expiresAt === null ? [] : expiryWarning(now, expiresAt),
    chain: chain.map((line) => [...line.anyOf]),
  };
}

function expiryWarning(now: Instant, expiresAt: Instant): string[] {
  const left = secondsBetween(now, expiresAt);
  if (left <= 0) return ["The value has ended: it is not handed out until a new one is put."];
  return left <= DUE_SECONDS
    ? [`The value ends in ${durationInWords(left)}: put a new one before that.`]
    : [];
}
