import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { deviceId, requestId, secretId } from "@countersign/protocol/ids";
import type { ReleaseContext, ReleaseMessage } from "@countersign/protocol/release-message";
import { releaseSignedBytes } from "@countersign/protocol/release-message";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  generateRequestKey,
  type RequestKey,
} from "../../packages/cli/src/delivery/request-key.ts";
import { Sensitive } from "../../server/kernel/sensitive.ts";
import { sealRelease } from "../../server/key-service/delivery/application/seal-release.ts";
import { serviceKeyLabel } from "../../server/key-service/keys/domain/key-label.ts";
import type { KeyProvider } from "../../server/key-service/keys/domain/key-provider.ts";
import { openPkcs11KeyProvider } from "../../server/key-service/keys/infrastructure/pkcs11-key-provider.ts";
import { verifyAndOpenRelease } from "../support/open-release.ts";
import { createNssToken, createSoftHsmToken } from "../support/tokens.ts";

const context: ReleaseContext = {
  request: requestId.parse(`r-${"0".repeat(26)}`),
  use: 1,
  device: deviceId.parse(`d-${"0".repeat(26)}`),
  secret: secretId.parse(`s-${"0".repeat(26)}`),
  secretVersion: 3,
  intent: 41,
};
const value = Buffer.from("correct horse battery staple");
const releaseKeyLabel = serviceKeyLabel("release", 1);

const tokens = { SoftHSM: await createSoftHsmToken(), "NSS softokn": await createNssToken() };

