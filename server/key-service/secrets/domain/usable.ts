import type { Instant } from "@countersign/protocol/instants";
import { metadataGaps, valueExpiresAt } from "@countersign/protocol/metadata-gate";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { Secret } from "./secret.ts";

/**
 * Why a secret is handed out to nobody as it is now, or null: revoked, without a value, metadata that
 * is not whole, or a value that ended. Asked at every request, opening and fetch [META-1, META-2].
 */
export function whyNotUsable(secret: Secret, now: Instant): Refusal | null {
  if (secret.status === "revoked") {
    return refuse(
      "secret-revoked",
      `${secret.name} was revoked. Its owner can register a new one.`,
    );
  }
  if (secret.current === null) {
    return refuse("no-value", `${secret.name} has no value yet. Its owner can put one.`);
  }
  const gaps = metadataGaps(secret);
  if (gaps.length > 0) {
    const list = gaps.map((gap) => gap.message).join("; ");
    return refuse("metadata-incomplete", `${secret.name} is never handed out like this: ${list}.`);
  }
  const expiresAt = valueExpiresAt(secret);
  if (expiresAt !== null && expiresAt <= now) {
    return refuse(
      "value-expired",
      `The value of ${secret.name} ended at ${expiresAt}. Put a new one.`,
    );
  }
  return null;
}
