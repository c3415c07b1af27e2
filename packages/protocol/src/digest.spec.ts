import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { arbitraryStatement } from "../testing/arbitrary-statement.ts";
import { aDigest } from "../testing/arbitrary-values.ts";
import { fromBase64url, toBase64url, utf8 } from "./bytes.ts";
import {
  asDigest,
  DIGEST_DOMAINS,
  type DigestDomain,
  digestBytes,
  digestOf,
  digestToBytes,
  listDigest,
} from "./digest.ts";
import { digest as digestSchema } from "./ids.ts";
import { encodeStatement, statementDigest } from "./statement.ts";

// Properties over many statements or code points, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const sha256 = (text: string) => createHash("sha256").update(text, "utf8").digest("base64url");
const DOMAINS = Object.keys(DIGEST_DOMAINS) as DigestDomain[]; // keys of a literal object

describe("digests", () => {
  it("are SHA-256 over the purpose and the canonical form", async () => {
    expect(await digestOf("policy", { b: 1, a: "é" })).toBe(
      sha256('countersign/policy/v1\n{"a":"é","b":1}'),
    );
    expect(asDigest(await digestBytes("statement", utf8("abc")))).toBe(
      sha256("countersign/statement/v1\nabc"),
    );
  });

  it("made for one purpose never stand for another: no prefix begins another, and each ends its line", () => {
    const prefixes = Object.values(DIGEST_DOMAINS);
    expect(new Set(prefixes).size).toBe(DOMAINS.length);
    for (const one of prefixes) {
      expect(one).toMatch(/^countersign\/[a-z-]+\/v1\n$/);
      expect(prefixes.filter((other) => other.startsWith(one))).toEqual([one]);
    }
  });

  it("of the same value differ between all purposes", async () => {
    const all = await Promise.all(DOMAINS.map((domain) => digestOf(domain, ["same"])));
    expect(new Set(all).size).toBe(DOMAINS.length);
  });

  it("turn into 32 bytes and back", () => {
    fc.assert(
      fc.property(aDigest, (some) => {
        expect(asDigest(digestToBytes(some))).toBe(some);
        expect(digestSchema.parse(some)).toBe(some);
      }),
    );
    expect(() => asDigest(new Uint8Array(31))).toThrow(TypeError);
    expect(() => digestToBytes(toBase64url(new Uint8Array(31)) as typeof sample)).toThrow(
      TypeError,
    ); // a lie on purpose
  });
  const sample = asDigest(new Uint8Array(32));
});

describe("the digest of a list", () => {
  it("is SHA-256 over the purpose and the digests in their order", async () => {
    const other = asDigest(new Uint8Array(32).fill(1));
    const one = asDigest(new Uint8Array(32));
    expect(await listDigest([one, other])).toBe(
      sha256(`countersign/list/v1\n["${one}","${other}"]`),
    );
  });

  it("depends on every member, on their number and on their order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(aDigest, { minLength: 2, maxLength: 6 }),
        fc.nat(),
        async (all, n) => {
          const whole = await listDigest(all);
          const i = n % all.length;
          const rotated = [...all.slice(1), ...all.slice(0, 1)];
          expect(await listDigest(rotated)).not.toBe(whole);
          expect(await listDigest(all.toSpliced(i, 1))).not.toBe(whole);
          expect(await listDigest([...all, ...all.slice(i, i + 1)])).not.toBe(whole);
          expect(await listDigest(all.with(i, asDigest(new Uint8Array(32))))).not.toBe(whole);
        },
      ),
    );
  });

  it("is never the digest of a statement, a list of one included", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(arbitraryStatement(), { minLength: 1, maxLength: 3 }),
        async (statements) => {
          const digests = await Promise.all(
            statements.map((it) => statementDigest(encodeStatement(it))),
          );
          const list = await listDigest(digests);
          expect(digests).not.toContain(list);
          expect(await digestOf("list", digests)).toBe(list);
          expect(fromBase64url(list)).toHaveLength(32);
        },
      ),
      { numRuns: 30 },
    );
  });
});
