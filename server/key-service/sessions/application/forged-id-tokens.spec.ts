import { createPublicKey } from "node:crypto";
import { type Digest, digest, salt } from "@countersign/protocol/ids";
import { addSeconds, type Instant, instant } from "@countersign/protocol/instants";
import { issuer, oidcNonce } from "@countersign/protocol/sign-in";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { publicJwk } from "../../../../scripts/authenticator/public-jwk.ts";
import {
  encode,
  mint,
  type Signing,
  strangerKey,
} from "../../../../tests/support/forgeries/id-tokens.ts";
import { IdentityKeys } from "../infrastructure/identity-keys.ts";
import { FixedClock } from "../testing/fixed-clock.ts";
import { verifyIdToken } from "./verify-id-token.ts";

const NOW: Instant = instant.parse("2026-11-23T10:00:00Z");
const SESSION: Digest = digest.parse(Buffer.alloc(32, 7).toString("base64url"));
const OTHER_SESSION: Digest = digest.parse(Buffer.alloc(32, 8).toString("base64url"));
const SALT = salt.parse("A".repeat(43));

const ISSUER = issuer.parse("https://idp.example/realms/people");
const idp = mint(ISSUER, "countersign-console");
const other = mint("https://idp.other.example", "countersign-console");
const asked: string[] = [];

const providers = [
  {
    issuer: ISSUER,
    clientId: "countersign-console",
    keys: new IdentityKeys(
      { issuer: ISSUER, clientId: "countersign-console", jwksUri: `${ISSUER}/jwks` },
      {
        clock: new FixedClock(),
        get: async (address) => {
          asked.push(address);
          return JSON.parse(JSON.stringify(idp.keySet));
        },
        onFailed: (error) => {
          throw error;
        },
      },
    ),
  },
];

const verify = (idToken: string, session = SESSION) =>
  verifyIdToken({ providers, salt: SALT }, { idToken, session }, NOW);

const sound = await idp.claims(SESSION, NOW);
const seconds = Date.parse(NOW) / 1000;
const good = idp.token(sound);
const [HEADER = "", CLAIMS = "", SIGNATURE = ""] = good.split(".");
const publicKey = createPublicKey(idp.rsa.privateKey);
const stranger = strangerKey.privateKey;
const strangerJwk = publicJwk(strangerKey.publicKey);

const with_ = (changes: object, how?: Signing) => idp.token({ ...sound, ...changes }, how);
const without = (claim: string) =>
  idp.token(Object.fromEntries(Object.entries(sound).filter(([name]) => name !== claim)));
const text = JSON.stringify(sound);
const nested = (depth: number) => JSON.parse(`${"[".repeat(depth)}1${"]".repeat(depth)}`);

