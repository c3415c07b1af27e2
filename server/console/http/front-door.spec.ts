import { describe, expect, it } from "vitest";
import { newSessionSecret } from "../sign-in/session-secret.ts";
import { cookieName } from "./cookies.ts";
import { FRONT_DOOR_LIMITS, FrontDoor, type RequestHead } from "./front-door.ts";
import { MAX_BODY_BYTES, readCall } from "./read-body.ts";

const ORIGIN = "http://localhost:8465";
const CALL = "/api/trpc/secrets.list";

class House {
  milliseconds = 0;
  readonly door: FrontDoor;
  constructor(maxKeys?: number) {
    const clock = { monotonic: () => this.milliseconds };
    this.door = new FrontDoor({
      origin: ORIGIN,
      clock,
      ...(maxKeys === undefined ? {} : { maxKeys }),
    });
  }
  judge(of: Partial<RequestHead> & { readonly address?: string } = {}) {
    const { address = "192.0.2.7", ...head } = of;
    return this.door.judge({
      method: "GET",
      url: CALL,
      headers: {},
      socket: { remoteAddress: address },
      ...head,
    });
  }
  /** How many of so many were let in. */
  letIn(times: number, of: () => Parameters<House["judge"]>[0]): number {
    return Array.from({ length: times }, () => this.judge(of())).filter((it) => it === null).length;
  }
}
const withSession = (secret: string) => ({
  headers: { cookie: `${cookieName("session", ORIGIN)}=${secret}` },
});

describe("the front door of the console", () => {
  it("RATE-1 counts calls by session, and says when to come again", () => {
    const house = new House();
    const mine = withSession(newSessionSecret());
    const { burst } = FRONT_DOOR_LIMITS.session;
    expect(house.letIn(burst + 50, () => mine)).toBe(burst);
    const refused = house.judge(mine);
    expect(refused).toMatchObject({ status: 429, headers: { "retry-after": "1" } });
    const said = JSON.parse(refused?.body ?? "{}");
    expect(said).toMatchObject({ code: "rate-limited", status: 429 });
    expect(said.error).toMatchObject({
      message: "Too many calls. Try again in 1 second.",
      data: { code: "TOO_MANY_REQUESTS", refusal: "rate-limited" },
    });
    expect(house.judge(withSession(newSessionSecret()))).toBeNull();
    house.milliseconds += 1000;
    expect(house.judge(mine)).toBeNull();
  });

  it("RATE-1 counts all of one address together, however many sessions it makes up", () => {
    const house = new House();
    const { burst } = FRONT_DOOR_LIMITS.address;
    expect(house.letIn(burst + 200, () => withSession(newSessionSecret()))).toBe(burst);
    expect(house.judge({ address: "192.0.2.8" })).toBeNull();
  });

  it.each([
    ["something that is no session", () => ({ headers: { cookie: "countersign.session=a%00b" } })],
    [
      "two sessions at once",
      () => ({ headers: { cookie: "countersign.session=a; countersign.session=b" } }),
    ],
    ["no cookie at all", () => ({})],
  ])("RATE-1 %s is counted by its address", (_, of) => {
    const house = new House();
    const { burst } = FRONT_DOOR_LIMITS.noSession;
    expect(house.letIn(burst + 10, of)).toBe(burst);
  });

  it("RATE-1 ID-1 steps of a sign-in are counted apart from calls, and pages by their address alone", () => {
    const house = new House();
    const { burst } = FRONT_DOOR_LIMITS.signIn;
    expect(house.letIn(burst + 10, () => ({ url: "/api/auth/csrf" }))).toBe(burst);
    expect(house.judge()).toBeNull();
    expect(house.judge({ url: "/secrets?q=a" })).toBeNull();
  });

  it("RATE-1 remembers no more callers than it has room for", () => {
    const house = new House(100);
    for (let i = 0; i < 5000; i++)
      house.judge({ address: `10.0.${i >> 8}.${i & 255}`, ...withSession(newSessionSecret()) });
    expect(house.door.size).toBe(100);
  });

  it("L25 nothing is sent to a page: whatever it would do with it is out of reach", () => {
    const house = new House();
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]) {
      const headers = { "next-action": "0".repeat(40), "content-type": "text/x-component" };
      expect(house.judge({ method, url: "/secrets", headers }), method).toMatchObject({
        status: 405,
      });
    }
    expect(house.judge({ method: "PUT" })).toMatchObject({ status: 405 });
  });

  it("L25 takes paths of its own and nothing that leads elsewhere", () => {
    const house = new House();
    const elsewhere = [
      "http://evil.example/",
      "//evil.example",
      "/\\evil.example",
      "*",
      "",
      "/_next/static/../../a",
    ];
    for (const url of elsewhere) expect(house.judge({ url }), url).toMatchObject({ status: 400 });
    for (const url of ["/", "/secrets?q=../..", "/_next/static/chunks/a-1.js"])
      expect(house.judge({ url }), url).toBeNull();
    const posted = { method: "POST", url: "/_next/static/chunks/a-1.js" };
    expect(house.judge(posted)).toMatchObject({ status: 405 });
  });

  it("L6 a call is JSON of 256 KiB at most, a step of a sign-in a form", () => {
    const house = new House();
    const post = (url: string, type: string, length = 2) =>
      house.judge({
        method: "POST",
        url,
        headers: { "content-type": type, "content-length": String(length) },
      });
    expect(post(CALL, "application/json")).toBeNull();
    expect(post(CALL, "application/json; charset=utf-8", MAX_BODY_BYTES)).toBeNull();
    expect(post(CALL, "application/json", MAX_BODY_BYTES + 1)).toMatchObject({ status: 413 });
    for (const type of [
      "",
      "text/plain",
      "multipart/form-data; boundary=a",
      "application/octet-stream",
    ])
      expect(post(CALL, type), type).toMatchObject({ status: 415 });
    const step = "/api/auth/signin/oidc";
    expect(post(step, "application/x-www-form-urlencoded")).toBeNull();
    expect(post(step, "application/json")).toMatchObject({ status: 415 });
  });
});

describe("the body of a call", () => {
  const sent = (body: BodyInit | null, url = `${ORIGIN}${CALL}`) =>
    new Request(url, { method: "POST", body, ...(body === null ? {} : { duplex: "half" }) });
  const streamed = (text: string) => new Response(text).body;

  it("is read once and handed on as it was", async () => {
    const read = await readCall(sent(streamed('{"0":{"q":"a"}}')));
    expect(read.ok && (await read.value.text())).toBe('{"0":{"q":"a"}}');
    expect((await readCall(sent(""))).ok).toBe(true);
  });

  it("L6 ends at 256 KiB although no header said how long it is", async () => {
    const read = await readCall(sent(streamed(JSON.stringify("a".repeat(MAX_BODY_BYTES)))));
    expect(read).toMatchObject({ ok: false, error: { code: "too-large" } });
  });

  it.each([
    ["deep arrays", "[".repeat(100_000)],
    ["deep objects", '{"a":'.repeat(50_000)],
    ["a name twice", '{"a":1,"a":2}'],
    ["__proto__", '{"__proto__":{"all":true}}'],
    ["no JSON", "<xml/>"],
  ])("L6 is refused with %s, in a body and in an address", async (_, text) => {
    const refusal = { ok: false, error: { code: "malformed" } };
    expect(await readCall(sent(text))).toMatchObject(refusal);
    const url = `${ORIGIN}${CALL}?input=${encodeURIComponent(text)}`;
    expect(await readCall(new Request(url))).toMatchObject(refusal);
  });
});
