import type { SealedValue } from "@countersign/protocol/acts";
import { fromBase64url } from "@countersign/protocol/bytes";
import type { Digest } from "@countersign/protocol/ids";
import type { Session } from "../context.ts";
import { sealToKeyService } from "../delivery/seal-value.ts";
import { Stop, sentence } from "../stop.ts";

/**
 * Seals a value to a fresh intake key that the pinned release key signed, and overwrites the plain bytes.
 * @throws Stop `service-changed` where the intake key is not the key service's: nothing was sent.
 */
export async function sealForIntake(
  { client, pin }: Session,
  plain: Buffer,
): Promise<{ readonly sealed: SealedValue; readonly digest: Digest }> {
  try {
    const offer = await client.call("/people/v1/intake", {});
    const sealed = await sealToKeyService({ releaseKey: releaseKeyOf(pin), offer, value: plain });
    if (sealed.ok) return sealed;
    throw new Stop(
      sealed.reason === "not-by-the-key-service"
        ? "service-changed"
        : sealed.reason === "bad-intake-key"
          ? "answer-not-understood"
          : "usage",
      sentence(sealed.message),
      "Stop, and tell a security admin.",
    );
  } finally {
    plain.fill(0);
  }
}

/** SPKI, DER. The schema accepted it as base64url when it was pinned. */
export function releaseKeyOf(pin: Session["pin"]): Uint8Array {
  return fromBase64url(pin.releaseKey) ?? new Uint8Array();
}
