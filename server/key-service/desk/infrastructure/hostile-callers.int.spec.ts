import { PEOPLE_API, type PeopleApiPath } from "@countersign/protocol/people-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call } from "./desk-fixture.ts";
import { DECLINE, DRAFT, type HostileRow, refusesAll, without } from "./hostile-rows-fixture.ts";
import {
  bench,
  clock,
  DESK,
  deviceCall,
  expectProblem,
  HOST,
  laptop,
  ORIGIN,
  PEOPLE,
  post,
  signIn,
  startBench,
  stopBench,
  stranger,
} from "./listener-fixture.ts";
import { RATE_LIMITS } from "./rate-limits.ts";

beforeAll(startBench);
afterAll(stopBench);

describe("hostile requests: other origins and other callers", () => {
  const origins: HostileRow[] = [
    [
      "another Host (DNS rebinding)",
      () => post(DECLINE, DRAFT, { ...DESK, Host: "evil.test" }),
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
      () => post(DECLINE, DRAFT, { ...DESK, Host: "desk.localhost:1" }),
      421,
      "not-allowed",
    ],
    [
      "the Host in upper case",
      () => post(DECLINE, DRAFT, { ...DESK, Host: HOST.toUpperCase() }),
      421,
      "not-allowed",
    ],
    [
      "the Host with a final dot",
      () => post(DECLINE, DRAFT, { ...DESK, Host: "desk.localhost.:7301" }),
      421,
      "not-allowed",
    ],
    [
      "127.0.0.1 on a desk route",
      () => post(DECLINE, DRAFT, { ...DESK, Host: `127.0.0.1:${bench.port}` }),
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
      () => post(DECLINE, DRAFT, { ...DESK, Host: "evil.test", "X-Forwarded-Host": HOST }),
      421,
      "not-allowed",
    ],
    [
      "fetch metadata of another site",
      () => post(DECLINE, DRAFT, { ...DESK, "Sec-Fetch-Site": "cross-site" }),
      403,
      "not-allowed",
    ],
    [
      "fetch metadata of the same site: the console",
      () => post(DECLINE, DRAFT, { ...DESK, "Sec-Fetch-Site": "same-site" }),
      403,
      "not-allowed",
    ],
    [
      "fetch metadata `none`, as from an address bar",
      () => post(DECLINE, DRAFT, { ...DESK, "Sec-Fetch-Site": "none" }),
      403,
      "not-allowed",
    ],
    [
      "another Origin",
      () => post(DECLINE, DRAFT, { ...DESK, Origin: "http://localhost:3000" }),
      403,
      "not-allowed",
    ],
    [
      "another Origin with good fetch metadata missing",
      () => post(DECLINE, DRAFT, { ...without("Sec-Fetch-Site"), Origin: "https://evil.test" }),
      403,
      "not-allowed",
    ],
    [
      "the Origin `null` of a sandboxed frame",
      () => post(DECLINE, DRAFT, { ...DESK, Origin: "null" }),
      403,
      "not-allowed",
    ],
    [
      "an Origin with ours as prefix",
      () => post(DECLINE, DRAFT, { ...DESK, Origin: `${ORIGIN}.evil.test` }),
      403,
      "not-allowed",
    ],
    [
      "neither Origin nor fetch metadata on a desk route",
      () => post(DECLINE, DRAFT, PEOPLE),
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

  const callers: HostileRow[] = [
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

  refusesAll([...origins, ...callers]);

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
