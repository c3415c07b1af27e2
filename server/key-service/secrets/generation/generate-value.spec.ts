import { createHash } from "node:crypto";
import { serviceName } from "@countersign/protocol/names";
import { SECRET_CATEGORIES, type SecretCategory } from "@countersign/protocol/taxonomy";
import { describe, expect, it } from "vitest";
import { generateValue } from "./generate-value.ts";
import { isRefused, judgeValue } from "./judge-value.ts";
import { type RandomSource, UnbiasedDraw } from "./unbiased-draw.ts";
import { PASSWORD_CLASSES, VALUE_FORMATS } from "./value-format.ts";

const payments = serviceName.parse("payments");

/** The same bytes in every run: SHA-256 of a seed and a counter. */
function seeded(seed: string): RandomSource {
  let counter = 0;
  return async (sizeBytes) => {
    const blocks: Buffer[] = [];
    for (let size = 0; size < sizeBytes; size += 32) {
      blocks.push(createHash("sha256").update(`${seed} ${counter++}`).digest());
    }
    return Buffer.concat(blocks).subarray(0, sizeBytes);
  };
}

async function generated(
  category: SecretCategory,
  random: RandomSource,
  length: number | null = null,
): Promise<string> {
  const result = await generateValue({ category, service: payments, length }, random);
  if (!result.ok) throw new Error(result.error.message);
  return result.value.use((bytes) => bytes.toString("latin1"));
}

const generatedCategories = SECRET_CATEGORIES.filter(
  (category) => VALUE_FORMATS[category].kind !== "issued-elsewhere",
);
const issuedElsewhere = SECRET_CATEGORIES.filter(
  (category) => VALUE_FORMATS[category].kind === "issued-elsewhere",
);

