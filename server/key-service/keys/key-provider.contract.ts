import { createHash, createPublicKey, verify } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keyLabel, serviceKeyLabel, tenantKekLabel } from "./domain/key-label.ts";
import { type KeyProvider, KeyProviderFault, type SealedByKey } from "./domain/key-provider.ts";

/**
 * What every adapter of `KeyProvider` must do. `open` gives a provider on an empty, real token; the
 * suite closes it.
 */
export function keyProviderContract(name: string, open: () => Promise<KeyProvider>): void {
  describe(`KEY-1 ${name} keeps the KeyProvider contract`, () => {
    const kek = tenantKekLabel("acme", 1);
    const otherKek = tenantKekLabel("umbra", 1);
    const logKey = serviceKeyLabel("log", 1);
    const aad = Buffer.from("identity of one secret version");
    const dek = createHash("sha256").update("a data key").digest();
    let keys: KeyProvider;

    beforeAll(async () => {
      keys = await open();
      await keys.generateEncryptionKey(kek);
      await keys.generateEncryptionKey(otherKek);
      await keys.generateSigningKey(logKey);
    });
    afterAll(async () => {
      await keys.close();
    });

    it("generates AES-256 keys that are sensitive, never extractable, not modifiable, and only encrypt and decrypt", async () => {
      const found = (await keys.inventory()).filter((key) => key.label === kek);
      expect(found).toEqual([
        {
          label: kek,
          keyClass: "secret",
          keyType: "aes-256",
          sensitive: true,
          extractable: false,
          alwaysSensitive: true,
          neverExtractable: true,
          modifiable: false,
          encrypt: true,
          decrypt: true,
          sign: false,
          verify: false,
          wrap: false,
          unwrap: false,
          derive: false,
        },
      ]);
    });

    it("generates P-256 pairs whose private half only signs", async () => {
      const found = (await keys.inventory()).filter((key) => key.label === logKey);
      expect(found.map((key) => key.keyClass).sort()).toEqual(["private", "public"]);
      expect(found.find((key) => key.keyClass === "private")).toMatchObject({
        keyType: "p-256",
        sensitive: true,
        extractable: false,
        alwaysSensitive: true,
        neverExtractable: true,
        modifiable: false,
        sign: true,
        decrypt: false,
        unwrap: false,
        derive: false,
      });
      expect(found.find((key) => key.keyClass === "public")).toMatchObject({
        keyType: "p-256",
        modifiable: false,
        verify: true,
        encrypt: false,
        wrap: false,
        derive: false,
      });
    });

    it.each([1, 16, 32, 4096, 65_536])("opens what it sealed: %i bytes", async (sizeBytes) => {
      const plaintext = Buffer.alloc(sizeBytes, 0x5a);
      const sealed = await keys.encrypt(kek, plaintext, aad);
      expect(sealed.iv).toHaveLength(12);
      expect(sealed.ciphertext).toHaveLength(sizeBytes + 16);
      // below 16 bytes a match would be chance
      if (sizeBytes >= 16)
        expect(sealed.ciphertext.includes(plaintext.subarray(0, 16))).toBe(false);
      expect(await keys.decrypt(kek, sealed, aad)).toEqual(plaintext);
    });

    it("opens what it sealed under an empty context, and under one of 4,096 bytes", async () => {
      for (const context of [Buffer.alloc(0), Buffer.alloc(4096, 9)]) {
        const sealed = await keys.encrypt(kek, dek, context);
        expect(await keys.decrypt(kek, sealed, context)).toEqual(dek);
      }
    });

    it("never uses an IV twice for one key", async () => {
      const sealed = await Promise.all(
        Array.from({ length: 64 }, () => keys.encrypt(kek, dek, aad)),
      );
      expect(new Set(sealed.map((each) => each.iv.toString("hex"))).size).toBe(64);
      expect(new Set(sealed.map((each) => each.ciphertext.toString("hex"))).size).toBe(64);
    });

    it("does not change the caller's buffers", async () => {
      const plaintext = Buffer.from(dek);
      const context = Buffer.from(aad);
      const sealed = await keys.encrypt(kek, plaintext, context);
      const before = sealed.ciphertext.toString("hex") + sealed.iv.toString("hex");
      await keys.decrypt(kek, sealed, context);
      expect([plaintext, context]).toEqual([dek, aad]);
      expect(sealed.ciphertext.toString("hex") + sealed.iv.toString("hex")).toBe(before);
    });

    const forgeries: [string, (sealed: SealedByKey) => [typeof kek, SealedByKey, Buffer]][] = [
      ["an IV with one bit flipped", (s) => [kek, { ...s, iv: flip(s.iv, 0) }, aad]],
      [
        "a ciphertext with one bit flipped",
        (s) => [kek, { ...s, ciphertext: flip(s.ciphertext, 3) }, aad],
      ],
      [
        "a tag with one bit flipped",
        (s) => [kek, { ...s, ciphertext: flip(s.ciphertext, 40) }, aad],
      ],
      ["another context", (s) => [kek, s, flip(aad, 0)]],
      ["no context", (s) => [kek, s, Buffer.alloc(0)]],
      ["a longer context", (s) => [kek, s, Buffer.concat([aad, Buffer.alloc(1)])]],
      ["another key", (s) => [otherKek, s, aad]],
      [
        "a ciphertext cut by a byte",
        (s) => [kek, { ...s, ciphertext: s.ciphertext.subarray(0, -1) }, aad],
      ],
      ["a tag alone", (s) => [kek, { ...s, ciphertext: s.ciphertext.subarray(-16) }, aad]],
      ["nothing", (s) => [kek, { ...s, ciphertext: Buffer.alloc(0) }, aad]],
      ["a short IV", (s) => [kek, { ...s, iv: s.iv.subarray(0, 11) }, aad]],
      ["a long IV", (s) => [kek, { ...s, iv: Buffer.concat([s.iv, Buffer.alloc(4)]) }, aad]],
    ];
    it.each(forgeries)("KEY-1 refuses %s as not authentic, and works on", async (_, forge) => {
      const sealed = await keys.encrypt(kek, dek, aad);
      const [label, forged, context] = forge(sealed);
      await expect(keys.decrypt(label, forged, context)).rejects.toSatisfy(
        hasReason("not-authentic"),
      );
      expect(await keys.decrypt(kek, sealed, aad)).toEqual(dek);
    });

    it("survives 200 operations of every kind at once, each with its own right answer", async () => {
      const message = Buffer.from("a checkpoint");
      const digest = createHash("sha256").update(message).digest();
      const publicKey = createPublicKey({
        key: await keys.publicKey(logKey),
        format: "der",
        type: "spki",
      });
      const results = await Promise.all(
        Array.from({ length: 200 }, async (_, n) => {
          const plaintext = createHash("sha256").update(`dek ${n}`).digest();
          const context = Buffer.from(`context ${n}`);
          switch (n % 4) {
            case 0: {
              const signature = await keys.sign(logKey, digest);
              return verify(
                "sha256",
                message,
                { key: publicKey, dsaEncoding: "ieee-p1363" },
                signature,
              );
            }
            case 1:
              return (await keys.randomBytes(32)).length === 32;
            case 2: {
              const sealed = await keys.encrypt(otherKek, plaintext, context);
              const wrong = keys.decrypt(kek, sealed, context);
              return await wrong.then(() => false, hasReason("not-authentic"));
            }
            default: {
              const sealed = await keys.encrypt(kek, plaintext, context);
              return (await keys.decrypt(kek, sealed, context)).equals(plaintext);
            }
          }
        }),
      );
      expect(results.filter((right) => !right)).toEqual([]);
    });

    it("signs digests with ECDSA P-256 so that anybody can verify with the public key", async () => {
      const message = Buffer.from("Countersign log checkpoint");
      const signature = await keys.sign(logKey, createHash("sha256").update(message).digest());
      const key = createPublicKey({
        key: await keys.publicKey(logKey),
        format: "der",
        type: "spki",
      });
      expect(signature).toHaveLength(64);
      expect(key.asymmetricKeyDetails).toMatchObject({ namedCurve: "prime256v1" });
      const format = { key, dsaEncoding: "ieee-p1363" } as const;
      expect(verify("sha256", message, format, signature)).toBe(true);
      expect(verify("sha256", Buffer.from("another"), format, signature)).toBe(false);
    });

    it.each([0, 31, 33, 64])("signs nothing but 32-byte digests: %i bytes", async (sizeBytes) => {
      await expect(keys.sign(logKey, Buffer.alloc(sizeBytes))).rejects.toThrow(RangeError);
    });

    it("gives random bytes of the asked size that do not repeat", async () => {
      const drawn = await Promise.all(Array.from({ length: 50 }, () => keys.randomBytes(32)));
      expect(new Set(drawn.map((each) => each.toString("hex"))).size).toBe(50);
      const many = await keys.randomBytes(4096);
      expect(many).toHaveLength(4096);
      // 32,768 fair bits: 16,384 ones, standard deviation 90.5; 8 deviations never happen
      expect(Math.abs(onesIn(many) - 16_384)).toBeLessThan(8 * 90.5);
    });

    it.each([0, -1, 1.5, 4097])("refuses to draw %d random bytes", async (sizeBytes) => {
      await expect(keys.randomBytes(sizeBytes)).rejects.toThrow(RangeError);
    });

    it("refuses a label that is taken, by a key of either kind, and leaves the first key as it was", async () => {
      const sealed = await keys.encrypt(kek, dek, aad);
      for (const label of [kek, logKey]) {
        await expect(keys.generateEncryptionKey(label)).rejects.toSatisfy(hasReason("label-taken"));
        await expect(keys.generateSigningKey(label)).rejects.toSatisfy(hasReason("label-taken"));
      }
      expect(await keys.decrypt(kek, sealed, aad)).toEqual(dek);
    });

    it("lets exactly one of several simultaneous generations of one label succeed", async () => {
      const label = tenantKekLabel("raced", 1);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, () => keys.generateEncryptionKey(label)),
      );
      expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
      expect((await keys.inventory()).filter((key) => key.label === label)).toHaveLength(1);
    });

    it("says which keys it has", async () => {
      expect(await keys.has(kek)).toBe(true);
      expect(await keys.has(logKey)).toBe(true);
      expect(await keys.has(tenantKekLabel("acme", 2))).toBe(false);
      // a label is matched whole
      expect(await keys.has(keyLabel("kek/acme"))).toBe(false);
    });

    it("names a missing key as such, for every operation", async () => {
      const missing = tenantKekLabel("nobody", 1);
      const sealed = await keys.encrypt(kek, dek, aad);
      for (const act of [
        () => keys.encrypt(missing, dek, aad),
        () => keys.decrypt(missing, sealed, aad),
        () => keys.sign(missing, dek),
        () => keys.publicKey(missing),
        () => keys.destroy(missing),
        // a key of the other kind is no key for this
        () => keys.encrypt(logKey, dek, aad),
        () => keys.sign(kek, dek),
      ]) {
        await expect(act()).rejects.toSatisfy(hasReason("no-such-key"));
      }
    });

    it("destroys a key so that nothing sealed with it opens again, and its label can be used anew", async () => {
      const label = tenantKekLabel("leaving", 1);
      await keys.generateEncryptionKey(label);
      const sealed = await keys.encrypt(label, dek, aad);
      await keys.destroy(label);
      expect(await keys.has(label)).toBe(false);
      await expect(keys.decrypt(label, sealed, aad)).rejects.toSatisfy(hasReason("no-such-key"));
      await keys.generateEncryptionKey(label);
      await expect(keys.decrypt(label, sealed, aad)).rejects.toSatisfy(hasReason("not-authentic"));
    });

    it("destroys both halves of a signing key", async () => {
      const label = serviceKeyLabel("snapshot", 9);
      await keys.generateSigningKey(label);
      await keys.destroy(label);
      expect((await keys.inventory()).filter((key) => key.label === label)).toEqual([]);
      await expect(keys.sign(label, dek)).rejects.toSatisfy(hasReason("no-such-key"));
    });

    it("answers nothing after it was closed", async () => {
      const second = await open();
      expect(await second.has(kek)).toBe(true);
      await second.close();
      await expect(second.has(kek)).rejects.toSatisfy(hasReason("unavailable"));
      // closing one provider of a token leaves the other working
      expect(await keys.has(kek)).toBe(true);
      await second.close();
      expect(await keys.has(kek)).toBe(true);
    });
  });
}

export function hasReason(reason: KeyProviderFault["reason"]) {
  return (fault: unknown): boolean => fault instanceof KeyProviderFault && fault.reason === reason;
}

export function flip(bytes: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

function onesIn(bytes: Buffer): number {
  let ones = 0;
  for (const byte of bytes) for (let bit = 0; bit < 8; bit += 1) ones += (byte >> bit) & 1;
  return ones;
}
