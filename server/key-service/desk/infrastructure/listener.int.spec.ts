import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, OLIVIA, type Reply, TEST_ASSETS } from "./desk-fixture.ts";
import {
  bench,
  CANARY,
  DESK,
  deviceCall,
  expectProblem,
  HOST,
  laptop,
  log,
  PEOPLE,
  post,
  reached,
  sessions,
  signIn,
  startBench,
  stopBench,
} from "./listener-fixture.ts";

beforeAll(startBench);
afterAll(stopBench);

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
      const local = await post(
        "/people/v1/hello",
        {},
        { ...PEOPLE, Host: `${name}:${bench.port}` },
      );
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
    const reply = await call(bench.port, { method: "GET", path, headers: { Host: HOST } });
    expect([reply.status, reply.headers["content-type"]]).toEqual([
      200,
      "text/html; charset=utf-8",
    ]);
  });

  it("tells a person who mistyped a link with the page, and a program with a problem", async () => {
    const html = await call(bench.port, {
      method: "GET",
      path: "/nothing",
      headers: { Host: HOST, Accept: "text/html,*/*" },
    });
    expect([html.status, html.headers["content-type"]]).toEqual([404, "text/html; charset=utf-8"]);
    expectProblem(
      await call(bench.port, { method: "GET", path: "/nothing", headers: { Host: HOST } }),
      404,
      "not-found",
    );
  });

  it("answers probes: alive always, ready when nothing is missing", async () => {
    const probe = (path: string) =>
      call(bench.port, { method: "GET", path, headers: { Host: "10.0.0.7:1" } });
    expect((await probe("/healthz")).text).toBe('{"status":"ok"}');
    expect((await probe("/readyz")).status).toBe(200);
    bench.missing = "The database does not answer.";
    const reply = await probe("/readyz");
    bench.missing = null;
    expectProblem(reply, 503, "unavailable");
    expect((await probe("/healthz")).status).toBe(200);
  });
});

describe("headers of every answer", () => {
  const asked: [string, () => Promise<Reply>][] = [
    ["the page", () => call(bench.port, { method: "GET", path: "/", headers: { Host: HOST } })],
    [
      "an asset",
      () => call(bench.port, { method: "GET", path: "/desk.js", headers: { Host: HOST } }),
    ],
    ["an answer", () => post("/people/v1/hello", {}, PEOPLE)],
    ["a refusal", () => post("/desk/v1/inbox", {})],
    ["a fault", () => deviceCall("/people/v1/log/checkpoint", "{}")],
    ["a wrong host", () => post("/desk/v1/inbox", {}, { ...DESK, Host: "evil.test" })],
    [
      "a wrong method",
      () => call(bench.port, { method: "PUT", path: "/", headers: { Host: HOST } }),
    ],
    [
      "a probe",
      () => call(bench.port, { method: "GET", path: "/healthz", headers: { Host: HOST } }),
    ],
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

describe("what the log keeps", () => {
  it("L12 holds no body, token, header, query, or id from a path", async () => {
    const cookie = await signIn();
    await post("/desk/v1/inbox", {}, { ...DESK, Cookie: `${cookie}; a=${CANARY}` });
    await post("/desk/v1/drafts/decline", { drafts: [CANARY] });
    await call(bench.port, { method: "GET", path: `/login/${CANARY}`, headers: { Host: HOST } });
    await call(bench.port, {
      method: "GET",
      path: `/${CANARY}?${CANARY}`,
      headers: { Host: HOST },
    });
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
    expect(found?.frames[0]).toContain("listener-fixture");
    const fault = await deviceCall("/people/v1/whoami", "{}");
    const contract = log.faults.find((it) => it.correlation === fault.headers["correlation-id"]);
    expect(contract?.note).toMatch(/^output of \/people\/v1\/whoami: /);
  });
});
