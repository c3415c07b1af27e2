import { createHash } from "node:crypto";
import {
  type ReleaseContext,
  type ReleaseMessage,
  releaseInfo,
  releaseSignedBytes,
} from "@countersign/protocol/release-message";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { Sensitive } from "../../../kernel/sensitive.ts";
import type { KeyLabel, KeyProvider } from "../../keys/domain/key-provider.ts";
import { sealToRecipient } from "../infrastructure/hpke.ts";

export type Release = {
  readonly context: ReleaseContext;
  /** The key made for the request: 65 bytes, uncompressed point of P-256. */
  readonly recipientPublicKey: Uint8Array;
  readonly value: Sensitive;
};

export type ReleaseRefusal = { readonly reason: "bad-recipient-key"; readonly message: string };

/**
 * Seals a value to the device that the grant names and signs the whole with the release key. The caller
 * has recorded the intent and waits for its durability before it comes here.
 *
 * Sealing the same use again gives another message that opens to the same value: a retry after a crash.
 * @throws KeyProviderFault
 */
export async function sealRelease(
  deps: { readonly keys: KeyProvider; readonly releaseKey: KeyLabel },
  { context, recipientPublicKey, value }: Release,
): Promise<Result<ReleaseMessage, ReleaseRefusal>> {
  const sealed = await sealToRecipient({
    recipientPublicKey,
    info: releaseInfo(context),
    aad: new Uint8Array(),
    value,
  });
  if (sealed === null) {
    return err({
      reason: "bad-recipient-key",
      message: "the key to seal to is not a point of P-256: make a new request key and try again",
    });
  }
  const unsigned = {
    kind: "release/v1",
    ...context,
    enc: sealed.enc.toString("base64url"),
    ciphertext: sealed.ciphertext.toString("base64url"),
  } as const;
  const digest = createHash("sha256").update(releaseSignedBytes(unsigned)).digest();
  const signature = await deps.keys.sign(deps.releaseKey, digest);
  return ok({ ...unsigned, signature: signature.toString("base64url") });
}
