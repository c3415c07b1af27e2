import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { personId } from "@countersign/protocol/ids";
import { PEOPLE_API, type PeopleApiPath } from "@countersign/protocol/people-api";
import { problem, refuse } from "@countersign/protocol/refusals";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { err, ok } from "../../../kernel/result.ts";
import {
  ACME,
  call,
  handlersWith,
  makeDevice,
  OLIVIA,
  type Reply,
  sendRaw,
  signCall,
  TEST_ASSETS,
  TestClock,
} from "./desk-fixture.ts";
import { DeskSessions } from "./desk-sessions.ts";
import { createDeviceAuthentication } from "./device-authentication.ts";
import { type PeopleListener, startPeopleListener } from "./listener.ts";
import type { FaultLine, RequestLine } from "./listener-log.ts";
import type { PeopleHandlers } from "./people-handlers.ts";
import { RATE_LIMITS, RateLimiter } from "./rate-limits.ts";

const ORIGIN = "http://desk.localhost:7301";
const HOST = "desk.localhost:7301";
const CANARY = "canary-5f1c9e";
const laptop = makeDevice(1);
const stranger = makeDevice(9);

const clock = new TestClock();
const sessions = new DeskSessions({ clock });
const log: { requests: RequestLine[]; faults: FaultLine[] } = { requests: [], faults: [] };
const reached: string[] = [];
/** Paths whose handler does something in these tests. */
const handled = new Set<string>([
  "/desk/v1/identify/finish",
  "/desk/v1/drafts/decline",
  "/people/v1/hello",
]);
const waiting: (() => void)[] = [];
let missing: string | null = null;
let listener: PeopleListener;
let port: number;

const hello = {
  mode: "development" as const,
  ledgerOrigin: "countersign.test/log",
  deskOrigin: ORIGIN,
  releaseKey: "A".repeat(120),
  logKey: "A".repeat(120),
  witnesses: [],
};

const handlers: PeopleHandlers = handlersWith({
  "/desk/v1/identify/finish": async ({ assertion }) => {
    reached.push("identify");
    return assertion.ok === true
      ? ok({ person: OLIVIA, name: "Olivia Hart", tenant: ACME })
      : err(refuse("assertion-rejected", "This key is not enrolled here."));
  },
  "/desk/v1/inbox": async (_, caller) => {
    reached.push(`inbox ${caller.person}`);
    return ok({ name: "Olivia Hart", tenant: caller.tenant, waiting: [], mine: [] });
  },
  "/desk/v1/session/end": async () => ok({}),
  "/desk/v1/drafts/decline": async () => {
    reached.push("decline");
    return ok({});
  },
  "/people/v1/hello": async () => ok(hello),
  "/people/v1/secrets/list": async ({ prefix }, caller) => {
    reached.push(`list ${caller.device} ${prefix}`);
    return ok({ secrets: [] });
  },
  "/people/v1/log/checkpoint": () => {
    throw new Error(`the database said ${CANARY}`);
  },
  // Lies about its output, as a mistake in a handler would.
  "/people/v1/whoami": async () => ok({ person: OLIVIA, canary: CANARY } as never),
  "/people/v1/intake": () => new Promise(() => {}),
});

beforeAll(async () => {
  listener = await startPeopleListener({
    host: "127.0.0.1",
    port: 0,
    deskOrigin: ORIGIN,
    tls: null,
    handlers,
    sessions,
    authenticateDevice: createDeviceAuthentication({
      clock,
      lookup: async (device) => (device === laptop.device ? laptop.publicKey : null),
    }),
    assets: TEST_ASSETS,
    log: { request: (line) => log.requests.push(line), fault: (line) => log.faults.push(line) },
    notReady: () => missing,
    limiter: new RateLimiter({
      clock,
      limits: { ...RATE_LIMITS, any: { burst: 1e6, perSecond: 1e6 } },
    }),
    handlerTimeoutMs: 300,
    patience: { headers: 1500, request: 2500 },
  });
  port = listener.port;
});
afterAll(() => listener.stop());

