import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call } from "./desk-fixture.ts";
import { DECLINE, DRAFT, type HostileRow, refusesAll, without } from "./hostile-rows-fixture.ts";
import {
  bench,
  CANARY,
  DESK,
  HOST,
  PEOPLE,
  post,
  startBench,
  stopBench,
} from "./listener-fixture.ts";

beforeAll(startBench);
afterAll(stopBench);

describe("hostile requests: bodies and HTTP", () => {
  const deep = `{"assertion":${'{"a":'.repeat(40)}1${"}".repeat(41)}`;
  const shape: HostileRow[] = [
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
      () => post(DECLINE, `{"drafts":[],${DRAFT.slice(1)}`),
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
    ["JSON with a comment", () => post(DECLINE, `${DRAFT}/**/`), 400, "malformed"],
    ["JSON with a byte order mark", () => post(DECLINE, `\ufeff${DRAFT}`), 400, "malformed"],
    ["`null`", () => post(DECLINE, "null"), 400, "malformed"],
    ["an array for an object", () => post(DECLINE, "[]"), 400, "malformed"],
    ["a string for an array", () => post(DECLINE, '{"drafts":"x"}'), 400, "malformed"],
    [
      "a field that is not known",
      () => post(DECLINE, `{"admin":true,${DRAFT.slice(1)}`),
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
    ["an id of another kind", () => post(DECLINE, DRAFT.replace("x-", "p-")), 400, "malformed"],
    ["an id in upper case", () => post(DECLINE, DRAFT.replaceAll("0", "A")), 400, "malformed"],
  ];

  const http: HostileRow[] = [
    [
      "a form, as another site can send without asking",
      () => post(DECLINE, DRAFT, { ...DESK, "Content-Type": "application/x-www-form-urlencoded" }),
      415,
      "malformed",
    ],
    [
      "text/plain, as another site can send without asking",
      () => post(DECLINE, DRAFT, { ...DESK, "Content-Type": "text/plain" }),
      415,
      "malformed",
    ],
    [
      "multipart/form-data",
      () => post(DECLINE, DRAFT, { ...DESK, "Content-Type": "multipart/form-data; boundary=a" }),
      415,
      "malformed",
    ],
    [
      "a content type with a parameter",
      () => post(DECLINE, DRAFT, { ...DESK, "Content-Type": "application/json; charset=utf-16" }),
      415,
      "malformed",
    ],
    [
      "two content types in one",
      () => post(DECLINE, DRAFT, { ...DESK, "Content-Type": "text/plain, application/json" }),
      415,
      "malformed",
    ],
    ["no content type", () => post(DECLINE, DRAFT, without("Content-Type")), 415, "malformed"],
    [
      "a compressed body",
      () => post(DECLINE, DRAFT, { ...DESK, "Content-Encoding": "gzip" }),
      415,
      "malformed",
    ],
    [
      "a chunked body",
      () => post(DECLINE, DRAFT, { ...DESK, "Transfer-Encoding": "chunked" }),
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
    ["POST on the page", () => post("/", DRAFT), 405, "malformed"],
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
    ["L8 a path with a trailing slash", () => post(`${DECLINE}/`, DRAFT), 404, "not-found"],
    [
      "L8 a path with dot segments",
      () => post("/desk/v1/x/../drafts/decline", DRAFT),
      404,
      "not-found",
    ],
    ["L8 an encoded path", () => post("/desk/v1/drafts%2Fdecline", DRAFT), 404, "not-found"],
    ["L8 a path in other case", () => post("/desk/v1/drafts/Decline", DRAFT), 404, "not-found"],
    ["L8 a doubled slash", () => post("//desk/v1/drafts/decline", DRAFT), 404, "not-found"],
    ["L8 a path with a query", () => post(`${DECLINE}?a=1`, DRAFT), 404, "not-found"],
    ["an absolute request target", () => post(`http://${HOST}${DECLINE}`, DRAFT), 404, "not-found"],
    ["a path that objects inherit", () => post("/constructor", DRAFT), 404, "not-found"],
    ["`__proto__` as a path", () => post("/__proto__", DRAFT), 404, "not-found"],
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

  refusesAll([...shape, ...http]);

  it("names the wrong field, and does not quote what was sent", async () => {
    const reply = await post(DECLINE, { drafts: [CANARY] });
    expect(reply.text).toContain("drafts.0");
    expect((await post(DECLINE, { [CANARY]: 1 })).text).not.toContain(CANARY);
  });
});
