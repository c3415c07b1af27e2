import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACTIONS } from "../../server/console/authorise/grid.ts";
import { cookieName } from "../../server/console/http/cookies.ts";
import { FRONT_DOOR_LIMITS } from "../../server/console/http/front-door.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console-world.ts";
import { startPagesOf, type WorldPages } from "../support/pages-of-world.ts";
import { type RawAnswer, type RawRequest, rawHttp } from "../support/raw-http.ts";
import { CONSOLE_ORIGIN } from "../support/single-sign-on.ts";

const SESSION = cookieName("session", CONSOLE_ORIGIN);
const OWN_PAGE = { "sec-fetch-site": "same-origin" };
const JSON_BODY = { ...OWN_PAGE, "content-type": "application/json" };
const SEED = 20261123;
const AT_ONCE = 16;

/*
 * The built console as somebody on the network finds it: requests by the thousand that no browser sends. None may
 * crash it, get an answer that a session is needed for, or keep it from answering somebody who is signed in.
 */
describe("the console on a hostile network", () => {
  let world: ConsoleWorld;
  let pages: WorldPages;
  let sam: string;

  beforeAll(async () => {
    world = await startConsoleWorld();
    pages = await startPagesOf(world);
    sam = `${SESSION}=${await world.signIn(world.cast.sam)}`;
  }, 240_000);
  afterAll(async () => {
    await pages?.end();
    await world?.stop();
  });

  const samIsServed = async () => {
    const headers = { cookie: sam, ...OWN_PAGE };
    const path = "/api/trpc/session.me";
    const { status, text } = await rawHttp({
      port: pages.port,
      path,
      headers,
      address: "127.9.9.9",
    });
    expect([status, text.includes("Sam Okafor"), pages.hasEnded()]).toEqual([200, true, false]);
  };
  const residentMebibytes = () =>
    Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pages.pid}/status`, "utf8"))?.[1]) /
    1024;
  /** All of them, some at once. A broken connection is an answer too. */
  const send = async (requests: readonly Omit<RawRequest, "port">[]) => {
    const waiting = [...requests.entries()];
    const answers: (RawAnswer | null)[] = [];
    const client = async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const [at, request] = next;
        answers[at] = await rawHttp({ port: pages.port, ...request }).catch(() => null);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, client));
    return answers;
  };
  const saysNothing = (request: unknown, answer: RawAnswer | null | undefined) => {
    if (answer === null || answer === undefined) return;
    const said = JSON.stringify(request).slice(0, 300);
    expect(answer.status, said).toBeLessThan(500);
    for (const word of ["Okafor", "Olivia", "payments/", "acme"])
      expect(answer.text.includes(word), said).toBe(false);
  };

  it(`L25 L6 3,000 requests that no browser sends (seed ${SEED}) are refused, and nothing else happens`, async () => {
    const random = randomOf(SEED);
    const requests = Array.from({ length: 3000 }, (_, at) => ({
      ...oddRequest(random),
      // As many machines as a network has; how often one may ask is another test.
      address: `127.1.${(at >> 6) & 255}.${1 + (at & 63)}`,
    }));
    const answers = await send(requests);
    for (const [at, request] of requests.entries()) saysNothing(request, answers[at]);
    const statuses = new Set(answers.map((it) => it?.status));
    for (const status of [400, 401, 403, 404, 405, 413, 415, 431])
      expect(statuses).toContain(status);
    await samIsServed();
  });

  it("L25 ID-1 2,000 cookies that are no session open nothing", async () => {
    const random = randomOf(SEED + 1);
    const secret = sam.slice(SESSION.length + 1);
    const requests = Array.from({ length: 2000 }, (_, at) => ({
      path: `/api/trpc/${pick(
        random,
        ACTIONS.filter((it) => it !== "session.state"),
      )}`,
      headers: { ...OWN_PAGE, cookie: oddCookie(random, secret) },
      address: `127.2.${(at >> 6) & 255}.${1 + (at & 63)}`,
    }));
    const answers = await send(requests);
    for (const [at, request] of requests.entries()) {
      saysNothing(request, answers[at]);
      expect([400, 401, 405, 431], request.headers.cookie).toContain(answers[at]?.status ?? 400);
    }
    await samIsServed();
  });

  it("L6 a batch of 1,000 calls, a body without an end and JSON without a bottom cost nothing", async () => {
    const before = residentMebibytes();
    const path = `/api/trpc/${Array<string>(1000).fill("secrets.list").join(",")}?batch=1`;
    const large = "a".repeat(8_000_000);
    const requests = Array.from({ length: 60 }, (_, at) =>
      [
        { path, headers: { ...OWN_PAGE, cookie: sam } },
        { path, method: "POST", headers: { ...JSON_BODY, cookie: sam }, body: "{}" },
        {
          path: "/api/trpc/secrets.draftEdit",
          method: "POST",
          headers: { ...JSON_BODY, cookie: sam },
          body: "[".repeat(250_000),
        },
        {
          path: "/api/trpc/secrets.draftEdit",
          method: "POST",
          headers: { ...JSON_BODY, cookie: sam, "transfer-encoding": "chunked" },
          body: large,
        },
        {
          path: "/api/trpc/secrets.draftEdit",
          method: "POST",
          headers: { ...JSON_BODY, cookie: sam, "content-length": String(large.length) },
          body: large,
        },
        {
          path: "/secrets",
          method: "POST",
          headers: { "next-action": "0".repeat(42), "content-type": "text/plain", cookie: sam },
          body: "[]",
        },
      ].map((it) => ({ ...it, address: `127.3.0.${1 + at}` })),
    ).flat();
    const answers = await send(requests);
    const served = answers.filter((it) => it !== null);
    expect(served.length).toBeGreaterThan(100);
    for (const { status } of served) expect([400, 405, 413, 414, 429, 431]).toContain(status);
    expect(residentMebibytes()).toBeLessThan(before + 200);
    // The flood was sent as Sam: his own count is spent, and refills.
    await expect
      .poll(
        () =>
          samIsServed().then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
  });

  it("L6 bytes that are no HTTP, and requests that are two at once, end their own connection alone", async () => {
    const random = randomOf(SEED + 2);
    const host = "Host: console.localhost\r\n";
    const wholes = [
      `GET /api/trpc/session.me HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /status HTTP/1.1\r\n${host}\r\n`,
      `POST /api/trpc/session.signOut HTTP/1.1\r\n${host}Content-Length: 4\r\nContent-Length: 40\r\n\r\nnull`,
      `GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n`,
      `GET /../../../../etc/passwd HTTP/1.1\r\n${host}\r\n`,
      `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`,
      `GET / HTTP/1.1\r\n${host}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
    ];
    const tries = Array.from({ length: 600 }, (_, at) =>
      at < 60
        ? Buffer.from(wholes[at % wholes.length] ?? "")
        : bytesOf(random, 1 + Math.floor(random() * 400)),
    );
    for (let at = 0; at < tries.length; at += 50) {
      const answers = await Promise.all(
        tries.slice(at, at + 50).map((it) => sendBytes(pages.port, it)),
      );
      for (const text of answers) {
        expect(text).not.toMatch(/^HTTP\/1\.1 5/m);
        for (const word of ["Okafor", "root:", "evil.example"]) expect(text).not.toContain(word);
      }
    }
    await samIsServed();
  });

  it("RATE-1 whoever asks too often is told when to come again, and keeps nobody else from asking", async () => {
    const many = FRONT_DOOR_LIMITS.noSession.burst + 200;
    const flood = (path: string) =>
      send(Array.from({ length: many }, () => ({ path, headers: OWN_PAGE, address: "127.4.0.1" })));
    for (const path of ["/api/trpc/session.state", "/api/auth/csrf"]) {
      const refused = (await flood(path)).filter((it) => it?.status === 429);
      expect(refused.length, path).toBeGreaterThan(20);
      for (const answer of refused) {
        expect(Number(answer?.headers["retry-after"])).toBeGreaterThanOrEqual(1);
        expect(answer?.headers["content-type"]).toBe("application/problem+json");
        expect(JSON.parse(answer?.text ?? "{}")).toMatchObject({
          status: 429,
          code: "rate-limited",
        });
      }
    }
    await samIsServed();
  });
});

