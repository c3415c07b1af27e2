import { problem, refuse } from "@countersign/protocol/refusals";
import { expect } from "vitest";
import { err, ok } from "../../../kernel/result.ts";
import {
  ACME,
  call,
  handlersWith,
  makeDevice,
  OLIVIA,
  type Reply,
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

/* One listener with a few handlers that do something, for the specifications of this folder. */

export const ORIGIN = "http://desk.localhost:7301";
export const HOST = "desk.localhost:7301";
export const CANARY = "canary-5f1c9e";
export const laptop = makeDevice(1);
export const stranger = makeDevice(9);

export const clock = new TestClock();
export const sessions = new DeskSessions({ clock });
export const log: { requests: RequestLine[]; faults: FaultLine[] } = { requests: [], faults: [] };
export const reached: string[] = [];
/** Paths whose handler does something in these tests. */
export const handled = new Set<string>([
  "/desk/v1/identify/finish",
  "/desk/v1/drafts/decline",
  "/people/v1/hello",
]);
let listener: PeopleListener;
/** `missing`: what `/readyz` says is not there. */
export const bench: { port: number; missing: string | null } = { port: 0, missing: null };

export const hello = {
  mode: "development" as const,
  ledgerOrigin: "countersign.test/log",
  deskOrigin: ORIGIN,
  releaseKey: "A".repeat(120),
  logKey: "A".repeat(120),
  witnesses: [],
  witnessQuorum: 1,
};

export const handlers: PeopleHandlers = handlersWith({
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

/** Starts the listener of this file; call in `beforeAll`. */
export async function startBench(): Promise<void> {
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
    notReady: () => bench.missing,
    limiter: new RateLimiter({
      clock,
      limits: { ...RATE_LIMITS, any: { burst: 1e6, perSecond: 1e6 } },
    }),
    handlerTimeoutMs: 300,
    patience: { headers: 1500, request: 2500 },
  });
  bench.port = listener.port;
}
export const stopBench = () => listener.stop();

export const DESK = {
  Host: HOST,
  Origin: ORIGIN,
  "Sec-Fetch-Site": "same-origin",
  "Content-Type": "application/json",
};
export const PEOPLE = { Host: HOST, "Content-Type": "application/json" };

export const post = (
  path: string,
  body: unknown,
  headers: Record<string, string> = DESK,
): Promise<Reply> =>
  call(bench.port, { path, headers, body: typeof body === "string" ? body : JSON.stringify(body) });

export async function deviceCall(
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
export function expectProblem(reply: Reply, status: number, code: string): void {
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

export async function signIn(): Promise<string> {
  const reply = await post("/desk/v1/identify/finish", { assertion: { ok: true } });
  return String(reply.headers["set-cookie"]).split(";")[0] ?? "";
}
