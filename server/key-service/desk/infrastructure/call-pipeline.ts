import type { IncomingMessage } from "node:http";
import { BoundedJsonError, type Json, parseBoundedJson } from "@countersign/protocol/bounded-json";
import {
  PEOPLE_API,
  type PeopleApiInput,
  type PeopleApiOutput,
  type PeopleApiPath,
} from "@countersign/protocol/people-api";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { z } from "zod";
import { addressKey } from "../../../kernel/address-key.ts";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { DeskSessions } from "./desk-sessions.ts";
import type { AuthenticateDevice } from "./device-authentication.ts";
import type {
  CallerOf,
  DeviceCaller,
  NoCaller,
  PeopleHandlers,
  SessionCaller,
} from "./people-handlers.ts";
import type { RateLimiter } from "./rate-limits.ts";
import { readJsonBody } from "./request-body.ts";
import { type RequestRefusal, requestRefusal } from "./request-refusal.ts";
import { type RateGroup, ROUTES } from "./route-table.ts";
import { endedSessionCookie, readSessionCookie, sessionCookie } from "./session-cookie.ts";

export type CallPipeline = {
  readonly deskOrigin: string;
  readonly handlers: PeopleHandlers;
  readonly authenticateDevice: AuthenticateDevice;
  readonly sessions: DeskSessions;
  readonly limiter: RateLimiter;
  /** A handler that takes longer is answered for; it goes on, and its effect may still happen. */
  readonly handlerTimeoutMs: number;
};

export type Called = { readonly output: unknown; readonly headers: Record<string, string> };

/** The service's own mistake. `note` names what, never with data of the call. */
export class ContractFault extends Error {
  override readonly name = "ContractFault";
  readonly note: string;
  constructor(note: string) {
    super(note);
    this.note = note;
  }
}

/**
 * One call, from its headers to its output. The order matters: what is cheap and certain comes before
 * what costs; nothing is parsed before its size is known; nobody is told whether input was well formed
 * before they proved who they are.
 *
 * @throws what the handler throws, and `ContractFault` for an output outside the contract.
 */
export async function performCall<P extends PeopleApiPath>(
  of: CallPipeline,
  path: P,
  request: IncomingMessage,
  correlation: string,
): Promise<Result<Called, RequestRefusal>> {
  const route = ROUTES[path];
  const body = await readJsonBody(request, route.json.maxBytes);
  if (!body.ok) return body;

  const proven = await proveCaller(of, path, request, body.value, correlation);
  if (!proven.ok) return err(asRequestRefusal(proven.error));
  const waitSeconds = of.limiter.take(route.group, callerKey(proven.value, request));
  if (waitSeconds > 0) return err(tooMany(waitSeconds));

  const input = parseInput(path, body.value);
  if (!input.ok) return err(asRequestRefusal(input.error));

  // The contract names the caller's kind for each path, and `proveCaller` proved that kind.
  const caller = proven.value.caller as CallerOf<P>;
  const outcome = await withDeadline(of.handlers[path](input.value, caller), of.handlerTimeoutMs);
  if (outcome === "late") return err(asRequestRefusal(LATE));
  if (!outcome.ok) return err(asRequestRefusal(outcome.error));

  const output = PEOPLE_API[path].output.safeParse(outcome.value);
  if (!output.success) throw new ContractFault(`output of ${path}: ${issues(output.error)}`);
  return ok({ output: output.data, headers: sessionEffect(of, path, request, outcome.value) });
}

type Proven = {
  readonly caller: NoCaller | SessionCaller | DeviceCaller;
  readonly key: string | null;
};

async function proveCaller(
  of: CallPipeline,
  path: PeopleApiPath,
  request: IncomingMessage,
  body: Uint8Array,
  correlation: string,
): Promise<Result<Proven, Refusal>> {
  switch (PEOPLE_API[path].caller) {
    case "none":
      return ok({ caller: { kind: "none", correlation }, key: null });
    case "session": {
      const token = readSessionCookie(of.deskOrigin, request.headers.cookie);
      const session = token === null ? null : of.sessions.use(token);
      if (session === null) return err(NO_SESSION);
      const { person, tenant, key } = session;
      return ok({ caller: { kind: "session", person, tenant, correlation }, key });
    }
    case "device": {
      const { authorization } = request.headers;
      const device = await of.authenticateDevice({ authorization, path, body });
      if (!device.ok) return device;
      return ok({
        caller: { kind: "device", device: device.value, correlation },
        key: device.value,
      });
    }
  }
}

function callerKey(proven: Proven, request: IncomingMessage): string {
  return proven.key ?? addressKey(request.socket.remoteAddress);
}

/** Also for the bucket that every request of one address spends from, whatever it asks for. */
export function spend(
  limiter: RateLimiter,
  group: RateGroup,
  request: IncomingMessage,
): RequestRefusal | null {
  const waitSeconds = limiter.take(group, addressKey(request.socket.remoteAddress));
  return waitSeconds > 0 ? tooMany(waitSeconds) : null;
}

function parseInput<P extends PeopleApiPath>(
  path: P,
  body: Uint8Array,
): Result<PeopleApiInput<P>, Refusal> {
  let json: Json;
  try {
    json = parseBoundedJson(body, ROUTES[path].json);
  } catch (error) {
    if (error instanceof BoundedJsonError)
      return err(refuse("malformed", `Not understood: ${error.message}.`));
    throw error;
  }
  const parsed = PEOPLE_API[path].input.safeParse(json);
  if (!parsed.success) return err(refuse("malformed", `Not understood: ${issues(parsed.error)}.`));
  return ok(parsed.data as PeopleApiInput<P>); // what the schema of this very path returned
}

/** Where and why, without quoting names or values that the caller chose. */
function issues(error: z.ZodError): string {
  const [first] = error.issues;
  if (first === undefined) return "not as the contract says";
  const place = first.path.length === 0 ? "the body" : first.path.map(String).join(".");
  return `${place}: ${first.code === "unrecognized_keys" ? "has a field that is not known" : first.message}`;
}

function sessionEffect<P extends PeopleApiPath>(
  of: CallPipeline,
  path: P,
  request: IncomingMessage,
  output: PeopleApiOutput<P>,
): Record<string, string> {
  const { session } = ROUTES[path];
  if (session === null) return {};
  const before = readSessionCookie(of.deskOrigin, request.headers.cookie);
  if (before !== null) of.sessions.end(before); // a planted token never becomes a signed-in one
  if (session === "end") return { "Set-Cookie": endedSessionCookie(of.deskOrigin) };
  // Only `/desk/v1/identify/finish` has `begin`, and this is its output.
  const { person, tenant } = output as PeopleApiOutput<"/desk/v1/identify/finish">;
  return { "Set-Cookie": sessionCookie(of.deskOrigin, of.sessions.open({ person, tenant })) };
}

async function withDeadline<T>(work: Promise<T>, milliseconds: number): Promise<T | "late"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(resolve, milliseconds, "late");
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function asRequestRefusal({ code, message }: Refusal): RequestRefusal {
  return requestRefusal(code, message);
}

function tooMany(waitSeconds: number): RequestRefusal {
  const unit = waitSeconds === 1 ? "second" : "seconds";
  return requestRefusal("rate-limited", `Too many calls. Try again in ${waitSeconds} ${unit}.`, {
    headers: { "Retry-After": String(waitSeconds) },
  });
}

const NO_SESSION = refuse(
  "not-signed-in",
  "You are not signed in at the desk, or your session has ended. Touch your key again.",
);
const LATE = refuse(
  "unavailable",
  "The key service did not answer in time. What you asked for may still happen: look before you try again.",
);