function oddRequest(random: () => number): Omit<RawRequest, "port"> {
  const path = pick(random, [
    "/",
    "/secrets",
    "/requests/new",
    "/api/trpc/session.me",
    "/api/trpc/nothing.here",
    "/api/trpc/",
    "/api/trpc/__proto__",
    "/api/trpc/session.me,session.me",
    "/api/trpc/constructor.constructor?input=%7B%7D",
    "/api/auth/session",
    "/api/auth/signin/credentials",
    "/api/auth/callback/oidc?code=a&state=b",
    "/api/auth/../trpc/session.me",
    "//evil.example/%2f..",
    "/%00",
    "/%ff%fe",
    "/_next/static/../../server/app/page.js",
    "/_next/data/x/secrets.json",
    "/_next/image?url=http%3A%2F%2Fevil.example&w=64&q=75",
    `/api/trpc/secrets.list?input=${encodeURIComponent("[".repeat(900))}`,
    `/secrets?q=${"%F0%9F%92%A9".repeat(300)}`,
    `/${"a/".repeat(2000)}`,
    "/icon.svg?x=1",
    "/api/health/ready/..;/",
  ] as const);
  const headers = Object.fromEntries(
    Array.from({ length: Math.floor(random() * 5) }, () =>
      pick<readonly [string, string]>(random, [
        ["cookie", oddCookie(random, "A".repeat(43))],
        ["x-middleware-subrequest", "proxy:proxy:proxy:proxy:proxy"],
        ["x-nonce", "AAAA"],
        ["next-action", "7f".repeat(20)],
        ["next-router-state-tree", "%5B%22%22%5D"],
        ["rsc", "1"],
        ["x-forwarded-host", "evil.example"],
        ["x-forwarded-for", "127.0.0.1"],
        ["origin", pick(random, ["null", "https://evil.example", CONSOLE_ORIGIN])],
        ["sec-fetch-site", pick(random, ["cross-site", "none", "same-origin", "same-site"])],
        ["x-huge", "h".repeat(Math.floor(random() * 20_000))],
        ["accept-encoding", "gzip, ".repeat(500)],
        ["authorization", `Bearer ${"b".repeat(43)}`],
        ["countersign-active", "1"],
        ["trpc-accept", "application/jsonl"],
      ]),
    ),
  );
  const method = pick(random, [
    "GET",
    "GET",
    "GET",
    "POST",
    "POST",
    "PUT",
    "DELETE",
    "OPTIONS",
    "HEAD",
    "PATCH",
  ]);
  if (method !== "POST") return { path, method, headers };
  const [type, body] = pick<readonly [string, string]>(random, [
    ["application/json", "{"],
    ["application/json", "null"],
    ["application/json", JSON.stringify({ 0: { q: "a" }, 1: null })],
    ["application/json", '{"__proto__":{"roles":["officer"]}}'],
    ["application/json", `"${"a".repeat(270_000)}"`],
    ["application/x-www-form-urlencoded", "csrfToken=a&callbackUrl=https%3A%2F%2Fevil.example"],
    [
      "multipart/form-data; boundary=x",
      '--x\r\ncontent-disposition: form-data; name="1"\r\n\r\n$F1\r\n--x--',
    ],
    ["text/x-component", '["$K1"]'],
    ["application/octet-stream", "\u0000\u0001"],
    ["", "a"],
  ]);
  return {
    path,
    method,
    headers: { ...headers, ...(type === "" ? {} : { "content-type": type }) },
    body,
  };
}

