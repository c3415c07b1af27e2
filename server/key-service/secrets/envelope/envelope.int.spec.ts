import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { type Digest, secretId } from "@countersign/protocol/ids";
import { secretName, type TenantId, tenantId } from "@countersign/protocol/names";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createNssToken, createSoftHsmToken } from "../../../../tests/support/tokens.ts";
import { digestBytesNow } from "../../../kernel/digest.ts";
import { Sensitive } from "../../../kernel/sensitive.ts";
import {
  currentTenantKek,
  destroyTenantKeks,
  ensureTenantKek,
  tenantKeks,
} from "../../keys/application/tenant-keys.ts";
import { tenantKekLabel } from "../../keys/domain/key-label.ts";
import type { KeyProvider } from "../../keys/domain/key-provider.ts";
import { openPkcs11KeyProvider } from "../../keys/infrastructure/pkcs11-key-provider.ts";
import { optionsOf } from "../../keys/infrastructure/test-tokens.ts";
import type { NamedSecret } from "../domain/identity.ts";
import { openEnvelope, type VersionToOpen } from "./application/open-envelope.ts";
import { sealValue } from "./application/seal-value.ts";
import { decodeEnvelope, encodeEnvelope, type SealedEnvelope } from "./domain/sealed-envelope.ts";
import { ValueKeyCache } from "./infrastructure/value-key-cache.ts";

const acme = tenantId.parse("acme");
const umbra = tenantId.parse("umbra");
const secret = (letter: string, name = "payments/prod/postgres/app-password"): NamedSecret => ({
  secret: secretId.parse(`s-${letter.repeat(26)}`),
  name: secretName.parse(name),
  environment: "prod",
});
const password = secret("0");
const value = Buffer.from("correct horse battery staple: päss\0word\n");

const tokens = { SoftHSM: await createSoftHsmToken(), "NSS softokn": await createNssToken() };