describe("GEN-1 TYPE-1 TYPE-2 generated values", () => {
  const shapes: Partial<Record<SecretCategory, RegExp>> = {
    "internal-api-key": /^payments_[A-Za-z0-9_-]{43}$/,
    "service-token": /^payments_[A-Za-z0-9_-]{43}$/,
    "webhook-secret": /^payments_[0-9a-f]{64}$/,
    "oauth-client-secret": /^[A-Za-z0-9_-]{43}$/,
    "admin-token": /^payments_[A-Za-z0-9_-]{43}$/,
    "jwt-secret": /^[A-Za-z0-9_-]{86}$/,
    "session-secret": /^[A-Za-z0-9_-]{86}$/,
    "data-encryption-key": /^[A-Za-z0-9+/]{43}=$/,
    "database-user": /^[A-Za-z0-9._~*+=,-]{32}$/,
    "break-glass-credential": /^[A-Za-z0-9._~*+=,-]{32}$/,
  };
  it.each(Object.entries(shapes))(
    "have the form of their category: %s",
    async (category, shape) => {
      const known = SECRET_CATEGORIES.find((each) => each === category);
      if (known === undefined) throw new Error(`no category ${category}`);
      expect(await generated(known, seeded("shape"))).toMatch(shape);
    },
  );

  it.each(generatedCategories)(
    "pass the rules for incoming values, without a warning: %s",
    async (category) => {
      for (let n = 0; n < 50; n += 1) {
        const result = await generateValue(
          { category, service: payments, length: null },
          seeded(`rules ${n}`),
        );
        if (!result.ok) throw new Error(result.error.message);
        expect(judgeValue(category, result.value)).toEqual([]);
      }
    },
  );

  it.each(generatedCategories)("never repeat: %s", async (category) => {
    const random = seeded("unique");
    const values = new Set<string>();
    for (let n = 0; n < 200; n += 1) values.add(await generated(category, random));
    expect(values.size).toBe(200);
  });

  it("an AES-256 key stands for 32 bytes, whole and unchanged", async () => {
    const key = Buffer.from(await generated("data-encryption-key", seeded("aes")), "base64");
    expect(key).toHaveLength(32);
    // 256 divides evenly: no byte is ever thrown away, so the key is the source's first 32 bytes
    expect(key).toEqual((await seeded("aes")(64)).subarray(0, 32));
  });

  it("passwords hold a lower-case and an upper-case letter, a digit and a symbol, at every length", async () => {
    for (const length of [16, 17, 32, 512]) {
      for (let n = 0; n < 100; n += 1) {
        const password = await generated("database-user", seeded(`classes ${n}`), length);
        expect(password).toHaveLength(length);
        for (const characters of PASSWORD_CLASSES) {
          expect([...password].some((character) => characters.includes(character))).toBe(true);
        }
      }
    }
  });

  it("passwords favour no character and no place", async () => {
    const alphabet = PASSWORD_CLASSES.join("");
    const random = seeded("fair");
    const passwords: string[] = [];
    for (let n = 0; n < 4000; n += 1) passwords.push(await generated("database-user", random, 16));
    const counts = new Map([...alphabet].map((character) => [character, 0]));
    for (const character of passwords.join("")) {
      counts.set(character, (counts.get(character) ?? -Infinity) + 1);
    }
    // Conditioning on "every class present" shifts classes slightly, characters of one class not at all.
    for (const characters of PASSWORD_CLASSES) {
      const seen = [...characters].map((character) => counts.get(character) ?? 0);
      const mean = seen.reduce((sum, each) => sum + each, 0) / seen.length;
      const chiSquare = seen.reduce((sum, each) => sum + (each - mean) ** 2 / mean, 0);
      // mean k, standard deviation sqrt(2k): beyond five deviations is no chance (and the seed is fixed)
      const freedom = seen.length - 1;
      expect(chiSquare).toBeLessThan(freedom + 5 * Math.sqrt(2 * freedom));
    }
    // a generator that plants one character per class shows in the first or the last place
    const symbolsAt = (at: number) =>
      passwords.filter((each) => "-._~*+=,".includes(each[at] ?? "")).length;
    const places = Array.from({ length: 16 }, (_, at) => symbolsAt(at));
    const mean = places.reduce((sum, each) => sum + each, 0) / 16;
    for (const each of places) expect(Math.abs(each - mean)).toBeLessThan(5 * Math.sqrt(mean));
  });

  it.each([
    ["database-user", 15, "too-short"],
    ["database-user", 513, "too-long"],
    ["internal-api-key", 31, "too-short"],
    ["webhook-secret", 63, "too-short"],
    ["jwt-secret", 42, "too-short"],
    ["data-encryption-key", 32, "length-fixed"],
  ] as const)("are refused as %s of %i characters: %s", async (category, length, reason) => {
    const refused = await generateValue({ category, service: payments, length }, seeded("x"));
    expect(refused).toMatchObject({ ok: false, error: { reason } });
  });

  it.each(issuedElsewhere)("are refused for what others issue: %s", async (category) => {
    const refused = await generateValue({ category, service: payments, length: null }, seeded("x"));
    expect(refused).toMatchObject({ ok: false, error: { reason: "issued-elsewhere" } });
    if (!refused.ok) expect(refused.error.message).toMatch(/^such a value is .*put it/);
  });

  it("are not made from a source that is stuck, short or failing", async () => {
    const make = async (random: RandomSource) => await generated("internal-api-key", random);
    await expect(make(async (sizeBytes) => Buffer.alloc(sizeBytes, 7))).rejects.toThrow(
      /random source failed/,
    );
    await expect(make(async () => Buffer.alloc(3))).rejects.toThrow(/random source failed/);
    await expect(
      make(async () => {
        throw new Error("HSM gone");
      }),
    ).rejects.toThrow("HSM gone");
  });

  it("leave no copy behind in the source's buffers", async () => {
    const given: Buffer[] = [];
    const source = seeded("wipe");
    await generated("database-user", async (sizeBytes) => {
      const bytes = Buffer.from(await source(sizeBytes));
      given.push(bytes);
      return bytes;
    });
    expect(given.length).toBeGreaterThan(0);
    for (const bytes of given) expect(bytes.every((byte) => byte === 0)).toBe(true);
  });
});

describe("GEN-1 unbiased drawing", () => {
  it("gives each number below the bound exactly as often, for every bound, over all bytes", async () => {
    for (let bound = 1; bound <= 256; bound += 1) {
      const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      let at = 0;
      const draw = new UnbiasedDraw(async (sizeBytes) => {
        const block = Buffer.from(all.subarray(at, at + sizeBytes));
        at += sizeBytes;
        if (at > 256) throw new Error("all bytes were used");
        return block;
      });
      const counts = new Array<number>(bound).fill(0);
      for (let n = 0; n < Math.floor(256 / bound) * bound; n += 1) {
        const drawn = await draw.below(bound);
        counts[drawn] = (counts[drawn] ?? Number.NaN) + 1;
      }
      expect(new Set(counts)).toEqual(new Set([Math.floor(256 / bound)]));
    }
  });

  it.each([0, -1, 257, 1.5])("refuses the bound %d", async (bound) => {
    await expect(new UnbiasedDraw(seeded("x")).below(bound)).rejects.toThrow(RangeError);
  });

  it("is refused nothing that it generated itself", async () => {
    for (const category of generatedCategories) {
      const result = await generateValue(
        { category, service: payments, length: null },
        seeded("z"),
      );
      expect(result.ok && !isRefused(judgeValue(category, result.value))).toBe(true);
    }
  });
});
