import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { type LOCAL_CODES, Stop } from "../stop.ts";
import { lookup } from "./localhost-lookup.ts";
import { openPeopleClient } from "./people-client.ts";

let server: Server | null = null;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise<void>((resolve) =>
    server === null ? resolve() : server.close(() => resolve()),
  );
  server = null;
});

async function serve(listener: RequestListener): Promise<string> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  const address = started.address();
  return `http://desk.localhost:${typeof address === "object" ? address?.port : 0}`;
}

async function stopOf(
  origin: string,
  over: { deadlineMs?: number; signal?: AbortSignal } = {},
): Promise<Stop> {
  const client = openPeopleClient({ origin, signer: null, now: Date.now, ...over });
  try {
    await client.call("/people/v1/hello", {});
  } catch (error) {
    if (error instanceof Stop) return error;
    throw error;
  }
  throw new Error("the call should have been stopped");
}

describe("an answer that cannot be used ends the call, and says how", () => {
  const cases: [string, RequestListener, keyof typeof LOCAL_CODES][] = [
    [
      "a page instead of JSON",
      (_, it) => it.writeHead(200, { "content-type": "text/html" }).end("<h1>Hello</h1>"),
      "answer-not-understood",
    ],
    [
      "JSON of another shape",
      (_, it) => it.writeHead(200, { "content-type": "application/json" }).end("{}"),
      "answer-not-understood",
    ],
    [
      "JSON that is broken",
      (_, it) => it.writeHead(200, { "content-type": "application/json" }).end("{"),
      "answer-not-understood",
    ],
    [
      "L6 JSON that is deep",
      (_, it) => it.writeHead(200, { "content-type": "application/json" }).end("[".repeat(100_000)),
      "answer-not-understood",
    ],
    [
      "a redirect",
      (_, it) => it.writeHead(302, { location: "http://evil.example/" }).end(),
      "answer-not-understood",
    ],
    [
      "an error of something before the service",
      (_, it) => it.writeHead(502, { "content-type": "text/plain" }).end("bad gateway"),
      "answer-not-understood",
    ],
    [
      "a problem that the contract does not know",
      (_, it) =>
        it.writeHead(400, { "content-type": "application/problem+json" }).end('{"code":"odd"}'),
      "answer-not-understood",
    ],
    ["a connection that breaks", (request) => request.socket.destroy(), "unreachable"],
    [
      "an answer that is cut off",
      (_, it) =>
        it
          .writeHead(200, { "content-type": "application/json", "content-length": "100" })
          .write("{", () => it.socket?.destroy()),
      "unreachable",
    ],
  ];
  it.each(cases)("%s", async (_, listener, code) => {
    expect(await stopOf(await serve(listener))).toMatchObject({ code });
  });

  it("an answer without end, after 4 MiB", async () => {
    const origin = await serve((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const more = () => {
        while (response.write("x".repeat(65_536))) {
          // until the socket's buffer is full
        }
        response.once("drain", more);
      };
      more();
    });
    expect(await stopOf(origin)).toMatchObject({
      code: "answer-not-understood",
      message: expect.stringContaining("4 MiB"),
    });
  });

  it("a service that sends a byte now and then, at the deadline of the whole call", async () => {
    const origin = await serve((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const timer = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(timer));
    });
    expect(await stopOf(origin, { deadlineMs: 200 })).toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("did not answer in time"),
    });
  });

  it("a service that says nothing, on Ctrl-C", async () => {
    const interrupt = new AbortController();
    const origin = await serve(() => interrupt.abort());
    expect(await stopOf(origin, { signal: interrupt.signal })).toMatchObject({
      code: "interrupted",
      exit: 130,
    });
  });

  it("nothing at all, with the command that starts a development service", async () => {
    const stop = await stopOf("http://desk.localhost:1");
    expect(stop).toMatchObject({
      code: "unreachable",
      exit: 7,
      message: "Nothing answers at http://desk.localhost:1.",
    });
    expect(stop.next).toContain("npm start");
    expect(await stopOf("http://no-such-host.invalid")).toMatchObject({ code: "unreachable" });
  });

  it("TLS that does not prove the host", async () => {
    const plain = await serve((_, response) => response.end());
    const stop = await stopOf(plain.replace("http:", "https:"));
    expect(stop).toMatchObject({ code: "service-changed", exit: 8 });
  });
});

describe("names below localhost", () => {
  it.each(["localhost", "desk.localhost", "a.b.localhost"])(
    "%s is this machine, without asking a resolver",
    async (name) => {
      const all = await new Promise((resolve) =>
        lookup(name, { all: true }, (_, addresses) => resolve(addresses)),
      );
      expect(all).toEqual([
        { address: "127.0.0.1", family: 4 },
        { address: "::1", family: 6 },
      ]);
      const one = await new Promise((resolve) =>
        lookup(name, { family: 6 }, (_, address, family) => resolve([address, family])),
      );
      expect(one).toEqual(["::1", 6]);
    },
  );

  it("localhost.evil.example is not", async () => {
    const error = await new Promise((resolve) =>
      lookup("localhost.invalid", {}, (failure) => resolve(failure)),
    );
    expect(error).toMatchObject({ code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) });
  });
});
