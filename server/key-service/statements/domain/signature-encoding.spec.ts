import { createPublicKey, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { wycheproof } from "../../../../tests/vectors/wycheproof.ts";
import { isStrictEcdsaSignature } from "./signature-encoding.ts";

describe("ID-1 the encoding of an ECDSA signature", () => {
  const vectors = wycheproof("ecdsa_secp256r1_sha256_test").flatMap(({ publicKeyDer, tests }) => {
    const key = createPublicKey({ key: publicKeyDer, type: "spki", format: "der" });
    return tests.map((test) => ({ ...test, key }));
  });

  it("is strict DER for every valid signature of Wycheproof", () => {
    const valid = vectors.filter((it) => it.result === "valid");
    expect(valid.length).toBeGreaterThan(100);
    expect(valid.filter((it) => !isStrictEcdsaSignature(it.sig)).map((it) => it.tcId)).toEqual([]);
  });

  it("leaves no invalid signature of Wycheproof to be accepted: refused here, or by the curve", () => {
    const invalid = vectors.filter((it) => it.result === "invalid");
    const accepted = invalid.filter(
      (it) => isStrictEcdsaSignature(it.sig) && verify("sha256", it.msg, it.key, it.sig),
    );
    expect(invalid.length).toBeGreaterThan(200);
    expect(accepted.map((it) => it.tcId)).toEqual([]);
  });

  it("refuses what Wycheproof calls another encoding of a valid signature, before the curve is asked", () => {
    const encodings = vectors.filter((it) =>
      /BER|long form|indefinite|append|prepend/i.test(it.comment),
    );
    expect(encodings.length).toBeGreaterThan(30);
    expect(
      encodings
        .filter((it) => it.result === "invalid" && isStrictEcdsaSignature(it.sig))
        .map((it) => `${it.tcId} ${it.comment}`),
    ).toEqual([]);
  });
});
