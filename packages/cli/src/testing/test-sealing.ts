import { randomBytes, sign } from "node:crypto";
import type { SealedValue } from "@countersign/protocol/acts";
import { fromBase64url, toBase64url } from "@countersign/protocol/bytes";
import { intakeInfo, intakeSignedBytes } from "@countersign/protocol/intake";
import {
  type ReleaseContext,
  type ReleaseMessage,
  releaseInfo,
  releaseSignedBytes,
} from "@countersign/protocol/release-message";
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import type { TestSigner } from "./test-ledger.ts";
import { TestRefusal } from "./test-refusal.ts";

/* The key service's half of RFC 9180, as release-message.ts and intake.ts write it down. */

const suite = new CipherSuite({
  kem: new DhkemP256HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});
const copy = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

export function openSealing(release: TestSigner) {
  const intakes = new Map<string, CryptoKey>();
  const signed = (bytes: Uint8Array, key = release.key) =>
    toBase64url(sign("sha256", bytes, { key, dsaEncoding: "ieee-p1363" }));
  return {
    /** A fresh intake key, signed with the release key. */
    offer: async () => {
      const pair = await suite.kem.generateKeyPair();
      const intake = toBase64url(randomBytes(16));
      intakes.set(intake, pair.privateKey);
      const publicKey = toBase64url(
        new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey)),
      );
      return { intake, publicKey, signature: signed(intakeSignedBytes({ intake, publicKey })) };
    },
    unseal: async (sealed: SealedValue): Promise<Buffer> => {
      const recipientKey = intakes.get(sealed.intake);
      if (recipientKey === undefined) throw new TestRefusal("draft-gone", "That intake is gone.");
      const recipient = await suite.createRecipientContext({
        recipientKey,
        enc: copy(fromBase64url(sealed.enc) ?? new Uint8Array()),
        info: copy(intakeInfo(sealed.intake)),
      });
      return Buffer.from(
        await recipient.open(copy(fromBase64url(sealed.ciphertext) ?? new Uint8Array())),
      );
    },
    sealRelease: async (
      context: ReleaseContext,
      recipientKey: Uint8Array,
      value: Uint8Array,
      signWith = release.key,
    ): Promise<ReleaseMessage> => {
      const sender = await suite.createSenderContext({
        recipientPublicKey: await suite.kem.deserializePublicKey(copy(recipientKey)),
        info: copy(releaseInfo(context)),
      });
      const ciphertext = new Uint8Array(await sender.seal(copy(value)));
      const unsigned = {
        kind: "release/v1",
        ...context,
        enc: toBase64url(new Uint8Array(sender.enc)),
        ciphertext: toBase64url(ciphertext),
      } as const;
      return { ...unsigned, signature: signed(releaseSignedBytes(unsigned), signWith) };
    },
  };
}
