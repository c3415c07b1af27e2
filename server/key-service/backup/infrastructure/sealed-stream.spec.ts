import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BackupFault } from "../domain/backup-fault.ts";
import { newBackupKey, parsePrivateKey, parsePublicKey } from "./backup-keys.ts";
import { openStream, sealStream } from "./sealed-stream.ts";

const CHUNK = 64 * 1024;

async function* pieces(...parts: Uint8Array[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part);
}
async function all(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

describe("KEY-6 a sealed stream", () => {
  it.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])(
    "opens to the %i bytes that went in, however they came",
    async (size) => {
      const { publicKey, privateKey } = await newBackupKey();
      const plain = randomBytes(size);
      const cut = Math.floor(size / 3);
      const sealed = await all(
        sealStream(pieces(plain.subarray(0, cut), plain.subarray(cut)), [
          parsePublicKey(publicKey),
        ]),
      );
      const half = Math.floor(sealed.length / 2);
      const read = pieces(sealed.subarray(0, half), sealed.subarray(half));
      const opened = await all(openStream(read, await parsePrivateKey(privateKey)));
      expect(opened.equals(plain)).toBe(true);
    },
  );

  it("is never the same twice, and opens to each of its recipients", async () => {
    const [one, two] = [await newBackupKey(), await newBackupKey()];
    const to = [one, two].map((it) => parsePublicKey(it.publicKey));
    const plain = Buffer.from("the same");
    const [first, second] = [
      await all(sealStream(pieces(plain), to)),
      await all(sealStream(pieces(plain), to)),
    ];
    expect(first).not.toEqual(second);
    for (const { privateKey } of [one, two])
      expect(await all(openStream(pieces(first), await parsePrivateKey(privateKey)))).toEqual(
        plain,
      );
  });

  it("yields nothing that is not authentic: any change ends in a refusal", async () => {
    const { publicKey, privateKey } = await newBackupKey();
    const key = await parsePrivateKey(privateKey);
    const sealed = await all(
      sealStream(pieces(randomBytes(2 * CHUNK + 9)), [parsePublicKey(publicKey)]),
    );
    const change = fc.record({
      at: fc.nat(sealed.length - 1),
      by: fc.integer({ min: 1, max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, by }) => {
        const bent = Buffer.from(sealed);
        bent[at] = (bent[at] ?? 0) ^ by;
        await expect(all(openStream(pieces(bent), key))).rejects.toThrow(BackupFault);
      }),
      { numRuns: 200 },
    );
  });

  it("that was cut, also just where a part ends, is refused by itself", async () => {
    const { publicKey, privateKey } = await newBackupKey();
    const key = await parsePrivateKey(privateKey);
    const plain = randomBytes(3 * CHUNK);
    const sealed = await all(sealStream(pieces(plain), [parsePublicKey(publicKey)]));
    const part = CHUNK + 16;
    const cuts = [1, 16, 17, part, part + 1, 2 * part, 3 * part].map((it) => sealed.length - it);
    for (const cut of [0, 10, ...cuts])
      await expect(all(openStream(pieces(sealed.subarray(0, cut)), key)), `${cut}`).rejects.toThrow(
        /not whole, or was changed/,
      );
  });

  it("is sealed to somebody: to nobody, or to what is no key, is refused, and a private key in its place is not shown", async () => {
    await expect(all(sealStream(pieces(), []))).rejects.toThrow(/1 to 32 keys/);
    expect(() => parsePublicKey("countersign-backup-AAAA")).toThrow(/no public key/);
    const { privateKey } = await newBackupKey();
    let said = "";
    try {
      parsePublicKey(privateKey);
    } catch (error) {
      said = String(error);
    }
    expect(said).toContain("That is a private key.");
    expect(said).not.toContain(privateKey.slice(28));
    await expect(parsePrivateKey("countersign-backup-private-x.y")).rejects.toThrow(
      /does not hold one/,
    );
  });
});
