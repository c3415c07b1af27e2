import { KEY_ALGORITHMS } from "@countersign/protocol/statement";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CborInput, writeCbor } from "../../../../scripts/authenticator/cbor-writer.ts";
import { DESK } from "../../../../tests/support/assertion-bench.ts";
import {
  certifiedBy,
  makeCertificate,
} from "../../../../tests/support/attestation-certificates.ts";
import {
  DEVELOPMENT,
  judgeRegistration,
  MODEL,
  makerKey,
  makerLeaf,
  makerRoot,
  OPTIONS,
  registered,
} from "../../../../tests/support/registration-bench.ts";
import {
  noAttestation,
  SOFTWARE_AAGUID,
  SoftwareAuthenticator,
} from "../../../../tests/support/software-authenticator.ts";

const development = { policy: DEVELOPMENT, mayBeBackedUp: true };

describe("an honest registration", () => {
  it("ID-1 L23 is accepted in production from a key whose maker is pinned and whose model is allowed", async () => {
    expect(await judgeRegistration({ json: registered({ signCount: 3 }) })).toEqual({
      ok: true,
      value: {
        credential: makerKey.credential,
        publicKey: makerKey.publicKey,
        algorithm: -7,
        aaguid: MODEL,
        backupEligible: false,
        attestation: "verified",
        signCount: 3,
      },
    });
  });

  it("ID-1 is accepted in production where the certificate of the model itself is pinned", async () => {
    const json = registered({ attestation: certifiedBy(makerLeaf) });
    const policy = { mode: "production", roots: [makerLeaf.pem], aaguids: [MODEL] } as const;
    expect(await judgeRegistration({ json, policy })).toMatchObject({ ok: true });
  });

  it("ID-1 is accepted in production from a leaf that the root itself issued", async () => {
    const leaf = makeCertificate({ subject: "Direct", issuer: makerRoot });
    const json = registered({ attestation: certifiedBy(leaf) });
    expect(await judgeRegistration({ json })).toMatchObject({ value: { attestation: "verified" } });
  });

  it.each(KEY_ALGORITHMS)("ID-1 is accepted from a key of algorithm %d", async (algorithm) => {
    const key = new SoftwareAuthenticator({ ...DESK, algorithm });
    const verdict = await judgeRegistration({ json: key.register(OPTIONS), ...development });
    expect(verdict).toMatchObject({
      value: { algorithm, publicKey: key.publicKey, attestation: "self", aaguid: SOFTWARE_AAGUID },
    });
  });

  it("L23 is recorded in development as what its attestation is worth, the model never vouched for", async () => {
    const tpm = new Map<string, CborInput>([["ver", "2.0"]]);
    const levels: [string, Parameters<typeof registered>[0]][] = [
      ["none", { attestation: noAttestation }],
      ["self", { attestation: makerKey.selfAttestation }],
      ["unverified", {}],
      ["unverified", { attestation: () => ({ format: "tpm", statement: tpm }) }],
    ];
    for (const [attestation, overrides] of levels) {
      const verdict = await judgeRegistration({ json: registered(overrides), ...development });
      expect(verdict).toMatchObject({ ok: true, value: { attestation } });
    }
  });

  it("is accepted in development from a platform's key, whatever the size of what it reports", async () => {
    for (const algorithm of KEY_ALGORITHMS) {
      const key = new SoftwareAuthenticator({ ...DESK, algorithm });
      const attestation = () => ({ format: "apple", statement: new Map() });
      const verdict = await judgeRegistration({
        json: key.register(OPTIONS, { attestation }),
        ...development,
      });
      expect(verdict).toMatchObject({ value: { algorithm, attestation: "unverified" } });
    }
  });

  it("ID-1 of a key that can be copied is recorded as such where the caller allows it", async () => {
    const key = new SoftwareAuthenticator({ ...DESK, backupEligible: true });
    const json = key.register(OPTIONS);
    expect(await judgeRegistration({ json, ...development })).toMatchObject({
      value: { backupEligible: true },
    });
    expect(await judgeRegistration({ json, policy: DEVELOPMENT })).toMatchObject({
      error: { check: "backup-refused", message: expect.stringContaining("copied") },
    });
  });

  it("is accepted with extensions that the browser asked for on its own, and with what it repeats", async () => {
    const extensions = writeCbor(
      new Map<string, CborInput>([
        ["credProtect", 2],
        ["hmac-secret", true],
      ]),
    );
    const json = registered({ extensions });
    const response = {
      ...json.response,
      publicKey: "?",
      publicKeyAlgorithm: 0,
      authenticatorData: "?",
    };
    expect(await judgeRegistration({ json: { ...json, response } })).toMatchObject({ ok: true });
  });

  it("ID-1 of an id as long as WebAuthn keys make them is accepted", async () => {
    for (const size of [16, 64, 512]) {
      const credentialId = Buffer.alloc(size, size & 255);
      const text = credentialId.toString("base64url");
      const json = { ...registered({ credentialId }), id: text, rawId: text };
      expect(await judgeRegistration({ json })).toMatchObject({ value: { credential: text } });
    }
  });
});

describe("the options of a registration", () => {
  it("ID-1 ask for a discoverable key that verifies its holder and shows its make, and not for this person's own again", () => {
    expect(OPTIONS).toMatchObject({
      rp: { id: "desk.localhost" },
      attestation: "direct",
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      excludeCredentials: [],
      pubKeyCredParams: [{ alg: -7 }, { alg: -8 }, { alg: -257 }],
    });
  });
});

/** Two shared cores and a real signature for each run. */
const SLOW = { timeout: 60_000 };

describe("ID-1 whatever is posted as a registration", SLOW, () => {
  it("is refused and never throws, as any JSON", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (json) => {
        expect(await judgeRegistration({ json })).toMatchObject({ error: { check: "shape" } });
      }),
      { numRuns: 400 },
    );
  });

  it("is refused in production with any bits of any one byte flipped", async () => {
    const honest = registered();
    expect((await judgeRegistration({ json: honest })).ok).toBe(true);
    const flip = fc.record({
      field: fc.constantFrom("clientDataJSON", "attestationObject"),
      at: fc.nat(),
      mask: fc.integer({ min: 1, max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(flip, async ({ field, at, mask }) => {
        const key = field as "clientDataJSON" | "attestationObject"; // one of the two constants above
        const bytes = Buffer.from(honest.response[key], "base64url");
        const index = at % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ mask;
        const response = { ...honest.response, [key]: bytes.toString("base64url") };
        expect((await judgeRegistration({ json: { ...honest, response } })).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it("never throws in development, where a key that anybody made may sign anything", async () => {
    const garbage = fc.uint8Array({ maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(garbage, fc.nat(255), async (bytes, flags) => {
        const overrides = {
          flags: () => flags,
          authenticatorData: (it: Buffer) => Buffer.concat([it.subarray(0, 55), bytes]),
        };
        const verdict = await judgeRegistration({ json: registered(overrides), ...development });
        expect(verdict.ok).toBe(false);
      }),
      { numRuns: 400 },
    );
  });
});