const DESK = {
  Host: HOST,
  Origin: ORIGIN,
  "Sec-Fetch-Site": "same-origin",
  "Content-Type": "application/json",
};
const PEOPLE = { Host: HOST, "Content-Type": "application/json" };

const post = (
  path: string,
  body: unknown,
  headers: Record<string, string> = DESK,
): Promise<Reply> =>
  call(port, { path, headers, body: typeof body === "string" ? body : JSON.stringify(body) });

async function deviceCall(
  path: string,
  body: string,
  by = laptop,
  change: Partial<Parameters<typeof signCall>[1]> = {},
) {
  const at = Math.floor(clock.wall() / 1000);
  const authorization = await signCall(by, { path, body, at, ...change });
  return post(path, body, { ...PEOPLE, Authorization: authorization });
}

/** What every refusal must be, whoever sent it. */
function expectProblem(reply: Reply, status: number, code: string): void {
  expect({
    status: reply.status,
    type: reply.headers["content-type"],
    text: reply.text,
  }).toMatchObject({
    status,
    type: "application/problem+json",
  });
  const body = problem.parse(JSON.parse(reply.text));
  expect(body).toMatchObject({ status, code });
  expect(body.correlation).toBe(reply.headers["correlation-id"]);
  expect(reply.text).not.toContain(CANARY);
  expect(reply.headers["access-control-allow-origin"]).toBeUndefined();
}

async function signIn(): Promise<string> {
  const reply = await post("/desk/v1/identify/finish", { assertion: { ok: true } });
  return String(reply.headers["set-cookie"]).split(";")[0] ?? "";
}

describe("what honest callers get", () => {
  it("ID-1 identifies with a hardware key, then knows the person by the cookie until the session ends", async () => {
    const cookie = await signIn();
    expect(cookie).toMatch(/^countersign-desk=[A-Za-z0-9_-]{43}$/);
    const inbox = await post("/desk/v1/inbox", {}, { ...DESK, Cookie: cookie });
    expect(inbox.status).toBe(200);
    expect(reached.at(-1)).toBe(`inbox ${OLIVIA}`);
    const end = await post("/desk/v1/session/end", {}, { ...DESK, Cookie: cookie });
    expect(String(end.headers["set-cookie"])).toContain("Max-Age=0");
    expectProblem(
      await post("/desk/v1/inbox", {}, { ...DESK, Cookie: cookie }),
      401,
      "not-signed-in",
    );
  });

  it("ID-1 ends the session that the browser had when somebody identifies anew", async () => {
    const before = await signIn();
    const again = await post(
      "/desk/v1/identify/finish",
      { assertion: { ok: true } },
      { ...DESK, Cookie: before },
    );
    expect(again.headers["set-cookie"]).toBeDefined();
    expectProblem(
      await post("/desk/v1/inbox", {}, { ...DESK, Cookie: before }),
      401,
      "not-signed-in",
    );
  });

  it("opens no session when the assertion is refused", async () => {
    const size = sessions.size;
    const reply = await post("/desk/v1/identify/finish", { assertion: {} });
    expectProblem(reply, 403, "assertion-rejected");
    expect(reply.headers["set-cookie"]).toBeUndefined();
    expect(sessions.size).toBe(size);
  });

  it("ID-1 takes a call that the enrolled device signed, by name, 127.0.0.1 or localhost", async () => {
    const reply = await deviceCall("/people/v1/secrets/list", '{"prefix":"payments/"}');
    expect([reply.status, reached.at(-1)]).toEqual([200, `list ${laptop.device} payments/`]);
    for (const name of ["127.0.0.1", "localhost"]) {
      const local = await post("/people/v1/hello", {}, { ...PEOPLE, Host: `${name}:${port}` });
      expect(local.status).toBe(200);
    }
  });

  it.each([
    "/",
    "/enrol",
    "/list",
    "/d?ids=x-1,x-2",
    "/d/x-00000000000000000000000000",
    "/r/r-0",
    "/login/abc",
  ])("shows the page at %s", async (path) => {
    const reply = await call(port, { method: "GET", path, headers: { Host: HOST } });
    expect([reply.status, reply.headers["content-type"]]).toEqual([
      200,
      "text/html; charset=utf-8",
    ]);
  });

  it("tells a person who mistyped a link with the page, and a program with a problem", async () => {
    const html = await call(port, {
      method: "GET",
      path: "/nothing",
      headers: { Host: HOST, Accept: "text/html,*/*" },
    });
    expect([html.status, html.headers["content-type"]]).toEqual([404, "text/html; charset=utf-8"]);
    expectProblem(
      await call(port, { method: "GET", path: "/nothing", headers: { Host: HOST } }),
      404,
      "not-found",
    );
  });

  it("answers probes: alive always, ready when nothing is missing", async () => {
    const probe = (path: string) =>
      call(port, { method: "GET", path, headers: { Host: "10.0.0.7:1" } });
    expect((await probe("/healthz")).text).toBe('{"status":"ok"}');
    expect((await probe("/readyz")).status).toBe(200);
    missing = "The database does not answer.";
    const reply = await probe("/readyz");
    missing = null;
    expectProblem(reply, 503, "unavailable");
    expect((await probe("/healthz")).status).toBe(200);
  });
});

