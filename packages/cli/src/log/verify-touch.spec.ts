import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { toBase64url } from "@countersign/protocol/bytes";
import { asDigest, listDigest } from "@countersign/protocol/digest";
import { describe, expect, it } from "vitest";
import { OLIVIA } from "../testing/test-cast.ts";
import { makeHardwareKey, type Touch, touch } from "../testing/test-hardware-key.ts";
import type { Evidence } from "./prove-entry.ts";
import { touchHolds } from "./verify-touch.ts";

const ORIGIN = "https://desk.example.com";
const DIGEST = asDigest(Buffer.alloc(32, 7));
const OTHER = asDigest(Buffer.alloc(32, 8));
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();
const key = makeHardwareKey(OLIVIA);

function holds(
  how: Partial<Touch> = {},
  change: (it: Evidence["assertion"]) => object = () => ({}),
  { list = null, publicKey = key.publicKey }: { list?: Evidence["list"]; publicKey?: string } = {},
) {
  const assertion = touch(key, { challenge: DIGEST, origin: ORIGIN, ...how });
  const evidence = { assertion: { ...assertion, ...change(assertion) }, list };
  return touchHolds({ digest: DIGEST, evidence, publicKey, deskOrigin: ORIGIN });
}

describe("L22 a signature in the ledger, checked again", () => {
  it("holds where the key signed this statement at this desk", async () => {
    expect(await holds()).toBe(true);
  });

  it("holds for each statement of a list that one touch signed, and for no other", async () => {
    const challenge = await listDigest([OTHER, DIGEST]);
    expect(await holds({ challenge }, undefined, { list: [OTHER, DIGEST] })).toBe(true);
    expect(
      await holds({ challenge: await listDigest([OTHER]) }, undefined, { list: [OTHER] }),
    ).toBe(false);
    expect(await holds({ challenge }, undefined, { list: [DIGEST, OTHER] })).toBe(false);
    expect(await holds({}, undefined, { list: [DIGEST] })).toBe(false);
  });

  const flip = (text: string) => {
    const bytes = Buffer.from(text, "base64url");
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    return toBase64url(bytes);
  };
  it.each<[string, Partial<Touch>, ((it: Evidence["assertion"]) => object)?]>([
    ["another statement", { challenge: OTHER }],
    ["another origin", { origin: "https://desk.example.com.evil.test" }],
    ["another port of the desk's host", { origin: "https://desk.example.com:8443" }],
    ["a registration", { type: "webauthn.create" }],
    ["nobody present", { flags: 0x04 }],
    ["nobody verified", { flags: 0x01 }],
    ["another signature", {}, (it) => ({ signature: flip(it.signature) })],
    ["a signature that is none", {}, () => ({ signature: "AA" })],
    ["other authenticator data", {}, (it) => ({ authenticatorData: flip(it.authenticatorData) })],
    ["client data that is no JSON", {}, () => ({ clientDataJSON: "AAAA" })],
    ["text that is not base64url", {}, () => ({ signature: "!" })],
  ])("does not hold for %s", async (_, how, change) => {
    expect(await holds(how, change)).toBe(false);
  });

  it("does not hold under another key, or under what is no key", async () => {
    const other = makeHardwareKey(OLIVIA).publicKey;
    for (const publicKey of [other, "", "pQECAyYgASFYIA", `${key.publicKey}AA`])
      expect(await holds({}, undefined, { publicKey })).toBe(false);
  });

  it("knows the other two kinds of keys that can be enrolled", async () => {
    const ed25519 = generateKeyPairSync("ed25519");
    const x = ed25519.publicKey.export({ format: "der", type: "spki" }).subarray(-32);
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const n = rsa.publicKey.export({ format: "der", type: "pkcs1" }).subarray(9, 265);
    const kinds: [string, Buffer, KeyObject, "sha256" | null][] = [
      ["a4010103272006215820", x, ed25519.privateKey, null],
      ["a401030339010020590100", n, rsa.privateKey, "sha256"],
    ];
    for (const [head, part, privateKey, hash] of kinds) {
      const tail = hash === null ? "" : "2143010001";
      const cose = Buffer.concat([Buffer.from(head, "hex"), part, Buffer.from(tail, "hex")]);
      const resign = (it: Evidence["assertion"]) => {
        const clientData = Buffer.from(it.clientDataJSON, "base64url");
        const signed = Buffer.concat([
          Buffer.from(it.authenticatorData, "base64url"),
          sha256(clientData),
        ]);
        return { signature: toBase64url(sign(hash, signed, privateKey)) };
      };
      const publicKey = toBase64url(cose);
      expect(await holds({}, resign, { publicKey })).toBe(true);
      expect(await holds({}, undefined, { publicKey })).toBe(false);
    }
  });
});