describe.each(Object.entries(tokens))("KEY-1 KEY-2 envelopes on %s", (_, token) => {
  let keys: KeyProvider;
  let clockMs = 0;
  const clock = { monotonic: () => clockMs };
  let valueKeys: ValueKeyCache;

  beforeAll(async () => {
    keys = await openPkcs11KeyProvider(optionsOf(token));
    for (const tenant of [acme, umbra]) await ensureTenantKek(keys, tenant);
  });
  beforeEach(() => {
    valueKeys = new ValueKeyCache({ maxAgeMs: 0, maxEntries: 1, clock });
  });
  afterAll(async () => {
    await keys.close();
  });

  type Sealing = { tenant?: TenantId; secret?: NamedSecret; version?: number; value?: Buffer };
  const seal = async (what: Sealing = {}) => {
    const tenant = what.tenant ?? acme;
    const sealed = await sealValue(keys, {
      tenant,
      secret: what.secret ?? password,
      version: what.version ?? 1,
      kek: currentTenantKek(tenant),
      value: new Sensitive(what.value ?? value),
    });
    if (!sealed.ok) throw new Error(sealed.error.message);
    return sealed.value;
  };
  const open = async (
    sealed: { bytes: Uint8Array; digest: Digest },
    as: Partial<VersionToOpen> = {},
  ): Promise<Buffer | string> => {
    const opened = await openEnvelope(
      { keys, valueKeys },
      { tenant: acme, secret: password, version: 1, ...sealed, ...as },
    );
    return opened.ok ? opened.value.use((bytes) => Buffer.from(bytes)) : opened.error.reason;
  };
  /** As a writer of the database who can also write the ledger's digest: each inner binding alone. */
  const withDigest = (envelope: SealedEnvelope) => {
    const bytes = Buffer.from(encodeEnvelope(envelope));
    return { bytes, digest: digestBytesNow("envelope", bytes) };
  };
  const decoded = (sealed: { bytes: Uint8Array }): SealedEnvelope => {
    const envelope = decodeEnvelope(sealed.bytes);
    if (envelope === null) throw new Error("what was just sealed does not decode");
    return envelope;
  };

  it("open to what was sealed", async () => {
    expect(await open(await seal())).toEqual(value);
  });

  it("open to what was sealed, for values of every length and content", async () => {
    const anyValue = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.constantFrom(1, 15, 16, 17, 4096, 65_535, 65_536).map((n) => new Uint8Array(n).fill(n)),
    );
    await fc.assert(
      fc.asyncProperty(anyValue, fc.integer({ min: 1, max: 1_000_000 }), async (bytes, version) => {
        const sealed = await seal({ value: Buffer.from(bytes), version });
        expect(await open(sealed, { version })).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 60 },
    );
  });

  it("differ each time, in every part that must be fresh", async () => {
    const all = await Promise.all(Array.from({ length: 20 }, async () => decoded(await seal())));
    for (const part of [
      "dekIv",
      "dekCiphertext",
      "salt",
      "iv",
      "ciphertext",
      "commitment",
    ] as const) {
      expect(new Set(all.map((each) => each[part].toString("hex"))).size).toBe(20);
    }
  });

  it("hold nothing of the value or its data key in clear", async () => {
    const sealed = await seal({ value: Buffer.alloc(64, "SECRET-CANARY-") });
    for (const encoding of ["utf8", "hex", "base64", "base64url"] as const) {
      const needle = Buffer.from("SECRET-CANARY-").toString(encoding).slice(0, 12);
      expect(sealed.bytes.toString("utf8")).not.toContain(needle);
    }
    expect(inspect(sealed)).not.toContain("SECRET");
  });

  it("are bound to the digest that is theirs alone", async () => {
    const [one, other] = [await seal(), await seal()];
    expect(one.digest).not.toBe(other.digest);
    const hash = createHash("sha256").update("countersign/envelope/v1\n").update(one.bytes);
    expect(one.digest).toBe(hash.digest("base64url"));
    expect(await open({ bytes: other.bytes, digest: one.digest })).toBe("digest-differs");
  });

  it.each([
    ["nothing", 0, "value-empty"],
    ["one byte too many", 65_537, "value-too-large"],
  ])("refuse to hold %s", async (_what, sizeBytes, reason) => {
    const refused = await sealValue(keys, {
      tenant: acme,
      secret: password,
      version: 1,
      kek: currentTenantKek(acme),
      value: new Sensitive(Buffer.alloc(sizeBytes, 1)),
    });
    expect(refused).toMatchObject({ ok: false, error: { reason } });
  });

  it("SEG-1 are never sealed under another tenant's key", async () => {
    await expect(
      sealValue(keys, {
        tenant: acme,
        secret: password,
        version: 1,
        kek: currentTenantKek(umbra),
        value: new Sensitive(value),
      }),
    ).rejects.toThrow(/not a key of tenant acme/);
  });

  describe("SEG-1 SEG-3 opened as something else are refused, also when the ledger were wrong", () => {
    const others: [string, Pick<Sealing, "tenant" | "secret" | "version">][] = [
      ["another tenant", { tenant: umbra }],
      ["another secret", { secret: secret("1") }],
      ["another name", { secret: secret("0", "payments/prod/postgres/app-passwore") }],
      ["another service", { secret: secret("0", "billing/prod/postgres/app-password") }],
      ["another environment", { secret: { ...password, environment: "dev" } }],
      ["another version", { version: 2 }],
    ];
    it.each(others)("as %s", async (_what, as) => {
      expect(await open(await seal(), as)).toBe("other-identity");
    });

    it.each(others)("as %s, with its identity written over", async (_what, as) => {
      const theirs = decoded(await seal(as));
      const forged = withDigest({ ...decoded(await seal()), identity: theirs.identity });
      const expected = as.tenant === undefined ? "data-key-not-authentic" : "other-tenants-key";
      expect(await open(forged, as)).toBe(expected);
    });

    it("as another tenant, with identity and key label written over", async () => {
      const theirs = decoded(await seal({ tenant: umbra }));
      const forged = withDigest({
        ...decoded(await seal()),
        identity: theirs.identity,
        kek: theirs.kek,
      });
      expect(await open(forged, { tenant: umbra })).toBe("data-key-not-authentic");
    });

    it("under another tenant's key label alone", async () => {
      const forged = withDigest({ ...decoded(await seal()), kek: currentTenantKek(umbra) });
      expect(await open(forged)).toBe("other-tenants-key");
    });

    it.each(["log/v1", "release/v1", "kek/acme/v1/x", "KEK/acme/v1", "", "kek/acme/v01"])(
      "under the label %j",
      async (kek) => {
        expect(await open(withDigest({ ...decoded(await seal()), kek }))).toBe("other-tenants-key");
      },
    );
  });

  describe("with one part flipped or swapped are refused, whatever digest the ledger holds", () => {
    const parts = {
      dekIv: "data-key-not-authentic",
      dekCiphertext: "data-key-not-authentic",
      salt: "commitment-differs",
      iv: "commitment-differs",
      ciphertext: "value-not-authentic",
      commitment: "commitment-differs",
    } as const;
    const partNames = Object.keys(parts) as (keyof typeof parts)[]; // keys of the literal above

    it.each(partNames)("%s, any one bit", async (part) => {
      const envelope = decoded(await seal());
      await fc.assert(
        fc.asyncProperty(fc.nat({ max: envelope[part].length * 8 - 1 }), async (bit) => {
          const flipped = Buffer.from(envelope[part]);
          flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          expect(await open(withDigest({ ...envelope, [part]: flipped }))).toBe(parts[part]);
        }),
        { numRuns: 25 },
      );
    });

    const donors: [string, Sealing][] = [
      ["the same version sealed again", {}],
      ["another version", { version: 2 }],
      ["another secret", { secret: secret("1") }],
      ["another tenant", { tenant: umbra }],
    ];
    for (const part of partNames) {
      it.each(donors)(`${part} taken from %s`, async (_what, from) => {
        const donor = decoded(await seal(from));
        const forged = withDigest({ ...decoded(await seal()), [part]: donor[part] });
        expect(await open(forged)).toBe(parts[part]);
      });
    }

    it.each(donors.slice(1))("everything but the identity taken from %s", async (_what, from) => {
      const donor = decoded(await seal(from));
      const forged = withDigest({ ...donor, identity: decoded(await seal()).identity });
      expect(await open(forged)).toBe(
        from.tenant === undefined ? "data-key-not-authentic" : "other-tenants-key",
      );
    });

    it("the data key of the same version sealed again, whole", async () => {
      const donor = decoded(await seal());
      const { dekIv, dekCiphertext } = donor;
      const forged = withDigest({ ...decoded(await seal()), dekIv, dekCiphertext });
      expect(await open(forged)).toBe("commitment-differs");
    });

    it("value and commitment swapped with the same version sealed again", async () => {
      const { salt, iv, ciphertext, commitment } = decoded(await seal());
      const forged = withDigest({ ...decoded(await seal()), salt, iv, ciphertext, commitment });
      expect(await open(forged)).toBe("commitment-differs");
    });
  });

  describe("in any other byte form are refused", () => {
    const forms: [string, (json: string) => string][] = [
      ["nothing", () => ""],
      ["no JSON", () => "\0"],
      ["an array", () => "[]"],
      ["null", () => "null"],
      ["a space more", (json) => `${json} `],
      [
        "members in another order",
        (json) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(json)).reverse())),
      ],
      ["an unknown member", (json) => json.replace("{", '{"a":1,')],
      ["a member twice", (json) => json.replace("{", '{"ciphertext":"AAAA",')],
      ["another format", (json) => json.replace("envelope/v1", "envelope/v2")],
      ["padding", (json) => json.replace('"iv":"', '"iv":"=')],
      ["a missing member", (json) => json.replace(/"salt":"[^"]*",?/, "")],
      ["100 kB of it", (json) => json + " ".repeat(100_000)],
      ["deep nesting", () => "[".repeat(50_000) + "]".repeat(50_000)],
    ];
    it.each(forms)("%s", async (_what, change) => {
      const sealed = await seal();
      const bytes = Buffer.from(change(sealed.bytes.toString("utf8")));
      expect(await open({ bytes, digest: digestBytesNow("envelope", bytes) })).toBe("malformed");
      expect(await open({ bytes, digest: sealed.digest })).toBe("digest-differs");
    });

    it("any byte of the row changed, with the ledger's digest: refused", async () => {
      const sealed = await seal();
      await fc.assert(
        fc.asyncProperty(
          fc.nat({ max: sealed.bytes.length - 1 }),
          fc.integer({ min: 1, max: 255 }),
          async (at, change) => {
            const bytes = Buffer.from(sealed.bytes);
            bytes[at] = (bytes[at] ?? 0) ^ change;
            expect(await open({ bytes, digest: sealed.digest })).toBe("digest-differs");
          },
        ),
        { numRuns: 100 },
      );
    });
  });

  describe("and the cache of unwrapped data keys", () => {
    beforeEach(() => {
      clockMs = 0;
      valueKeys = new ValueKeyCache({ maxAgeMs: 60_000, maxEntries: 10, clock });
    });
    /** A provider that counts unwraps on the real token. */
    const counted = () => {
      const counter = { unwraps: 0 };
      const provider: KeyProvider = new Proxy(keys, {
        get(target, name) {
          if (name === "decrypt") counter.unwraps += 1;
          const member: unknown = Reflect.get(target, name);
          return typeof member === "function" ? member.bind(target) : member;
        },
      });
      return { counter, provider };
    };

    it("ask the token once a minute at most", async () => {
      const sealed = await seal();
      const { counter, provider } = counted();
      const openCounted = async () => {
        const opened = await openEnvelope(
          { keys: provider, valueKeys },
          { tenant: acme, secret: password, version: 1, ...sealed },
        );
        return opened.ok && opened.value.use((bytes) => bytes.equals(value));
      };
      for (const now of [0, 1, 59_999, 60_000, 60_001]) {
        clockMs = now;
        expect(await openCounted()).toBe(true);
      }
      expect(counter.unwraps).toBe(2);
    });

    it("refuse a changed row just as without", async () => {
      const sealed = await seal();
      expect(await open(sealed)).toEqual(value);
      const bytes = Buffer.from(sealed.bytes);
      bytes[50] = (bytes[50] ?? 0) ^ 1;
      expect(await open({ bytes, digest: sealed.digest })).toBe("digest-differs");
      expect(await open(sealed, { tenant: umbra })).toBe("other-identity");
    });

    it("keep no data key of an envelope that did not open", async () => {
      const envelope = decoded(await seal());
      const ciphertext = Buffer.from(envelope.ciphertext);
      ciphertext[0] = (ciphertext[0] ?? 0) ^ 1;
      expect(await open(withDigest({ ...envelope, ciphertext }))).toBe("value-not-authentic");
      expect(valueKeys.size).toBe(0);
    });

    it("hand out values that are the caller's own: wiping one leaves the next whole", async () => {
      const sealed = await seal();
      const version = { tenant: acme, secret: password, version: 1, ...sealed };
      for (let n = 0; n < 3; n += 1) {
        const opened = await openEnvelope({ keys, valueKeys }, version);
        if (!opened.ok) throw new Error(opened.error.reason);
        expect(opened.value.use((bytes) => Buffer.from(bytes))).toEqual(value);
        opened.value.wipe();
      }
    });
  });

  describe("TENANT-1 SEG-1 of a tenant that leaves", () => {
    const leaving = tenantId.parse("leaving");
    const forget = (tenant: TenantId) => valueKeys.forgetTenant(tenant);
    const leavingSecret = { tenant: leaving, secret: password, version: 1 };

    it("open no more once its key is destroyed, not from the cache, not under a new key of that name; others do", async () => {
      valueKeys = new ValueKeyCache({ maxAgeMs: 60_000, maxEntries: 10, clock });
      await ensureTenantKek(keys, leaving);
      const [sealed, others] = [await seal({ tenant: leaving }), await seal()];
      expect(await open(sealed, leavingSecret)).toEqual(value);
      expect(await destroyTenantKeks(keys, leaving, forget)).toBe(1);
      expect(await open(sealed, leavingSecret)).toBe("key-destroyed");
      await ensureTenantKek(keys, leaving);
      expect(await open(sealed, leavingSecret)).toBe("data-key-not-authentic");
      expect(await open(others)).toEqual(value);
      await destroyTenantKeks(keys, leaving, forget);
    });

    it("lose every version of its key, and nobody else's", async () => {
      await keys.generateEncryptionKey(currentTenantKek(leaving));
      await keys.generateEncryptionKey(tenantKekLabel(leaving, 2));
      const before = await tenantKeks(keys, acme);
      expect(await tenantKeks(keys, leaving)).toEqual(["kek/leaving/v1", "kek/leaving/v2"]);
      expect(await destroyTenantKeks(keys, leaving, forget)).toBe(2);
      expect(await tenantKeks(keys, leaving)).toEqual([]);
      expect(await tenantKeks(keys, acme)).toEqual(before);
      expect(await destroyTenantKeks(keys, leaving, forget)).toBe(0);
    });

    it("and a key per tenant is made once, however many ask at once", async () => {
      const many = await Promise.all(
        Array.from({ length: 10 }, async () => await ensureTenantKek(keys, leaving)),
      );
      expect(new Set(many).size).toBe(1);
      expect(await tenantKeks(keys, leaving)).toHaveLength(1);
      await destroyTenantKeks(keys, leaving, forget);
    });
  });
});
