import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aDigest, anIssuer } from "../testing/arbitrary-values.ts";
import { digestToBytes } from "./digest.ts";
import { accountText, issuer, oidcNonce, subject } from "./sign-in.ts";
import { OPENED_TEXT } from "./text.ts";

describe("issuers and subjects", () => {
  it.each([
    "https://idp.example",
    "https://idp.example/",
    "http://localhost:33110",
    "https://login.example/5f3c0c3e-9a52-4b34-8d8b-000000000000/v2.0",
    "https://keycloak.example/realms/Acme",
  ])("ID-1 takes the issuer %s as it is written", (text) => {
    expect(issuer.parse(text)).toBe(text);
  });

  it.each([
    "idp.example",
    "HTTPS://idp.example",
    "https://IDP.example",
    "https://idp.example?x=1",
    "https://idp.example#x",
    "https://idp.example//a",
    "https://user@idp.example",
    "https://idp.example:0",
    "https://idp.example a",
    "https://іdp.example",
    `https://${"a".repeat(200)}.example`,
  ])("L2 L3 L16 refuses the issuer %s", (text) => {
    expect(issuer.safeParse(text).success).toBe(false);
  });

  it("L3 refuses subjects that could be read in two ways", () => {
    for (const text of ["", "a b", " a", "a\n", "é", "a\u200b", "x".repeat(256)])
      expect(subject.safeParse(text).success, text).toBe(false);
    for (const text of ["a", "auth0|1", "248289761001", "x".repeat(255)])
      expect(subject.safeParse(text).success, text).toBe(true);
  });

  it("L3 every issuer and subject give an account text that opens, and that reads one way only", () => {
    const aSubject = fc.stringMatching(/^[!-~]{1,255}$/);
    fc.assert(
      fc.property(anIssuer, aSubject, (of, sub) => {
        const text = accountText({ issuer: of, subject: sub });
        expect(OPENED_TEXT.account.parse(text)).toBe(text);
        expect(text.split(" ")).toEqual([of, sub]);
      }),
    );
  });
});

describe("the nonce of an ID token", () => {
  it("ID-1 is the digest of the session's digest, in a domain of its own", async () => {
    await fc.assert(
      fc.asyncProperty(aDigest, async (session) => {
        const expected = createHash("sha256")
          .update("countersign/oidc-nonce/v1\n")
          .update(digestToBytes(session))
          .digest("base64url");
        expect(await oidcNonce(session)).toBe(expected);
      }),
    );
  });
});