/** Each a token that a careless verifier takes. */
const FORGED: Readonly<Record<string, string>> = {
  // ---- algorithms and keys
  "has no signature and says alg none": idp.token(sound, { alg: "none" }),
  "says alg none in other letters, with a signature": with_({}, { header: { alg: "nOnE" } }),
  "keeps its claims and drops its signature": `${HEADER}.${CLAIMS}.`,
  "is an HMAC under the provider's public key": idp.token(sound, { alg: "HS256", key: publicKey }),
  "is an HMAC under a key of the key set": idp.token(sound, {
    alg: "HS256",
    header: { kid: "oct-1" },
    key: publicKey,
  }),
  "is signed with an algorithm that is not on the list": idp.token(sound, { alg: "RS512" }),
  "says another algorithm than it is signed with": with_({}, { header: { alg: "PS256" } }),
  "says ES256 under an RSA key": with_({}, { header: { alg: "ES256" } }),
  "is signed by a stranger's key under the provider's key id": with_({}, { key: stranger }),
  "is signed by a stranger's key without a key id": with_(
    {},
    {
      header: { kid: undefined },
      key: stranger,
    },
  ),
  "is signed by another key of the provider than it names": with_(
    {},
    { key: idp.second.privateKey },
  ),
  "is signed with a key for encryption": with_(
    {},
    {
      header: { kid: "enc-1" },
      key: idp.enc.privateKey,
    },
  ),
  "names no key where several fit": with_({}, { header: { kid: undefined } }),
  "names a key that is not in the set": with_({}, { header: { kid: "rsa-9" } }),
  "names its key in other letters": with_({}, { header: { kid: "RSA-1" } }),
  "names its key by a path": with_({}, { header: { kid: "../../rsa-1" }, key: stranger }),
  "names its key by SQL": with_({}, { header: { kid: "x' OR '1'='1" }, key: stranger }),
  "names the prototype as its key": with_({}, { header: { kid: "__proto__" }, key: stranger }),
  "has an empty key id": with_({}, { header: { kid: "" } }),
  "has a number as its key id": with_({}, { header: { kid: 1 } }),
  "has a key id of 300 characters": with_({}, { header: { kid: "k".repeat(300) } }),
  "brings its own key (jwk)": with_(
    {},
    {
      header: { kid: "x", jwk: strangerJwk },
      key: stranger,
    },
  ),
  "says where its key is (jku)": with_(
    {},
    {
      header: { kid: "x", jku: "https://evil.example/jwks" },
      key: stranger,
    },
  ),
  "says where its certificate is (x5u)": with_(
    {},
    {
      header: { kid: "x", x5u: "https://evil.example/cert" },
      key: stranger,
    },
  ),
  "brings its own certificate (x5c)": with_(
    {},
    {
      header: { kid: "x", x5c: ["MIIB"] },
      key: stranger,
    },
  ),
  // ---- what kind of token
  "is an access token": with_({}, { header: { typ: "at+jwt" } }),
  "is a logout token": with_({}, { header: { typ: "logout+jwt" } }),
  "has an extension that must be understood": with_({}, { header: { crit: ["exp"] } }),
  "has its payload unencoded (b64)": with_({}, { header: { b64: false, crit: ["b64"] } }),
  "is compressed": with_({}, { header: { zip: "DEF" } }),
  "is nested": with_({}, { header: { cty: "JWT" } }),
  "is encrypted, five parts": `${good}.AAAA.AAAA`,
  "has two parts": `${HEADER}.${CLAIMS}`,
  "has nothing before it": `.${good}`,
  "is nothing": "",
  // ---- encodings
  "has padding": `${HEADER}=.${CLAIMS}.${SIGNATURE}`,
  "has a blank after it": `${good} `,
  "has a line feed within": `${HEADER}\n.${CLAIMS}.${SIGNATURE}`,
  "has its signature in plain base64": `${HEADER}.${CLAIMS}.${SIGNATURE.replaceAll("_", "/").replaceAll("-", "+")}==`,
  "has a changed signature": `${HEADER}.${CLAIMS}.${SIGNATURE.startsWith("A") ? "B" : "A"}${SIGNATURE.slice(1)}`,
  "has changed claims": `${HEADER}.${encode(text.replace("olivia", "sam"))}.${SIGNATURE}`,
  "has a header that repeats a name": idp.token(sound, {
    headerText: '{"alg":"RS256","kid":"rsa-1","alg":"RS256"}',
  }),
  "repeats the subject": idp.token(sound, { claimsText: text.replace("{", '{"sub":"sam",') }),
  "repeats the issuer": idp.token(sound, {
    claimsText: text.replace("}", ',"iss":"https://idp.example/realms/people"}'),
  }),
  "has claims that are no object": idp.token([sound]),
  "has claims that are no JSON": idp.token(sound, { claimsText: `${text},` }),
  "is huge": with_({ groups: "g".repeat(20_000) }),
  "is deep": with_({ groups: nested(40) }),
  "has a prototype among its claims": idp.token(sound, {
    claimsText: text.replace("{", '{"__proto__":{"admin":true},'),
  }),
  // ---- whose, for whom
  "is of another issuer": other.token({ ...sound, iss: other.issuer }),
  "is of another issuer that names ours": other.token(sound),
  "has the issuer with a slash more": with_({ iss: `${ISSUER}/` }),
  "has the issuer in other letters": with_({ iss: ISSUER.toUpperCase() }),
  "has the host of the issuer in other letters": with_({ iss: ISSUER.replace("idp", "IDP") }),
  "has the issuer with its default port": with_({
    iss: ISSUER.replace(".example", ".example:443"),
  }),
  "has a list of issuers": with_({ iss: [ISSUER] }),
  "is for another client": with_({ aud: "another-client" }),
  "is for the client in other letters": with_({ aud: "Countersign-Console" }),
  "is for clients without ours": with_({ aud: ["one", "two"] }),
  "is for several clients and does not say who asked": with_({
    aud: ["countersign-console", "another"],
  }),
  "was asked for by another client": with_({
    aud: ["countersign-console", "another"],
    azp: "another",
  }),
  "was asked for by another client, for ours alone": with_({ azp: "another" }),
  "is for nobody": with_({ aud: [] }),
  "names no client": without("aud"),
  "names no subject": without("sub"),
  "has an empty subject": with_({ sub: "" }),
  "has a subject with a blank": with_({ sub: "olivia hart" }),
  "has a subject with a look-alike": with_({ sub: "оlivia" }),
  "has a subject with an invisible letter": with_({ sub: "olivia\u200b" }),
  "has a number as its subject": with_({ sub: 7 }),
  "has a subject of 256 characters": with_({ sub: "s".repeat(256) }),
  // ---- which session
  "has no nonce": without("nonce"),
  "has the nonce of another session": with_({ nonce: await oidcNonce(OTHER_SESSION) }),
  "has the session's digest itself as its nonce": with_({ nonce: SESSION }),
  "has its nonce padded": with_({ nonce: `${await oidcNonce(SESSION)}=` }),
  // ---- when
  "has expired": with_({ iat: seconds - 700, exp: seconds - 60, auth_time: seconds - 700 }),
  "never expires": without("exp"),
  "has no time of its own": without("iat"),
  "is of a time that has not come": with_({ iat: seconds + 61 }),
  "may not be used yet": with_({ nbf: seconds + 61 }),
  "expires before it was made": with_({ exp: seconds, iat: seconds + 1 }),
  "says that the person signed in after it was made": with_({ auth_time: seconds + 61 }),
  "is of a sign-in of 12 hours ago": with_({ auth_time: seconds - 12 * 3600 }),
  "was made 12 hours ago and does not say when the person signed in": with_({
    iat: seconds - 12 * 3600,
    auth_time: undefined,
  }),
  "has its times as texts": with_({ exp: String(seconds + 600) }),
  "has a time with a fraction": with_({ iat: seconds - 0.5 }),
  "has a time in milliseconds": with_({ exp: seconds * 1000 }),
};