describe("headers of every answer", () => {
  const asked: [string, () => Promise<Reply>][] = [
    ["the page", () => call(port, { method: "GET", path: "/", headers: { Host: HOST } })],
    ["an asset", () => call(port, { method: "GET", path: "/desk.js", headers: { Host: HOST } })],
    ["an answer", () => post("/people/v1/hello", {}, PEOPLE)],
    ["a refusal", () => post("/desk/v1/inbox", {})],
    ["a fault", () => deviceCall("/people/v1/log/checkpoint", "{}")],
    ["a wrong host", () => post("/desk/v1/inbox", {}, { ...DESK, Host: "evil.test" })],
    ["a wrong method", () => call(port, { method: "PUT", path: "/", headers: { Host: HOST } })],
    ["a probe", () => call(port, { method: "GET", path: "/healthz", headers: { Host: HOST } })],
  ];

  it.each(asked)("BROWSER-1 locks the browser down on %s", async (_, ask) => {
    const { headers } = await ask();
    const csp = String(headers["content-security-policy"]);
    expect(csp).toContain("default-src 'none'");
    expect(csp).toContain(`script-src '${TEST_ASSETS.scriptIntegrity}'`);
    for (const part of [
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ]) {
      expect(csp).toContain(part);
    }
    expect(csp).not.toMatch(/unsafe|http:|https:|\*|data:|script-src[^;]*'self'/);
    expect(headers).toMatchObject({
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    });
    expect(headers["permissions-policy"]).toContain("publickey-credentials-get=(self)");
    expect(headers["correlation-id"]).toMatch(/^[0-9a-z]{16}$/);
    expect(headers["x-powered-by"] ?? headers.server).toBeUndefined();
  });

  it("gives each request a correlation id of its own, and never the caller's", async () => {
    const given = { ...DESK, "Correlation-Id": "mine" };
    const ids = new Set<unknown>();
    for (let i = 0; i < 5; i++)
      ids.add((await post("/desk/v1/inbox", {}, given)).headers["correlation-id"]);
    expect(ids.size).toBe(5);
    expect(ids.has("mine")).toBe(false);
  });
});

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
      () => call(port, { method: "GET", path: DECLINE, headers: DESK }),
      405,
      "malformed",
    ],
    [
      "OPTIONS: there is no CORS",
      () =>
        call(port, {
          method: "OPTIONS",
          path: DECLINE,
          headers: { ...DESK, "Access-Control-Request-Method": "POST" },
        }),
      405,
      "malformed",
    ],
    [
      "DELETE on the page",
      () => call(port, { method: "DELETE", path: "/", headers: DESK }),
      405,
      "malformed",
    ],
    ["POST on the page", () => post("/", draft), 405, "malformed"],
    [
      "a method override",
      () =>
        call(port, {
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
      () => call(port, { method: "GET", path: "/.well-known/webauthn", headers: { Host: HOST } }),
      404,
      "not-found",
    ],
    [
      "an asset path that climbs",
      () => call(port, { method: "GET", path: "/../../package.json", headers: { Host: HOST } }),
      404,
      "not-found",
    ],
    [
      "a page path with markup",
      () => call(port, { method: "GET", path: "/d/%3Cscript%3E", headers: { Host: HOST } }),
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
      () => call(port, { method: "GET", path: "/", headers: { Host: "evil.test:7301" } }),
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
      () => post(DECLINE, draft, { ...DESK, Host: `127.0.0.1:${port}` }),
      421,
      "not-allowed",
    ],
    [
      "another Host on the command line's routes (DNS rebinding)",
      () => post("/people/v1/hello", {}, { ...PEOPLE, Host: `evil.test:${port}` }),
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

describe("hostile bytes on the socket", () => {
  const head = `Host: ${HOST}\r\nOrigin: ${ORIGIN}\r\nContent-Type: application/json\r\n`;
  const CALL = "POST /desk/v1/session/end HTTP/1.1\r\n";
  const honest = `GET /healthz HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`;

  it.each([
    ["no HTTP at all", "\u0016\u0003\u0001 hello\r\n\r\n"],
    ["no Host", "GET / HTTP/1.1\r\n\r\n"],
    [
      "two Hosts",
      `GET / HTTP/1.1\r\nHost: ${HOST}\r\nHost: evil.test\r\nConnection: close\r\n\r\n`,
    ],
    ["two lengths", `${CALL}${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`],
    [
      "length and chunks (request smuggling)",
      `${CALL}${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
    ],
    ["a chunk encoding in disguise", `${CALL}${head}Transfer-Encoding: xchunked\r\n\r\n{}`],
    ["a negative length", `${CALL}${head}Content-Length: -1\r\n\r\n`],
    ["a length in hex", `${CALL}${head}Content-Length: 0x2\r\n\r\n{}`],
    ["a bare line feed for a line end", `GET /healthz HTTP/1.1\nHost: ${HOST}\n\n`],
    ["a space before the colon", `GET /healthz HTTP/1.1\r\nHost : ${HOST}\r\n\r\n`],
    ["a folded header", `GET /healthz HTTP/1.1\r\nHost: ${HOST}\r\nA: b\r\n c\r\n\r\n`],
    ["a NUL in a header", `GET /healthz HTTP/1.1\r\nHost: ${HOST}\r\nA: \u0000\r\n\r\n`],
    [
      "headers of 32 KB",
      `GET /healthz HTTP/1.1\r\nHost: ${HOST}\r\nA: ${"a".repeat(32_768)}\r\n\r\n`,
    ],
    ["a header name injected into the target", `GET /\r\nX: y HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
    ["an unknown method", `BREW / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
    ["CONNECT", `CONNECT evil.test:443 HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
    ["HTTP/1.0", `GET / HTTP/1.0\r\nHost: ${HOST}\r\n\r\n`],
    ["HTTP/0.9", "GET /\r\n\r\n"],
    ["HTTP/2 without being asked", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ])("refuses %s and closes", async (_, bytes) => {
    const reply = await sendRaw(port, bytes);
    expect(reply).not.toMatch(/^HTTP\/1\.1 2/);
    expect(
      (
        await sendRaw(port, `${honest.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")}`)
      ).startsWith("HTTP/1.1 200"),
    ).toBe(true);
  });

  it("answers the good request and nothing else when junk is pipelined behind it", async () => {
    const reply = await sendRaw(port, `${honest}\u0000\u0001junk\r\n\r\n`);
    expect(reply.match(/HTTP\/1\.1 200/g)?.length ?? 0).toBeLessThanOrEqual(1);
    expect(reply.match(/HTTP\/1\.1 \d/g)?.length ?? 0).toBeLessThanOrEqual(2);
  });

  it("L6 ends a connection that never finishes its headers, or its body", {
    timeout: 40_000,
  }, async () => {
    const dribble = async (bytes: string) => {
      const started = performance.now();
      const text = await new Promise<string>((resolve) => {
        let all = "";
        const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
        socket.on("data", (part) => (all += part.toString()));
        socket.on("error", () => resolve(all));
        socket.on("close", () => resolve(all));
      });
      return { text, seconds: (performance.now() - started) / 1000 };
    };
    const [headers, body] = await Promise.all([
      dribble(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nA: b`),
      dribble(`${CALL}${head}Content-Length: 1000\r\n\r\n{`),
    ]);
    expect(headers.text).toContain("408");
    expect(headers.seconds).toBeLessThan(5);
    expect(body.seconds).toBeLessThan(6);
  });
});

describe("fuzz", () => {
  const body = `{"drafts":["x-${"0".repeat(26)}"]}`;
  const whole = `POST /desk/v1/drafts/decline HTTP/1.1\r\nHost: ${HOST}\r\nOrigin: ${ORIGIN}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
  const piece = fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 3 }),
    fc.constantFrom(
      "\r\n",
      "\n",
      ":",
      " ",
      "\0",
      "{",
      "[",
      '"',
      "\\u0000",
      "%2e",
      "../",
      "__proto__",
    ),
  );
  const edit = fc.record({ at: fc.nat(whole.length - 1), drop: fc.nat(4), put: piece });

  it("L6 answers every mutation of a request with a problem or by closing, and goes on", {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const bytes = edits.reduce(
          (text, { at, drop, put }) => text.slice(0, at) + put + text.slice(at + drop),
          whole,
        );
        const reply = await sendRaw(port, Buffer.from(bytes, "latin1"));
        // A mutation may leave the request honest (a word in an ignored header): then it declines a draft.
        expect(reply).toMatch(/^$|^HTTP\/1\.1 (200|4\d\d|505)/);
      }),
      { numRuns: 200 },
    );
    expect((await post("/people/v1/hello", {}, PEOPLE)).status).toBe(200);
    expect(log.requests.filter((it) => it.status === 500 && it.path.startsWith("/desk/"))).toEqual(
      [],
    );
  });

  it("L6 answers every JSON document with 400, on every path that nobody must prove themselves for", async () => {
    const open = Object.entries(PEOPLE_API).filter(
      ([path, { caller }]) => caller === "none" && !handled.has(path),
    );
    const paths = fc.constantFrom(...open.map(([path]) => path));
    await fc.assert(
      fc.asyncProperty(paths, fc.json({ maxDepth: 6 }), async (path, json) => {
        clock.pass(60);
        const { status } = await post(path, json, path.startsWith("/desk/") ? DESK : PEOPLE);
        expect([400, 413, 503]).toContain(status);
      }),
      { numRuns: 200 },
    );
  });
});

describe("what the log keeps", () => {
  it("L12 holds no body, token, header, query, or id from a path", async () => {
    const cookie = await signIn();
    await post("/desk/v1/inbox", {}, { ...DESK, Cookie: `${cookie}; a=${CANARY}` });
    await post("/desk/v1/drafts/decline", { drafts: [CANARY] });
    await call(port, { method: "GET", path: `/login/${CANARY}`, headers: { Host: HOST } });
    await call(port, { method: "GET", path: `/${CANARY}?${CANARY}`, headers: { Host: HOST } });
    await post("/people/v1/whoami", `{"a":"${CANARY}"}`, { ...PEOPLE, Authorization: CANARY });
    await deviceCall("/people/v1/log/checkpoint", "{}");
    const all = JSON.stringify(log);
    expect(all).not.toContain(CANARY);
    expect(all).not.toContain(cookie.split("=")[1]);
    expect(all).toContain('"path":"page"');
  });

  it("lets a fault be found by the correlation id that the caller saw", async () => {
    const reply = await deviceCall("/people/v1/log/checkpoint", "{}");
    const found = log.faults.find((it) => it.correlation === reply.headers["correlation-id"]);
    expect(found).toMatchObject({ path: "/people/v1/log/checkpoint", name: "Error" });
    expect(found?.frames[0]).toContain("listener.int.spec");
    const fault = await deviceCall("/people/v1/whoami", "{}");
    const contract = log.faults.find((it) => it.correlation === fault.headers["correlation-id"]);
    expect(contract?.note).toMatch(/^output of \/people\/v1\/whoami: /);
  });
});

describe("with TLS", () => {
  it("speaks TLS 1.3 only, marks the cookie for this host, and tells browsers to stay with TLS", async () => {
    const directory = await mkdtemp(join(tmpdir(), "countersign-tls-"));
    const [keyFile, certFile] = [join(directory, "key.pem"), join(directory, "cert.pem")];
    const subject = [
      "-subj",
      "/CN=desk.example.com",
      "-days",
      "1",
      "-keyout",
      keyFile,
      "-out",
      certFile,
    ];
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        ...subject,
      ],
      { stdio: "ignore" },
    );
    const certificate = await readFile(certFile, "utf8");
    const secure = await startPeopleListener({
      host: "127.0.0.1",
      port: 0,
      deskOrigin: "https://desk.example.com",
      tls: { certificate, privateKey: await readFile(keyFile, "utf8") },
      handlers,
      sessions,
      authenticateDevice: async () => ok(laptop.device),
      assets: TEST_ASSETS,
      log: { request: () => {}, fault: () => {} },
      notReady: () => null,
    });
    await rm(directory, { recursive: true });
    const post = (maxVersion: "TLSv1.2" | "TLSv1.3") =>
      new Promise<IncomingMessage>((resolve, reject) => {
        const headers = { ...DESK, Host: "desk.example.com", Origin: "https://desk.example.com" };
        const target = {
          host: "127.0.0.1",
          port: secure.port,
          path: "/desk/v1/identify/finish",
          method: "POST",
        };
        const trust = { ca: certificate, servername: "desk.example.com", maxVersion, agent: false };
        const request = httpsRequest({ ...target, ...trust, headers }, (response) =>
          resolve(response.resume()),
        );
        request.on("error", reject).end('{"assertion":{"ok":true}}');
      });
    const { headers, statusCode } = await post("TLSv1.3");
    expect(statusCode).toBe(200);
    expect(String(headers["set-cookie"])).toMatch(
      /^__Host-countersign-desk=[^;]+; Path=\/; Max-Age=1800; HttpOnly; SameSite=Strict; Secure$/,
    );
    expect(headers["strict-transport-security"]).toContain("max-age=63072000");
    await expect(post("TLSv1.2")).rejects.toThrow();
    await secure.stop();
  });
});

describe("starting and stopping", () => {
  const start = (deskOrigin: string) =>
    startPeopleListener({
      host: "127.0.0.1",
      port: 0,
      deskOrigin,
      tls: null,
      handlers: handlersWith({
        "/people/v1/hello": async () => {
          await new Promise<void>((resolve) => waiting.push(resolve));
          return ok(hello);
        },
      }),
      sessions,
      authenticateDevice: async () => ok(laptop.device),
      assets: TEST_ASSETS,
      log: { request: () => {}, fault: () => {} },
      notReady: () => null,
    });

  it.each([
    "http://desk.example.com",
    "https://desk.example.com/",
    "ftp://desk.localhost",
    "https://desk.example.com/x",
  ])(
    "refuses to start with the origin %s, on which no browser would offer a key",
    async (origin) => {
      await expect(start(origin)).rejects.toThrow(/desk/);
    },
  );

  it("lets a running call answer before it stops, and takes no new one", async () => {
    const other = await start(ORIGIN);
    const running = call(other.port, { path: "/people/v1/hello", headers: PEOPLE, body: "{}" });
    await expect.poll(() => waiting.length).toBe(1);
    const stopped = other.stop();
    await expect(
      call(other.port, { path: "/people/v1/hello", headers: PEOPLE, body: "{}" }),
    ).rejects.toThrow();
    waiting[0]?.();
    expect((await running).status).toBe(200);
    await stopped;
  });
});

it("uses a person's id that the contract accepts", () => {
  expect(personId.safeParse(OLIVIA).success).toBe(true);
});
