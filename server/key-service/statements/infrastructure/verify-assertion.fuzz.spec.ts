import { fromBase64url, toBase64url } from "@countersign/protocol/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cassRsa,
  type Holder,
  judge,
  priyaEdDsa,
  sam,
  signed,
} from "../../../../tests/support/assertion-bench.ts";
import { withOtherS } from "../../../../tests/support/ecdsa-der.ts";
import type { AssertionJson } from "../../../../tests/support/software-authenticator.ts";
import { parseAssertion } from "../domain/assertion.ts";

/** fast-check prints seed and path of a failure; `{ seed, path }` here runs that case again. */
const RUNS = { numRuns: 1000 };
/** Two shared cores and a real signature for many a run. */
const SLOW = { timeout: 60_000 };

const holders: [string, Holder][] = [
  ["ES256", sam],
  ["EdDSA", priyaEdDsa],
  ["RS256", cassRsa],
];

/** Every member of an assertion that is read. */
const FIELDS = [
  "id and rawId",
  "id",
  "rawId",
  "clientDataJSON",
  "authenticatorData",
  "signature",
  "userHandle",
] as const;
type Field = (typeof FIELDS)[number];

function alterField(json: AssertionJson, field: Field, alter: (text: string) => string): unknown {
  if (field === "id and rawId") return { ...json, id: alter(json.id), rawId: alter(json.rawId) };
  if (field === "id" || field === "rawId") return { ...json, [field]: alter(json[field]) };
  return { ...json, response: { ...json.response, [field]: alter(json.response[field]) } };
}

const bytesOf = (text: string): Uint8Array => fromBase64url(text) ?? new Uint8Array();

describe.each(holders)("ID-1 an honest assertion by %s", SLOW, (_, by) => {
  const honest = signed({}, by);
  const refused = async (json: unknown) =>
    expect((await judge({ json, credential: by.enrolled })).ok).toBe(false);

  it("verifies, so that what follows can fail", async () => {
    expect((await judge({ json: honest, credential: by.enrolled })).ok).toBe(true);
  });

  it("never verifies with any bits of any one byte of any field flipped", async () => {
    const flip = fc.record({
      field: fc.constantFrom(...FIELDS),
      at: fc.nat(),
      mask: fc.integer({ min: 1, max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(flip, async ({ field, at, mask }) => {
        const json = alterField(honest, field, (text) => {
          const bytes = bytesOf(text);
          const index = at % bytes.length;
          bytes[index] = (bytes[index] ?? 0) ^ mask;
          return toBase64url(bytes);
        });
        await refused(json);
      }),
      RUNS,
    );
  });

  it("never verifies with bytes of any field cut out, put in or said again", async () => {
    const splice = fc.record({
      field: fc.constantFrom(...FIELDS),
      at: fc.nat(),
      cut: fc.integer({ min: 0, max: 8 }),
      put: fc.uint8Array({ maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(splice, async ({ field, at, cut, put }) => {
        let isSame = false;
        const json = alterField(honest, field, (text) => {
          const bytes = [...bytesOf(text)];
          bytes.splice(at % (bytes.length + 1), cut, ...put);
          const spliced = toBase64url(Uint8Array.from(bytes));
          isSame = spliced === text;
          return spliced;
        });
        fc.pre(!isSame);
        await refused(json);
      }),
      RUNS,
    );
  });

  it("never verifies with any character of any field changed", async () => {
    const change = fc.record({
      field: fc.constantFrom(...FIELDS),
      at: fc.nat(),
      character: fc.string({ unit: "grapheme", maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ field, at, character }) => {
        let isSame = false;
        const json = alterField(honest, field, (text) => {
          const index = at % text.length;
          const changed = text.slice(0, index) + character + text.slice(index + 1);
          isSame = changed === text;
          return changed;
        });
        fc.pre(!isSame);
        await refused(json);
      }),
      RUNS,
    );
  });

  it("verifies whatever stands in the two members that nobody reads", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (attachment, results) => {
        const json = {
          ...honest,
          authenticatorAttachment: attachment,
          clientExtensionResults: results,
        };
        expect((await judge({ json, credential: by.enrolled })).ok).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

describe("ID-1 whatever is posted", SLOW, () => {
  it("is refused and never throws, as any JSON", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (json) => {
        expect(await judge({ json })).toMatchObject({ error: { check: "shape" } });
      }),
      RUNS,
    );
  });

  it("is refused and never throws, in the shape of an assertion", async () => {
    const text = (maxBytes: number) => fc.uint8Array({ maxLength: maxBytes }).map(toBase64url);
    const honest = signed();
    const json = fc.record({
      id: fc.constant(honest.id),
      rawId: fc.constant(honest.rawId),
      type: fc.constant("public-key"),
      response: fc.record({
        clientDataJSON: fc.oneof(
          fc.constant(honest.response.clientDataJSON),
          fc.json().map((it) => toBase64url(Buffer.from(it))),
          text(200),
        ),
        authenticatorData: fc.oneof(fc.constant(honest.response.authenticatorData), text(80)),
        signature: text(80),
        userHandle: fc.oneof(fc.constant(honest.response.userHandle), text(64)),
      }),
    });
    await fc.assert(
      fc.asyncProperty(json, async (posted) => {
        expect((await judge({ json: posted })).ok).toBe(false);
      }),
      RUNS,
    );
  });

  it("never throws where the key itself signs anything that passes for authenticator data", async () => {
    const tail = fc.uint8Array({ maxLength: 64 });
    await fc.assert(
      fc.asyncProperty(fc.nat(255), tail, async (flags, bytes) => {
        const authenticatorData = (it: Buffer) => Buffer.concat([it, bytes]);
        const json = signed({ flags: () => flags, authenticatorData });
        const isHonest = flags === 0x05 && bytes.length === 0;
        expect((await judge({ json })).ok).toBe(isHonest);
      }),
      RUNS,
    );
  });
});

describe("an ECDSA signature", () => {
  it("has one other form that verifies, n - s for s: why replay is keyed on the nonce and not on it", async () => {
    const honest = signed();
    const signature = toBase64url(withOtherS(bytesOf(honest.response.signature)));
    const json = { ...honest, response: { ...honest.response, signature } };
    expect(signature).not.toBe(honest.response.signature);
    expect((await judge({ json })).ok).toBe(true);
    expect(parseAssertion(json).ok).toBe(true);
  });
});
