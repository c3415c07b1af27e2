import { createECDH } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Sensitive } from "../../../kernel/sensitive.ts";
import { generateRecipientKey, openFromSender, sealToRecipient } from "./hpke.ts";
import { openByHand, sealByHand } from "./rfc9180-by-hand.ts";

const info = Buffer.from("countersign/release/v1\n{}");
const aad = Buffer.from("context");
const value = Buffer.from("correct horse battery staple");

const bytesOf = (sensitive: Sensitive | null) => sensitive?.use((bytes) => Buffer.from(bytes));

describe("KEY-2 HPKE (RFC 9180: P-256, HKDF-SHA256, AES-256-GCM, base mode)", () => {
  it("seals what an independent reading of the RFC opens", async () => {
    const recipient = createECDH("prime256v1");
    const recipientPublicKey = recipient.generateKeys();
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.uint8Array({ maxLength: 300 }),
        fc.uint8Array({ maxLength: 40 }),
        async (plaintext, anyInfo, anyAad) => {
          const message = await sealToRecipient({
            recipientPublicKey,
            info: anyInfo,
            aad: anyAad,
            value: new Sensitive(plaintext),
          });
          if (message === null) throw new Error("sealing to a good key was refused");
          expect(message.enc).toHaveLength(65);
          expect(openByHand(recipient, message, anyInfo, anyAad)).toEqual(Buffer.from(plaintext));
        },
      ),
      { numRuns: 30 },
    );
  });

  it("opens what an independent reading of the RFC seals", async () => {
    const { privateKey, publicKey } = await generateRecipientKey();
    for (const sizeBytes of [1, 16, 1000, 65_536]) {
      const plaintext = Buffer.alloc(sizeBytes, 0x61);
      const message = sealByHand(publicKey, plaintext, info, aad);
      expect(bytesOf(await openFromSender({ privateKey, message, info, aad }))).toEqual(plaintext);
    }
  });

  it("seals the same value differently each time", async () => {
    const { publicKey } = await generateRecipientKey();
    const seal = async () =>
      await sealToRecipient({
        recipientPublicKey: publicKey,
        info,
        aad,
        value: new Sensitive(value),
      });
    const [one, other] = [await seal(), await seal()];
    expect(one?.enc).not.toEqual(other?.enc);
    expect(one?.ciphertext).not.toEqual(other?.ciphertext);
  });

  it("opens nothing that was changed, and nothing with another key, info or context", async () => {
    const { privateKey, publicKey } = await generateRecipientKey();
    const stranger = await generateRecipientKey();
    const message = sealByHand(publicKey, value, info, aad);
    const flip = (bytes: Buffer, at: number) => {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy;
    };
    const { enc, ciphertext } = message;
    const good = { privateKey, message, info, aad };
    expect(bytesOf(await openFromSender(good))).toEqual(value);
    for (const bent of [
      { ...good, privateKey: stranger.privateKey },
      { ...good, info: flip(info, 0) },
      { ...good, aad: flip(aad, 0) },
      { ...good, aad: Buffer.alloc(0) },
      { ...good, message: { enc, ciphertext: flip(ciphertext, 0) } },
      { ...good, message: { enc, ciphertext: flip(ciphertext, ciphertext.length - 1) } },
      { ...good, message: { enc, ciphertext: ciphertext.subarray(0, 16) } },
      { ...good, message: { enc, ciphertext: Buffer.alloc(0) } },
      { ...good, message: { enc: flip(enc, 40), ciphertext } },
      { ...good, message: { enc: Buffer.alloc(65), ciphertext } },
      { ...good, message: { enc: Buffer.alloc(0), ciphertext } },
      { ...good, message: { enc: stranger.publicKey, ciphertext } },
    ]) {
      expect(await openFromSender(bent)).toBeNull();
    }
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["65 zero bytes", Buffer.alloc(65)],
    ["the point at infinity", Buffer.from([0])],
    ["a point off the curve", Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 1)])],
    ["a compressed point", Buffer.concat([Buffer.from([2]), Buffer.alloc(32, 1)])],
    ["a coordinate beyond the field", Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 0xff)])],
  ])("refuses to seal to %s", async (_, recipientPublicKey) => {
    const sealed = await sealToRecipient({
      recipientPublicKey,
      info,
      aad,
      value: new Sensitive(value),
    });
    expect(sealed).toBeNull();
  });
});
