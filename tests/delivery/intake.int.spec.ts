import { type DeviceId, deviceId } from "@countersign/protocol/ids";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sealToKeyService } from "../../packages/cli/src/delivery/seal-value.ts";
import {
  INTAKE_LIFETIME_MS,
  IntakeKeys,
} from "../../server/key-service/delivery/infrastructure/intake-keys.ts";
import { serviceKeyLabel } from "../../server/key-service/keys/domain/key-label.ts";
import type { KeyProvider } from "../../server/key-service/keys/domain/key-provider.ts";
import { openPkcs11KeyProvider } from "../../server/key-service/keys/infrastructure/pkcs11-key-provider.ts";
import { createSoftHsmToken } from "../support/tokens.ts";

const laptop = deviceId.parse(`d-${"0".repeat(26)}`);
const evesLaptop = deviceId.parse(`d-${"1".repeat(26)}`);
const value = Buffer.from("a value on its way in");
const releaseKeyLabel = serviceKeyLabel("release", 1);

describe("KEY-2 a value sent in by the command line", () => {
  let keys: KeyProvider;
  let releaseKey: Buffer;
  let intakes: IntakeKeys;
  const clock = { now: 0, monotonic: () => clock.now };

  beforeAll(async () => {
    const { module, label, pin } = await createSoftHsmToken();
    keys = await openPkcs11KeyProvider({ module, tokenLabel: label, pin, maxSessions: 2 });
    await keys.generateSigningKey(releaseKeyLabel);
    releaseKey = await keys.publicKey(releaseKeyLabel);
  });
  afterAll(async () => {
    await keys.close();
  });
  beforeEach(() => {
    clock.now = 0;
    intakes = new IntakeKeys({ keys, releaseKey: releaseKeyLabel, clock });
  });

  const offer = async (device: DeviceId = laptop) => {
    const offered = await intakes.offer(device);
    if (!offered.ok) throw new Error(offered.error.message);
    return offered.value;
  };
  const sealed = async (to?: Awaited<ReturnType<typeof offer>>, bytes: Buffer = value) => {
    const result = await sealToKeyService({
      releaseKey,
      offer: to ?? (await offer()),
      value: bytes,
    });
    if (!result.ok) throw new Error(result.message);
    return result.sealed;
  };
  const open = async (message: Awaited<ReturnType<typeof sealed>>, device: DeviceId = laptop) => {
    const opened = await intakes.openSealedValue(device, message);
    return opened.ok ? opened.value.use((bytes) => Buffer.from(bytes)) : opened.error.reason;
  };

  it.each([1, 100, 65_536])("of %i bytes opens in the key service", async (sizeBytes) => {
    const bytes = Buffer.alloc(sizeBytes, 0x7a);
    expect(await open(await sealed(undefined, bytes))).toEqual(bytes);
  });

  it("opens once", async () => {
    const message = await sealed();
    expect(await open(message)).toEqual(value);
    expect(await open(message)).toBe("intake-unknown");
  });

  it("opens once also when sent twice at the same moment", async () => {
    const message = await sealed();
    const both = await Promise.all([open(message), open(message)]);
    expect(both.filter((each) => Buffer.isBuffer(each))).toHaveLength(1);
  });

  it("takes one value only: a second one to the same key is refused", async () => {
    const to = await offer();
    expect(await open(await sealed(to))).toEqual(value);
    expect(await open(await sealed(to))).toBe("intake-unknown");
  });

  it("opens for 15 minutes, and not after", async () => {
    const [early, late] = [await sealed(), await sealed()];
    clock.now = INTAKE_LIFETIME_MS - 1;
    expect(await open(early)).toEqual(value);
    clock.now = INTAKE_LIFETIME_MS;
    expect(await open(late)).toBe("intake-unknown");
    expect(intakes.size).toBe(0);
  });

  it("ID-1 does not open for another device, and still does for its own afterwards", async () => {
    const message = await sealed();
    expect(await open(message, evesLaptop)).toBe("intake-unknown");
    expect(await open(message)).toEqual(value);
  });

  it("does not open after a restart", async () => {
    const message = await sealed();
    intakes = new IntakeKeys({ keys, releaseKey: releaseKeyLabel, clock });
    expect(await open(message)).toBe("intake-unknown");
  });

  it("changed on its way does not open, and its key is spent", async () => {
    for (const part of ["enc", "ciphertext"] as const) {
      const [message, donor] = [await sealed(), await sealed()];
      expect(await open({ ...message, [part]: donor[part] })).toBe("does-not-open");
      expect(await open(message)).toBe("intake-unknown");
      expect(await open({ ...(await sealed()), [part]: "%" })).toBe("does-not-open");
    }
  });

  it("sealed to another of the same device's keys does not open", async () => {
    const [one, other] = [await sealed(), await sealed()];
    expect(await open({ ...one, intake: other.intake })).toBe("does-not-open");
  });

  it("is not sealed by the command line to a key that the pinned key did not sign", async () => {
    const [mine, theirs] = [await offer(), await offer()];
    for (const forged of [
      { ...mine, publicKey: theirs.publicKey },
      { ...mine, intake: theirs.intake },
      { ...mine, signature: theirs.signature },
      { ...mine, signature: "" },
      { ...mine, publicKey: "" },
    ]) {
      const result = await sealToKeyService({ releaseKey, offer: forged, value });
      expect(result).toMatchObject({ ok: false, reason: "not-by-the-key-service" });
    }
  });

  it.each([
    ["empty", 0, "value-empty"],
    ["larger than 65,536 bytes", 65_537, "value-too-large"],
  ])("is not sent when %s", async (_, sizeBytes, reason) => {
    const result = await sealToKeyService({
      releaseKey,
      offer: await offer(),
      value: Buffer.alloc(sizeBytes),
    });
    expect(result).toMatchObject({ ok: false, reason });
  });

  it("is named by the same digest at both ends", async () => {
    const result = await sealToKeyService({ releaseKey, offer: await offer(), value });
    if (!result.ok) throw new Error(result.message);
    const { sealedValueDigest } = await import("@countersign/protocol/intake");
    expect(await sealedValueDigest(result.sealed)).toBe(result.digest);
    expect(await sealedValueDigest({ ...result.sealed, intake: "other" })).not.toBe(result.digest);
  });

  it("leaves a device at most 20 open keys, without touching another device's", async () => {
    const evesFirst = await sealed(await offer(evesLaptop));
    const first = await sealed();
    for (let n = 0; n < 20; n += 1) await offer();
    expect(intakes.size).toBe(21);
    expect(await open(first)).toBe("intake-unknown");
    expect(await open(evesFirst, evesLaptop)).toEqual(value);
  });
});
