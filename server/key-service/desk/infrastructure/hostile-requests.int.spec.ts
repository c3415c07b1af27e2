import { PEOPLE_API, type PeopleApiPath } from "@countersign/protocol/people-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, type Reply } from "./desk-fixture.ts";
import {
  bench,
  CANARY,
  clock,
  DESK,
  deviceCall,
  expectProblem,
  HOST,
  laptop,
  ORIGIN,
  PEOPLE,
  post,
  reached,
  signIn,
  startBench,
  stopBench,
  stranger,
} from "./listener-fixture.ts";
import { RATE_LIMITS } from "./rate-limits.ts";

beforeAll(startBench);
afterAll(stopBench);

describe("hostile requests", () => {
  const draft = `{"drafts":["x-${"0".repeat(26)}"]}`;
  const DECLINE = "/desk/v1/drafts/decline";
  const deep = `{"assertion":${'{"a":'.repeat(40)}1${"}".repeat(41)}`;
  const without = (name: string) => {
    const { [name as keyof typeof DESK]: _, ...rest } = DESK;
    return rest as Record<string, string>;
  };
  type Row = [what: string, ask: () => Promise<Reply>, status: number, code: string];

  const shape: Row[] = [
    ["L6 an empty body", () => post(DECLINE, ""), 400, "malformed"],
    [
      "L6 a body larger than the route takes",
      () => post(DECLINE, `{"a":"${"x".repeat(5000)}"}`),
      413,
      "too-large",
    ],
    [
      "L6 a body of 300 KB, which its sender still learns about",
      () => post(DECLINE, "x".repeat(300_000)),
      413,
      "too-large",
    ],
    [
      "L6 a body larger than the largest route takes",
      () => post("/people/v1/drafts", "x".repeat(131_073), PEOPLE),
      413,
      "too-large",
    ],
    ["L6 JSON 41 levels deep", () => post("/desk/v1/identify/finish", deep), 400, "malformed"],
    [
      "L6 10,000 brackets",
      () => post("/desk/v1/identify/finish", "[".repeat(10_000)),
      400,
      "malformed",
    ],
    [
      "a repeated JSON name",
      () => post(DECLINE, `{"drafts":[],${draft.slice(1)}`),
      400,
      "malformed",
    ],
    [
      "a JSON name repeated by escaping",
      () => post("/desk/v1/identify/finish", '{"assertion":{},"\\u0061ssertion":{"ok":true}}'),
      400,
      "malformed",
    ],
    [
      "`__proto__`",
      () => post("/desk/v1/identify/finish", '{"assertion":{"__proto__":{"ok":true}}}'),
      400,
      "malformed",
    ],
    [
      "a fraction",
      () => post("/desk/v1/identify/finish", '{"assertion":{"a":1.5}}'),
      400,
      "malformed",
    ],
    [
      "a number beyond 2^53",
      () => post("/desk/v1/identify/finish", '{"assertion":{"a":9007199254740993}}'),
      400,
      "malformed",
    ],
    ["text that is not JSON", () => post(DECLINE, "drafts=1"), 400, "malformed"],
    ["JSON with a comment", () => post(DECLINE, `${draft}/**/`), 400, "malformed"],
    ["JSON with a byte order mark", () => post(DECLINE, `\ufeff${draft}`), 400, "malformed"],
    ["`null`", () => post(DECLINE, "null"), 400, "malformed"],
    ["an array for an object", () => post(DECLINE, "[]"), 400, "malformed"],
    ["a string for an array", () => post(DECLINE, '{"drafts":"x"}'), 400, "malformed"],
    [
      "a field that is not known",
      () => post(DECLINE, `{"admin":true,${draft.slice(1)}`),
      400,
      "malformed",
    ],
    ["a missing field", () => post(DECLINE, "{}"), 400, "malformed"],
    [
      "51 drafts",
      () => post(DECLINE, { drafts: Array.from({ length: 51 }, () => `x-${"0".repeat(26)}`) }),
      400,
      "malformed",
    ],
    ["an id of another kind", () => post(DECLINE, draft.replace("x-", "p-")), 400, "malformed"],
    ["an id in upper case", () => post(DECLINE, draft.replaceAll("0", "A")), 400, "malformed"],
  ];

  const http: Row[] = [
    [
      "a form, as another site can send without asking",
      () => post(DECLINE, draft, { ...DESK, "Content-Type": "application/x-www-form-urlencoded" }),
      415,
      "malformed",
    ],
    [
      "text/plain, as another site can send without asking",
      () => post(DECLINE, draft, { ...DESK, "Content-Type": "text/plain" }),
      415,
      "malformed",
    ],
    [
      "multipart/form-data",
      () => post(DECLINE, draft, { ...DESK, "Content-Type": "multipart/form-data; boundary=a" }),
      415,
      "malformed",
    ],
    [
      "a content type with a parameter",
      () => post(DECLINE, draft, { ...DESK, "Content-Type": "application/json; charset=utf-16" }),
      415,
      "malformed",
    ],
    [
      "two content types in one",
      () => post(DECLINE, draft, { ...DESK, "Content-Type": "text/plain, application/json" }),
      415,
      "malformed",
    ],
    ["no content type", () => post(DECLINE, draft, without("Content-Type")), 415, "malformed"],
    [
      "a compressed body",
      () => post(DECLINE, draft, { ...DESK, "Content-Encoding": "gzip" }),
      415,
      "malformed",
    ],
    [
      "a chunked body",
      () => post(DECLINE, draft, { ...DESK, "Transfer-Encoding": "chunked" }),
      411,
      "malformed",
    ],
    [
      "GET on a call",
      () => call(bench.port, { method: "GET", path: DECLINE, headers: DESK }),
      405,
      "malformed",
    ],
    [
      "OPTIONS: there is no CORS",
      () =>
        call(bench.port, {
          method: "OPTIONS",
          path: DECLINE,
          headers: { ...DESK, "Access-Control-Request-Method": "POST" },
        }),
      405,
      "malformed",
    ],
    [
      "DELETE on the page",
      () => call(bench.port, { method: "DELETE", path: "/", headers: DESK }),
      405,
      "malformed",
    ],
    ["POST on the page", () => post("/", draft), 405, "malformed"],
    [
      "a method override",
      () =>
        call(bench.port, {
          method: "GET",
          path: DECLINE,
          headers: { ...DESK, "X-HTTP-Method-Override": "POST" },
        }),
      405,
      "malformed",
    ],
    ["L8 a path with a trailing slash", () => post(`${DECLINE}/`, draft), 404, "not-found"],
    [
      "L8 a path with dot segments",
      () => post("/desk/v1/x/../drafts/decline", draft),
      404,
      "not-found",
    ],
    ["L8 an encoded path", () => post("/desk/v1/drafts%2Fdecline", draft), 404, "not-found"],
    ["L8 a path in other case", () => post("/desk/v1/drafts/Decline", draft), 404, "not-found"],
    ["L8 a doubled slash", () => post("//desk/v1/drafts/decline", draft), 404, "not-found"],
    ["L8 a path with a query", () => post(`${DECLINE}?a=1`, draft), 404, "not-found"],
    ["an absolute request target", () => post(`http://${HOST}${DECLINE}`, draft), 404, "not-found"],
    ["a path that objects inherit", () => post("/constructor", draft), 404, "not-found"],
    ["`__proto__` as a path", () => post("/__proto__", draft), 404, "not-found"],
    [
      "no /.well-known/webauthn, which would let other origins use the desk's keys",
      () =>
        call(bench.port, { method: "GET", path: "/.well-known/webauthn", headers: { Host: HOST } }),
      404,
      "not-found",
    ],
    [
      "an asset path that climbs",
      () =>
        call(bench.port, { method: "GET", path: "/../../package.json", headers: { Host: HOST } }),
      404,
      "not-found",
    ],
    [
      "a page path with markup",
      () => call(bench.port, { method: "GET", path: "/d/%3Cscript%3E", headers: { Host: HOST } }),
      404,
      "not-found",
    ],
  ];

  const origins: Row[] = [
    [
      "another Host (DNS rebinding)",
      () => post(DECLINE, draft, { ...DESK, Host: "evil.test" }),
      421,
      "not-allowed",
    ],
    [
      "another Host for the page",
      () => call(bench.port, { method: "GET", path: "/", headers: { Host: "evil.test:7301" } }),
      421,
      "not-allowed",
    ],
    [
      "the right Host with another port",
      () => post(DECLINE, draft, { ...DESK, Host: "desk.localhost:1" }),
      421,
      "not-allowed",
    ],
    [
      "the Host in upper case",
      () => post(DECLINE, draft, { ...DESK, Host: HOST.toUpperCase() }),
      421,
      "not-allowed",
    ],
    [
      "the Host with a final dot",
      () => post(DECLINE, draft, { ...DESK, Host: "desk.localhost.:7301" }),
      421,
      "not-allowed",
    ],
    [
      "127.0.0.1 on a desk route",
      () => post(DECLINE, draft, { ...DESK, Host: `127.0.0.1:${bench.port}` }),
      421,
      "not-allowed",
    ],
    [
      "another Host on the command line's routes (DNS rebinding)",
      () => post("/people/v1/hello", {}, { ...PEOPLE, Host: `evil.test:${bench.port}` }),
      421,
      "not-allowed",
    ],
    [
      "127.0.0.1 with another port",
      () => post("/people/v1/hello", {}, { ...PEOPLE, Host: "127.0.0.1:1" }),
      421,
      "not-allowed",
    ],
    [
      "X-Forwarded-Host",
      () => post(DECLINE, draft, { ...DESK, Host: "evil.test", "X-Forwarded-Host": HOST }),
      421,
      "not-allowed",
    ],
    [
      "fetch metadata of another site",
      () => post(DECLINE, draft, { ...DESK, "Sec-Fetch-Site": "cross-site" }),
      403,
      "not-allowed",
    ],
    [
      "fetch metadata of the same site: the console",
      () => post(DECLINE, draft, { ...DESK, "Sec-Fetch-Site": "same-site" }),
      403,
      "not-allowed",
    ],
    [
      "fetch metadata `none`, as from an address bar",
      () => post(DECLINE, draft, { ...DESK, "Sec-Fetch-Site": "none" }),
      403,
      "not-allowed",
    ],
    [
      "another Origin",
      () => post(DECLINE, draft, { ...DESK, Origin: "http://localhost:3000" }),
      403,
      "not-allowed",
    ],
    [
      "another Origin with good fetch metadata missing",
      () => post(DECLINE, draft, { ...without("Sec-Fetch-Site"), Origin: "https://evil.test" }),
      403,
      "not-allowed",
    ],
    [
      "the Origin `null` of a sandboxed frame",
      () => post(DECLINE, draft, { ...DESK, Origin: "null" }),
      403,
      "not-allowed",
    ],
    [
      "an Origin with ours as prefix",
      () => post(DECLINE, draft, { ...DESK, Origin: `${ORIGIN}.evil.test` }),
      403,
      "not-allowed",
    ],
    [
      "neither Origin nor fetch metadata on a desk route",
      () => post(DECLINE, draft, PEOPLE),
      403,
      "not-allowed",
    ],
    [
      "a browser elsewhere that calls the command line's routes",
      () => post("/people/v1/hello", {}, { ...PEOPLE, Origin: "https://evil.test" }),
      403,
      "not-allowed",
    ],
    [
      "a browser elsewhere, by fetch metadata alone",
      () => post("/people/v1/hello", {}, { ...PEOPLE, "Sec-Fetch-Site": "cross-site" }),
      403,
      "not-allowed",
    ],
  ];

  const callers: Row[] = [
    ["a session call without a cookie", () => post("/desk/v1/inbox", {}), 401, "not-signed-in"],
    [
      "a session call with an invented token",
      () => post("/desk/v1/inbox", {}, { ...DESK, Cookie: `countersign-desk=${"A".repeat(43)}` }),
      401,
      "not-signed-in",
    ],
    [
      "a session call with two cookies",
      async () => {
        const cookie = await signIn();
        return post("/desk/v1/inbox", {}, { ...DESK, Cookie: `${cookie}; ${cookie}` });
      },
      401,
      "not-signed-in",
    ],
    [
      "a session 10 minutes old",
      async () => {
        const cookie = await signIn();
        clock.pass(600);
        return post("/desk/v1/inbox", {}, { ...DESK, Cookie: cookie });
      },
      401,
      "not-signed-in",
    ],
    [
      "a session cookie on the command line's routes",
      async () =>
        post("/people/v1/secrets/list", '{"prefix":""}', { ...PEOPLE, Cookie: await signIn() }),
      401,
      "not-signed-in",
    ],
    [
      "L5 malformed input of nobody: it is not judged",
      () => post("/people/v1/secrets/list", "{", PEOPLE),
      401,
      "not-signed-in",
    ],
    [
      "a device call without a signature",
      () => post("/people/v1/secrets/list", '{"prefix":""}', PEOPLE),
      401,
      "not-signed-in",
    ],
    [
      "a bearer token",
      () =>
        post("/people/v1/secrets/list", '{"prefix":""}', {
          ...PEOPLE,
          Authorization: "Bearer abc",
        }),
      401,
      "not-signed-in",
    ],
    [
      "L5 an unknown device",
      () => deviceCall("/people/v1/secrets/list", '{"prefix":""}', stranger),
      401,
      "not-signed-in",
    ],
    [
      "a known device's name under another key",
      () =>
        deviceCall("/people/v1/secrets/list", '{"prefix":""}', stranger, { device: laptop.device }),
      401,
      "not-signed-in",
    ],
    [
      "a signature over another path",
      () =>
        deviceCall("/people/v1/secrets/list", '{"prefix":""}', laptop, {
          path: "/people/v1/intake",
        }),
      401,
      "not-signed-in",
    ],
    [
      "a signature over another body",
      () =>
        deviceCall("/people/v1/secrets/list", '{"prefix":""}', laptop, { body: '{"prefix":"a"}' }),
      401,
      "not-signed-in",
    ],
    [
      "a call signed two minutes ago",
      () =>
        deviceCall("/people/v1/secrets/list", '{"prefix":""}', laptop, {
          at: Math.floor(clock.wall() / 1000) - 120,
        }),
      503,
      "clock-differs",
    ],
    [
      "a call signed for in two minutes",
      () =>
        deviceCall("/people/v1/secrets/list", '{"prefix":""}', laptop, {
          at: Math.floor(clock.wall() / 1000) + 120,
        }),
      503,
      "clock-differs",
    ],
    [
      "L4 a replayed call",
      async () => {
        const nonce = "A".repeat(22);
        await deviceCall("/people/v1/secrets/list", '{"prefix":""}', laptop, { nonce });
        return deviceCall("/people/v1/secrets/list", '{"prefix":""}', laptop, { nonce });
      },
      409,
      "nonce-used",
    ],
    [
      "L12 a handler that throws",
      () => deviceCall("/people/v1/log/checkpoint", "{}"),
      500,
      "unavailable",
    ],
    [
      "BROWSER-1 an output that the contract does not name",
      () => deviceCall("/people/v1/whoami", "{}"),
      500,
      "unavailable",
    ],
    [
      "a handler that does not answer in time",
      () => deviceCall("/people/v1/intake", "{}"),
      503,
      "unavailable",
    ],
  ];

  it.each([...shape, ...http, ...origins, ...callers])(
    "refuses %s",
    async (_, ask, status, code) => {
      reached.length = 0;
      const reply = await ask();
      expectProblem(reply, status, code);
      expect(reached.filter((it) => it === "decline")).toEqual([]);
      if (status === 405) expect(reply.headers.allow).toMatch(/^(POST|GET, HEAD)$/);
    },
  );

  it("names the wrong field, and does not quote what was sent", async () => {
    const reply = await post(DECLINE, { drafts: [CANARY] });
    expect(reply.text).toContain("drafts.0");
    expect((await post(DECLINE, { [CANARY]: 1 })).text).not.toContain(CANARY);
  });

  it("refuses every path of the contract without its caller, and every other caller's proof", async () => {
    for (const [path, { caller }] of Object.entries(PEOPLE_API)) {
      const headers = path.startsWith("/desk/") ? DESK : PEOPLE;
      const status = (await post(path, '{"x":1}', headers)).status;
      expect([path, status]).toEqual([path, caller === "none" ? 400 : 401]);
    }
  });

  it("L6 limits a device's candidates for a stored value and says when to come again", async () => {
    const path = "/people/v1/values/check" satisfies PeopleApiPath;
    for (let i = 0; i < RATE_LIMITS.check.burst; i++)
      expect((await deviceCall(path, "{}")).status).toBe(400);
    const reply = await deviceCall(path, "{}");
    expectProblem(reply, 429, "rate-limited");
    expect(reply.headers["retry-after"]).toBe("30");
    clock.pass(30);
    expect((await deviceCall(path, "{}")).status).toBe(400);
  });
});
