import { generateKeyPairSync } from "node:crypto";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { issuer } from "@countersign/protocol/sign-in";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { publicJwk } from "../../../../scripts/authenticator/public-jwk.ts";
import type { IdentityProviderAddress } from "../../../config/single-sign-on.ts";
import { FixedClock } from "../testing/fixed-clock.ts";
import { boundedGet, createBoundedGet, GetFailed } from "./bounded-get.ts";
import { IdentityKeys } from "./identity-keys.ts";

const MINUTE = 60_000;
const jwkOf = (kid: string) => ({
  ...publicJwk(generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey),
  kid,
});

/** A body that goes on and on; ends with its connection. */
function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write(" "), 10);
  response.on("close", () => clearInterval(timer));
}

describe("the keys of an identity provider", () => {
  let server: Server;
  let origin: string;
  let asked: string[];
  let keys: Record<string, unknown>[];
  let answer: RequestListener;
  let clock: FixedClock;
  const failures: unknown[] = [];

  beforeEach(async () => {
    asked = [];
    failures.length = 0;
    keys = [jwkOf("one")];
    clock = new FixedClock();
    answer = (request, response) => {
      const isDiscovery = request.url?.endsWith("/openid-configuration");
      const document = isDiscovery
        ? { issuer: origin, jwks_uri: `${origin}/jwks`, token_endpoint: `${origin}/token` }
        : { keys };
      response.setHeader("content-type", "application/json").end(JSON.stringify(document));
    };
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      answer(request, response);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    origin = `http://idp.localhost:${(server.address() as AddressInfo).port}`; // listening on TCP
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });

  const open = (changes: Partial<IdentityProviderAddress> = {}) =>
    new IdentityKeys(
      { issuer: issuer.parse(origin), clientId: "console", jwksUri: `${origin}/jwks`, ...changes },
      { clock, get: boundedGet, onFailed: (error) => failures.push(error) },
    );
  const codeOf = async (of: IdentityKeys, kid: string | null = "one") => {
    const found = await of.find("ES256", kid);
    return found.ok ? (found.value === null ? "none" : "found") : found.error.code;
  };

  it("ID-1 are asked for once, and kept for 10 minutes", async () => {
    const of = open();
    const all = await Promise.all(Array.from({ length: 20 }, () => codeOf(of)));
    expect(new Set(all)).toEqual(new Set(["found"]));
    clock.pass(10 * MINUTE);
    expect(await codeOf(of)).toBe("found");
    expect(asked).toEqual(["/jwks"]);
    clock.pass(1);
    expect(await codeOf(of)).toBe("found");
    expect(asked).toEqual(["/jwks", "/jwks"]);
  });

  it("ID-1 L16 are found by the issuer's own discovery document, where no address is configured", async () => {
    expect(await codeOf(open({ jwksUri: null }))).toBe("found");
    expect(asked).toEqual(["/.well-known/openid-configuration", "/jwks"]);
  });

  it("L16 are not had from the discovery document of another issuer, or from no web address", async () => {
    for (const document of [
      { issuer: "https://idp.example", jwks_uri: `${origin}/jwks` },
      { issuer: `${origin}/`, jwks_uri: `${origin}/jwks` },
      { issuer: origin, jwks_uri: "file:///etc/passwd" },
      { issuer: origin },
    ]) {
      asked = [];
      answer = (_, response) => void response.end(JSON.stringify(document));
      expect(await codeOf(open({ jwksUri: null }))).toBe("unavailable");
      expect(asked).toEqual(["/.well-known/openid-configuration"]);
    }
  });

  it("are looked for anew when a token names a key that is not known, once a minute", async () => {
    const of = open();
    expect(await codeOf(of)).toBe("found");
    keys = [...keys, jwkOf("two")];
    expect(await codeOf(of, "two")).toBe("none");
    clock.pass(MINUTE + 1);
    expect(await codeOf(of, "two")).toBe("found");
    clock.pass(MINUTE + 1);
    for (let kid = 0; kid < 50; kid++) expect(await codeOf(of, `made-up-${kid}`)).toBe("none");
    expect(asked).toHaveLength(3);
  });

  it("L19 that the provider has withdrawn are not taken after 10 minutes", async () => {
    const of = open();
    expect(await codeOf(of)).toBe("found");
    keys = [jwkOf("two")];
    clock.pass(10 * MINUTE + 1);
    expect(await codeOf(of)).toBe("none");
  });

  it("that cannot be had are a refusal that says so, and the provider is left alone for a moment", async () => {
    const of = open();
    expect(await codeOf(of)).toBe("found");
    answer = (_, response) => void response.writeHead(503).end();
    clock.pass(10 * MINUTE + 1);
    const refused = await of.find("ES256", "one");
    expect(refused.ok ? "" : refused.error.message).toContain("does not answer");
    for (let times = 0; times < 5; times++) expect(await codeOf(of)).toBe("unavailable");
    expect(asked).toHaveLength(2);
    answer = (_, response) => void response.end(JSON.stringify({ keys }));
    clock.pass(2_001);
    expect(await codeOf(of)).toBe("found");
  });

  it("that are known go on to serve while the provider is away", async () => {
    const of = open();
    expect(await codeOf(of)).toBe("found");
    answer = (request) => request.destroy();
    clock.pass(5 * MINUTE);
    expect(await codeOf(of)).toBe("found");
    expect(await codeOf(of, "two")).toBe("none");
  });

  it.each<[string, RequestListener]>([
    [
      "leads elsewhere",
      (_, response) => void response.writeHead(302, { location: "/jwks2" }).end(),
    ],
    ["has two names alike", (_, response) => void response.end('{"keys":[],"keys":[]}')],
    ["has no list of keys", (_, response) => void response.end('{"keys":{}}')],
    ["is no JSON", (_, response) => void response.end("<html>")],
    ["is huge", (_, response) => void response.end(`{"keys":[],"x":"${"x".repeat(300_000)}"}`)],
    ["is deep", (_, response) => void response.end(`{"keys":${"[".repeat(50)}${"]".repeat(50)}}`)],
    [
      "has 51 keys",
      (_, response) =>
        void response.end(JSON.stringify({ keys: Array.from({ length: 51 }, () => ({})) })),
    ],
    [
      "breaks off",
      (_, response) => void response.writeHead(200, { "content-length": 50 }).end("{"),
    ],
  ])("L6 are refused where the answer %s", async (_, listener) => {
    answer = listener;
    expect(await codeOf(open())).toBe("unavailable");
    expect(failures).toHaveLength(1);
    expect(asked).toEqual(["/jwks"]);
  });

  it.each<[string, RequestListener]>([
    ["does not come", () => {}],
    ["comes byte by byte", (_, response) => drip(response)],
  ])("L6 are not waited for beyond the time given, where the answer %s", async (_, listener) => {
    answer = listener;
    await expect(createBoundedGet(100)(`${origin}/jwks`)).rejects.toThrow(GetFailed);
  });

  it("are not guessed: of two with one name, or of two without a name asked for, neither is taken", async () => {
    keys = [jwkOf("one"), jwkOf("one"), jwkOf("two")];
    const of = open();
    expect(await codeOf(of, "one")).toBe("none");
    expect(await codeOf(of, null)).toBe("none");
    expect(await codeOf(of, "two")).toBe("found");
  });

  it.each<[string, Record<string, unknown>]>([
    ["is for encryption", { use: "enc" }],
    ["is for another algorithm", { alg: "ES384" }],
    ["may not verify", { key_ops: ["encrypt"] }],
    ["is no point of the curve", { x: "A".repeat(43) }],
    ["lacks a coordinate", { y: undefined }],
    ["is of another curve", { crv: "secp256k1" }],
    ["is symmetric", { kty: "oct", k: "AAAA" }],
  ])("are passed over where a key %s", async (_, changes) => {
    keys = [{ ...jwkOf("one"), ...changes }];
    expect(await codeOf(open())).toBe("none");
  });

  it("of RSA with fewer than 2048 bits sign nothing", async () => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
    keys = [{ ...publicJwk(publicKey), kid: "small" }];
    const found = await open().find("RS256", "small");
    expect(found).toEqual({ ok: true, value: null });
  });
});
