import { connect } from "node:net";
import { PEOPLE_API } from "@countersign/protocol/people-api";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendRaw } from "./desk-fixture.ts";
import {
  bench,
  clock,
  DESK,
  HOST,
  handled,
  log,
  ORIGIN,
  PEOPLE,
  post,
  startBench,
  stopBench,
} from "./listener-fixture.ts";

beforeAll(startBench);
afterAll(stopBench);

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
    const reply = await sendRaw(bench.port, bytes);
    expect(reply).not.toMatch(/^HTTP\/1\.1 2/);
    expect(
      (
        await sendRaw(bench.port, `${honest.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")}`)
      ).startsWith("HTTP/1.1 200"),
    ).toBe(true);
  });

  it("answers the good request and nothing else when junk is pipelined behind it", async () => {
    const reply = await sendRaw(bench.port, `${honest}\u0000\u0001junk\r\n\r\n`);
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
        const socket = connect(bench.port, "127.0.0.1", () => socket.write(bytes));
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
        const reply = await sendRaw(bench.port, Buffer.from(bytes, "latin1"));
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