describe("an ID token", () => {
  it.each(Object.entries(FORGED))("ID-1 L2 L3 L6 L16 is refused when it %s", async (_, token) => {
    const verified = await verify(token);
    expect(verified.ok ? "taken" : verified.error.code).toBe("identity-rejected");
  });

  it("L12 that is refused is not repeated in the refusal", async () => {
    for (const token of Object.values(FORGED)) {
      const verified = await verify(token);
      const said = verified.ok ? "" : verified.error.message;
      for (const part of token.split(".").filter((it) => it.length > 8))
        expect(said).not.toContain(part);
      expect(said).not.toContain("olivia");
    }
  });

  it("L16 never makes anybody ask an address that it names", () => {
    expect([...new Set(asked)]).toEqual([`${ISSUER}/jwks`]);
  });

  it.each([
    ["RS256", { key: idp.rsa.privateKey }],
    ["RS256", { key: idp.second.privateKey, header: { kid: "rsa-2" } }],
    ["PS256", { key: idp.second.privateKey, header: { kid: "rsa-2" } }],
    ["ES256", { key: idp.ec.privateKey, header: { kid: "ec-1" } }],
    ["ES256", { key: idp.ec.privateKey, header: { kid: undefined } }],
    ["EdDSA", { key: idp.ed.privateKey, header: { kid: "ed-1", typ: undefined } }],
  ] satisfies [string, Signing][])("ID-1 is taken with %s", async (alg, how) => {
    const verified = await verify(idp.token(sound, { alg, ...how }));
    expect(verified).toMatchObject({
      ok: true,
      value: { session: SESSION, issuer: ISSUER, authenticatedAt: addSeconds(NOW, -30) },
    });
  });

  it("L16 is taken with key material of its own in the header, which nobody reads", async () => {
    const header = { jku: "https://evil.example", jwk: strangerJwk, x5u: "https://evil.example" };
    expect((await verify(with_({}, { header }))).ok).toBe(true);
    expect(asked.filter((it) => it.includes("evil"))).toEqual([]);
  });

  it("is taken with several audiences where our client asked, within a minute of its times, and without auth_time", async () => {
    for (const changes of [
      { aud: ["another", "countersign-console"], azp: "countersign-console" },
      { aud: ["countersign-console"] },
      { iat: seconds + 60, nbf: seconds + 60 },
      { iat: seconds - 600, exp: seconds - 59, auth_time: seconds - 600 },
      { auth_time: seconds - 12 * 3600 + 1 },
      { auth_time: undefined },
    ]) {
      expect((await verify(with_(changes))).ok, JSON.stringify(changes)).toBe(true);
    }
  });

  it("counts a sign-in from when it was, and never from later than now", async () => {
    const at = async (changes: object) => {
      const verified = await verify(with_(changes));
      return verified.ok ? verified.value.authenticatedAt : verified.error.message;
    };
    expect(await at({ auth_time: seconds - 3600 })).toBe(addSeconds(NOW, -3600));
    expect(await at({ auth_time: undefined, iat: seconds - 5 })).toBe(addSeconds(NOW, -5));
    expect(await at({ auth_time: seconds + 50, iat: seconds + 50 })).toBe(NOW);
  });

  it("L3 gives one account for one subject, and another for every other spelling", async () => {
    const accountOf = async (sub: string) => {
      const verified = await verify(with_({ sub }));
      return verified.ok ? verified.value.account : expect.fail(verified.error.message);
    };
    expect(await accountOf("olivia")).toBe(await accountOf("olivia"));
    const spellings = ["olivia", "Olivia", "OLIVIA", "olivia.", "0livia", "olivia%20"];
    expect(new Set(await Promise.all(spellings.map(accountOf))).size).toBe(spellings.length);
  });

  it("L4 is known again by what was signed, whichever of an algorithm's signatures it carries", async () => {
    const twice = [0, 1].map(() =>
      idp.token(sound, { alg: "ES256", key: idp.ec.privateKey, header: { kid: "ec-1" } }),
    );
    expect(twice[0]).not.toBe(twice[1]);
    const tokens = await Promise.all(twice.map((it) => verify(it)));
    const digests = tokens.map((it) => (it.ok ? it.value.token : expect.fail(it.error.message)));
    expect(digests[0]).toBe(digests[1]);
  });

  it("L6 whatever bytes come is refused, and crashes nothing", async () => {
    const part = fc.string({ unit: "binary", maxLength: 60 });
    const mutated = fc
      .tuple(
        fc.nat(good.length - 1),
        fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 1 }),
      )
      .map(([at, char]) => good.slice(0, at) + char + good.slice(at + 1));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          part,
          fc.tuple(part, part, part).map((it) => it.join(".")),
          mutated,
        ),
        async (token) => {
          fc.pre(token !== good);
          const verified = await verify(token);
          expect(verified.ok ? "taken" : verified.error.code).toBe("identity-rejected");
        },
      ),
      { numRuns: 400, seed: 20261123 },
    );
  });
});
