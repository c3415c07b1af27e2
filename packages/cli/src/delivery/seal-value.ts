import type { SealedValue } from "@countersign/protocol/acts";
import { fromBase64url, toBase64url } from "@countersign/protocol/bytes";
import type { Digest } from "@countersign/protocol/ids";
import { intakeInfo, intakeSignedBytes, sealedValueDigest } from "@countersign/protocol/intake";
import { exactBuffer, suite } from "./hpke.ts";
import { isByReleaseKey } from "./release-signature.ts";

export type Intake = {
  readonly intake: string;
  /** 65 bytes, uncompressed point of P-256, base64url. */
  readonly publicKey: string;
  /** By the release key, base64url. */
  readonly signature: string;
};

export type SealingResult =
  | {
      readonly ok: true;
      readonly sealed: SealedValue;
      /** Shown in the terminal and at the desk: what is signed there is what was sent here. */
      readonly digest: Digest;
    }
  | { readonly ok: false; readonly reason: SealingRejection; readonly message: string };

export type SealingRejection =
  | "not-by-the-key-service"
  | "value-empty"
  | "value-too-large"
  | "bad-intake-key";

const MAX_VALUE_BYTES = 65_536;

const MESSAGES = {
  "not-by-the-key-service":
    "the key to seal to is not signed with the key that was pinned at login: somebody stands between, or the key service has a new key. The value was not sent; ask an officer, then log in again",
  "value-empty": "the value is empty: nothing was sent",
  "value-too-large": "the value is larger than 65,536 bytes: nothing was sent",
  "bad-intake-key": "the key to seal to is no key: nothing was sent. Try again",
} as const satisfies Record<SealingRejection, string>;

/**
 * Seals a value to a key of the key service, after checking that it is one. Only the key service's
 * memory can open the result, once.
 */
export async function sealToKeyService({
  releaseKey,
  offer,
  value,
}: {
  /** SPKI, DER, as pinned at login. */
  readonly releaseKey: Uint8Array;
  readonly offer: Intake;
  /** 1..65,536 bytes. */
  readonly value: Uint8Array;
}): Promise<SealingResult> {
  if (value.length === 0) return reject("value-empty");
  if (value.length > MAX_VALUE_BYTES) return reject("value-too-large");
  if (!isByReleaseKey(releaseKey, intakeSignedBytes(offer), offer.signature)) {
    return reject("not-by-the-key-service");
  }
  const publicKey = fromBase64url(offer.publicKey);
  if (publicKey === null) return reject("bad-intake-key");
  const sealed = await seal(publicKey, offer.intake, value);
  if (sealed === null) return reject("bad-intake-key");
  return { ok: true, sealed, digest: await sealedValueDigest(sealed) };
}

async function seal(
  publicKey: Uint8Array,
  intake: string,
  value: Uint8Array,
): Promise<SealedValue | null> {
  const plaintext = Uint8Array.from(value);
  try {
    const sender = await suite.createSenderContext({
      recipientPublicKey: await suite.kem.deserializePublicKey(exactBuffer(publicKey)),
      info: exactBuffer(intakeInfo(intake)),
    });
    const ciphertext = new Uint8Array(await sender.seal(plaintext));
    return {
      intake,
      enc: toBase64url(new Uint8Array(sender.enc)),
      ciphertext: toBase64url(ciphertext),
    };
  } catch {
    return null;
  } finally {
    plaintext.fill(0);
  }
}

function reject(reason: SealingRejection): SealingResult {
  return { ok: false, reason, message: MESSAGES[reason] };
}