function oddCookie(random: () => number, secret: string): string {
  const flipped = `${secret.slice(0, -2)}${pick(random, ["AA", "__", "--", "zz"])}`;
  return pick(random, [
    `${SESSION}=${Buffer.from(bytesOf(random, 32)).toString("base64url")}`,
    `${SESSION}=${flipped.slice(0, 40)}`,
    `${SESSION}=${secret}; ${SESSION}=${secret}`,
    `${SESSION}="${secret}"`,
    `${SESSION}=${secret}%00`,
    `__Host-${SESSION}=${secret}`,
    `${SESSION.toUpperCase()}=${secret}`,
    `next-auth.session-token=${secret}`,
    `${SESSION}=${"A".repeat(4000)}`,
    `${SESSION}=' OR 1=1 --`,
    `${SESSION}=${secret.toUpperCase()}0`,
    Array.from({ length: 200 }, (_, at) => `c${at}=${at}`).join("; "),
  ]);
}

/** mulberry32: the same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pick<T>(random: () => number, of: readonly T[]): T {
  const found = of[Math.floor(random() * of.length)];
  if (found === undefined) throw new Error("there is something to pick from");
  return found;
}

function bytesOf(random: () => number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

/** What the listener says to raw bytes until it or we have said all. */
function sendBytes(port: number, bytes: Buffer): Promise<string> {
  return new Promise((done) => {
    let text = "";
    const socket = connect({ port, host: "127.0.0.1" }, () => socket.end(bytes));
    socket.setEncoding("latin1").on("data", (more) => {
      text += more;
    });
    // A connection that is cut is an answer.
    socket.on("error", () => undefined).on("close", () => done(text));
  });
}