describe.each(Object.entries(tokens))(
  "a value released from %s to the command line",
  (_, { module, label, pin, initParameters }) => {
    let keys: KeyProvider;
    let releaseKey: Buffer;
    let requestKey: RequestKey;

    beforeAll(async () => {
      keys = await openPkcs11KeyProvider({
        module,
        tokenLabel: label,
        pin,
        maxSessions: 2,
        ...(initParameters === undefined ? {} : { initParameters }),
      });
      await keys.generateSigningKey(releaseKeyLabel);
      releaseKey = await keys.publicKey(releaseKeyLabel);
      requestKey = await generateRequestKey();
    });
    afterAll(async () => {
      await keys.close();
    });

    const release = async (as: Partial<ReleaseContext> = {}, to = requestKey) => {
      const sealed = await sealRelease(
        { keys, releaseKey: releaseKeyLabel },
        {
          context: { ...context, ...as },
          recipientPublicKey: to.publicKey,
          value: new Sensitive(value),
        },
      );
      if (!sealed.ok) throw new Error(sealed.error.message);
      return sealed.value;
    };
    const open = async (message: unknown, pinned: Uint8Array = releaseKey) => {
      const { request, use, device, secret } = context;
      return await verifyAndOpenRelease({
        releaseKey: pinned,
        askedFor: { request, use, device, secret },
        privateKey: requestKey.privateKey,
        message,
      });
    };

    it("opens there, says version and ledger entry, and nowhere else", async () => {
      const opened = await open(await release());
      expect(opened).toMatchObject({ ok: true, secretVersion: 3, intent: 41 });
      if (opened.ok) expect(Buffer.from(opened.value)).toEqual(value);
      const stranger = await generateRequestKey();
      const elsewhere = await verifyAndOpenRelease({
        releaseKey,
        askedFor: context,
        privateKey: stranger.privateKey,
        message: await release(),
      });
      expect(elsewhere).toMatchObject({ ok: false, reason: "does-not-open" });
    });

    it("survives JSON on its way", async () => {
      const opened = await open(JSON.parse(JSON.stringify(await release())));
      expect(opened.ok).toBe(true);
    });

    it("JIT-1 sealed a second time for the same use opens to the same value", async () => {
      const [first, again] = [await release(), await release()];
      expect(first.ciphertext).not.toBe(again.ciphertext);
      for (const message of [first, again]) {
        const opened = await open(message);
        expect(opened.ok && Buffer.from(opened.value).equals(value)).toBe(true);
      }
    });

    const other = (letter: string, prefix: string) => `${prefix}-${letter.repeat(26)}`;
    const changes: [string, Partial<ReleaseContext>][] = [
      ["request", { request: requestId.parse(other("1", "r")) }],
      ["use", { use: 2 }],
      ["device", { device: deviceId.parse(other("1", "d")) }],
      ["secret", { secret: secretId.parse(other("1", "s")) }],
      ["secretVersion", { secretVersion: 4 }],
      ["intent", { intent: 42 }],
    ];
    it.each(changes)("L26 with its %s changed on the way is refused", async (_field, change) => {
      const opened = await open({ ...(await release()), ...change });
      expect(opened).toMatchObject({ ok: false, reason: "not-by-the-key-service" });
    });

    it.each(changes.slice(0, 4))(
      "rightly signed, but for another %s than was asked for, is refused",
      async (_field, change) => {
        const opened = await open(await release(change));
        expect(opened).toMatchObject({ ok: false, reason: "not-what-was-asked" });
      },
    );

    it.each(["enc", "ciphertext", "signature"] as const)(
      "with its %s from another release is refused",
      async (field) => {
        const donor = await release({ use: 2 });
        const opened = await open({ ...(await release()), [field]: donor[field] });
        expect(opened).toMatchObject({ ok: false, reason: "not-by-the-key-service" });
      },
    );

    it("with the ciphertext of another release under its own context does not open, even when signed", async () => {
      const { enc, ciphertext } = await release({ secret: secretId.parse(other("1", "s")) });
      const { signature: _, ...mine } = await release();
      const unsigned = { ...mine, enc, ciphertext };
      const digest = createHash("sha256").update(releaseSignedBytes(unsigned)).digest();
      const signature = (await keys.sign(releaseKeyLabel, digest)).toString("base64url");
      expect(await open({ ...unsigned, signature })).toMatchObject({
        ok: false,
        reason: "does-not-open",
      });
    });

    it("sealed and signed by somebody else is refused before anything is opened", async () => {
      const forger = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const { signature: _, ...unsigned } = await release();
      const forged: ReleaseMessage = {
        ...unsigned,
        signature: sign("sha256", releaseSignedBytes(unsigned), {
          key: forger.privateKey,
          dsaEncoding: "ieee-p1363",
        }).toString("base64url"),
      };
      expect(await open(forged)).toMatchObject({ ok: false, reason: "not-by-the-key-service" });
      // the forger's key would have held, had it been pinned: the refusal is the pin's
      const theirs = forger.publicKey.export({ format: "der", type: "spki" });
      expect(await open(forged, theirs)).toMatchObject({ ok: true });
    });

    it.each<[string, Uint8Array]>([
      ["no key", Buffer.alloc(0)],
      [
        "an Ed25519 key",
        generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" }),
      ],
      [
        "a P-384 key",
        generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey.export({
          format: "der",
          type: "spki",
        }),
      ],
    ])("is refused where %s is pinned", async (_what, pinned) => {
      expect(await open(await release(), pinned)).toMatchObject({
        ok: false,
        reason: "not-by-the-key-service",
      });
    });

    it.each<[string, (message: ReleaseMessage) => unknown]>([
      ["nothing", () => null],
      ["text", () => "release"],
      ["an unknown field", (message) => ({ ...message, tenant: "acme" })],
      ["another kind", (message) => ({ ...message, kind: "release/v2" })],
      ["no signature", ({ signature: _, ...rest }) => rest],
      ["a use of 0", (message) => ({ ...message, use: 0 })],
      ["a padded signature", (message) => ({ ...message, signature: `${message.signature}=` })],
      [
        "a signature of 63 bytes",
        (message) => ({ ...message, signature: message.signature.slice(0, 84) }),
      ],
      ["an intent with a fraction", (message) => ({ ...message, intent: 1.5 })],
    ])("answered with %s is refused as malformed", async (_what, change) => {
      expect(await open(change(await release()))).toMatchObject({ ok: false, reason: "malformed" });
    });

    it("is not sealed to what is no key", async () => {
      const refused = await sealRelease(
        { keys, releaseKey: releaseKeyLabel },
        { context, recipientPublicKey: Buffer.alloc(65, 4), value: new Sensitive(value) },
      );
      expect(refused).toMatchObject({ ok: false, error: { reason: "bad-recipient-key" } });
    });
  },
);
