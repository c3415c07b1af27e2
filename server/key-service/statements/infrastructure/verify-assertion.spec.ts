import { describe, expect, it } from "vitest";
import {
  CHALLENGE,
  cassRsa,
  eve,
  type Holder,
  holder,
  judge,
  posted,
  priyaEdDsa,
  sam,
  signed,
  theoCopied,
} from "../../../../tests/support/assertion-bench.ts";
import { FLAG } from "../../../../tests/support/software-authenticator.ts";
import { parseAssertion } from "../domain/assertion.ts";

const people: [string, Holder][] = [
  ["ES256", sam],
  ["EdDSA", priyaEdDsa],
  ["RS256", cassRsa],
];

describe("an honest assertion", () => {
  it.each(people)(
    "ID-1 is accepted from a key of %s, with the counter it carries",
    async (_, by) => {
      const json = signed({ signCount: 41 }, by);
      const verdict = await judge({ json, credential: by.enrolled });
      expect(verdict).toEqual({ ok: true, value: { signCount: 41, backupState: false } });
    },
  );

  it("ID-1 is accepted a second time: the nonce is used up elsewhere, so the ledger can be checked again", async () => {
    const json = signed();
    expect((await judge({ json })).ok).toBe(true);
    expect((await judge({ json })).ok).toBe(true);
  });

  it("ID-1 is accepted with the member that Chromium adds at random, and without crossOrigin as Safari sends it", async () => {
    const clientData = {
      crossOrigin: undefined,
      other_keys_can_be_added_here:
        "do not compare clientDataJSON against a template. See https://goo.gl/yabPex",
    };
    expect((await judge({ json: signed({ clientData }) })).ok).toBe(true);
  });

  it("ID-1 is accepted whatever stands in what the browser adds, for none of it is read", async () => {
    const json = posted((it) => ({
      ...it,
      authenticatorAttachment: { nested: ["x"] },
      clientExtensionResults: { appid: true, credProps: { rk: false } },
    }));
    expect((await judge({ json })).ok).toBe(true);
  });

  it("is accepted from a key that is copied between devices only where the caller allows such keys", async () => {
    const json = signed({}, theoCopied);
    const credential = theoCopied.enrolled;
    expect(await judge({ json, credential, mayBeBackedUp: true })).toEqual({
      ok: true,
      value: { signCount: expect.any(Number), backupState: true },
    });
    expect(await judge({ json, credential, mayBeBackedUp: false })).toMatchObject({
      error: { check: "backup-refused" },
    });
  });

  it("is accepted with exactly these flags, of all 256", async () => {
    const accepted: string[] = [];
    for (let flags = 0; flags < 256; flags++) {
      for (const by of [sam, theoCopied]) {
        const json = signed({ flags: () => flags }, by);
        const verdict = await judge({ json, credential: by.enrolled, mayBeBackedUp: true });
        if (verdict.ok) accepted.push(`${by === sam ? "fixed" : "copied"} ${flags}`);
      }
    }
    const seen = FLAG.UP | FLAG.UV;
    expect(accepted).toEqual([
      `fixed ${seen}`,
      `copied ${seen | FLAG.BE}`,
      `copied ${seen | FLAG.BE | FLAG.BS}`,
    ]);
  });

  it("becomes a record that holds what was signed and nothing that the browser added", () => {
    const json = signed();
    expect(parseAssertion(json)).toEqual({
      ok: true,
      value: {
        credential: json.id,
        authenticatorData: json.response.authenticatorData,
        clientDataJSON: json.response.clientDataJSON,
        signature: json.response.signature,
        userHandle: json.response.userHandle,
      },
    });
  });
});

describe("a refusal", () => {
  it("L5 of a key that nobody has says outside what every refusal says, and does the same work", async () => {
    const unknown = await judge({ json: signed({}, eve), credential: null });
    const known = await judge({ json: signed({}, eve, CHALLENGE.split("").reverse().join("")) });
    expect(unknown).toMatchObject({
      error: { code: "assertion-rejected", check: "credential-unknown" },
    });
    expect(unknown.ok || unknown.error.message).toBe(known.ok || known.error.message);
  });

  it("L5 of a key that nobody has is a refusal even where every other check would pass", async () => {
    for (const by of [sam, eve, holder(9)]) {
      expect(await judge({ json: signed({}, by), credential: null })).toMatchObject({
        error: { check: "credential-unknown" },
      });
    }
  });

  it("L22 of a key that did not verify its holder says what to do", async () => {
    const verdict = await judge({ json: signed({ flags: (it) => it & ~FLAG.UV }) });
    expect(verdict.ok || verdict.error.message).toContain("PIN");
  });
});
