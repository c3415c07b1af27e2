import type { IncomingMessage } from "node:http";
import { problemOf, type RefusalCode, refuse } from "@countersign/protocol/refusals";
import { addressKey } from "../../kernel/address-key.ts";
import type { Clock } from "../../kernel/clock.ts";
import { type RateLimit, TokenBuckets } from "../../kernel/token-buckets.ts";
import { sessionDigest } from "../sign-in/session-secret.ts";
import { errorShape } from "../trpc/refusal-error.ts";
import { readCookie } from "./cookies.ts";
import { MAX_BODY_BYTES } from "./read-body.ts";

export type FrontDoorLimits = {
  /** Every request of one network address that is no file: an office behind one address fits. */
  readonly address: RateLimit;
  /** Calls of pages, by session: a page that is opened makes about ten. */
  readonly session: RateLimit;
  /** Calls of pages that bring no session, by address: the sign-in page asks every two seconds. */
  readonly noSession: RateLimit;
  /** Steps of a sign-in, by address; one sign-in is three. */
  readonly signIn: RateLimit;
};
export const FRONT_DOOR_LIMITS: FrontDoorLimits = {
  address: { burst: 1200, perSecond: 200 },
  session: { burst: 240, perSecond: 20 },
  noSession: { burst: 240, perSecond: 10 },
  signIn: { burst: 120, perSecond: 4 },
};

export type TurnedAway = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Files whose names carry a digest: served out of memory and cached by browsers for ever. */
const FILE = /^\/_next\/static\/[\w/.~-]+$/;
/** A path of ours: no other host's address, which Next would redirect to, and no way out of a folder. */
const PATH = /^\/(?![/\\])(?!.*\.\.)/;
const CALL = "/api/trpc/";
const SIGN_IN = "/api/auth/";
const JSON_TYPE = /^application\/json(?:;|$)/i;
const FORM_TYPE = /^application\/x-www-form-urlencoded(?:;|$)/i;

/**
 * Judges every request by its head alone, before Next sees it: how many, how large, with which method and type. It
 * counts and authorises nothing. Behind a proxy that ends TLS all requests come from the proxy's address: what it
 * lets through together shares one count, and sessions keep their own.
 */
export class FrontDoor {
  readonly #origin: string;
  readonly #limits: FrontDoorLimits;
  readonly #buckets: TokenBuckets;

  constructor(of: {
    readonly origin: string;
    readonly clock: Pick<Clock, "monotonic">;
    readonly limits?: FrontDoorLimits;
    readonly maxKeys?: number;
  }) {
    this.#origin = of.origin;
    this.#limits = of.limits ?? FRONT_DOOR_LIMITS;
    this.#buckets = new TokenBuckets(of.clock, of.maxKeys);
  }

  /** How many callers it remembers: bounded, whoever calls. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Null where the request may go on. */
  judge({ method, url = "", headers, socket }: RequestHead): TurnedAway | null {
    const path = url.split("?")[0] ?? "";
    const isRead = method === "GET" || method === "HEAD";
    if (!PATH.test(path)) return NO_PATH;
    if (isRead && FILE.test(path)) return null;
    const waitSeconds = this.#wait(path, addressKey(socket.remoteAddress), headers.cookie);
    if (waitSeconds > 0) return tooMany(waitSeconds);
    if (isRead) return null;
    const isCall = path.startsWith(CALL);
    // Pages take no calls: whatever Next would do with one (server actions) is out of reach.
    if (method !== "POST" || !(isCall || path.startsWith(SIGN_IN))) return NOT_THAT_METHOD;
    const type = headers["content-type"] ?? "";
    if (!(isCall ? JSON_TYPE : FORM_TYPE).test(type)) return OTHER_TYPE;
    if (Number(headers["content-length"] ?? 0) > MAX_BODY_BYTES) return TOO_LARGE;
    return null;
  }

  #wait(path: string, address: string, cookie: string | undefined): number {
    const wait = this.#buckets.take(`address ${address}`, this.#limits.address);
    if (wait > 0) return wait;
    if (path.startsWith(SIGN_IN))
      return this.#buckets.take(`sign-in ${address}`, this.#limits.signIn);
    if (!path.startsWith(CALL)) return 0;
    const secret = readCookie(cookie ?? null, "session", this.#origin);
    const session = secret === null ? null : sessionDigest(secret);
    if (session === null)
      return this.#buckets.take(`no session ${address}`, this.#limits.noSession);
    return this.#buckets.take(`session ${session}`, this.#limits.session);
  }
}

/** What is read of a request here. */
export type RequestHead = Pick<IncomingMessage, "method" | "url" | "headers"> & {
  readonly socket: { readonly remoteAddress?: string | undefined };
};

function turnAway(
  code: RefusalCode,
  message: string,
  more: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): TurnedAway {
  // Nothing is written down of it, so there is no number that would find anything.
  const { correlation: _, ...problem } = problemOf(refuse(code, message), "", more.status);
  return {
    status: problem.status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      // A body that was not read must not be taken for the next request.
      connection: "close",
      ...more.headers,
    },
    // Problem details for programs; `error` is where pages look.
    body: JSON.stringify({ ...problem, error: errorShape(refuse(code, message)) }),
  };
}

function tooMany(seconds: number): TurnedAway {
  const unit = seconds === 1 ? "second" : "seconds";
  return turnAway("rate-limited", `Too many calls. Try again in ${seconds} ${unit}.`, {
    headers: { "retry-after": String(seconds) },
  });
}

const NO_PATH = turnAway("malformed", "This is no address of the console.");
const TOO_LARGE = turnAway("too-large", "The call is larger than 256 KiB.");
const OTHER_TYPE = turnAway(
  "malformed",
  "Calls are sent as application/json, steps of a sign-in as a form.",
  { status: 415 },
);
const NOT_THAT_METHOD = turnAway("malformed", "Pages are read with GET.", {
  status: 405,
  headers: { allow: "GET, HEAD" },
});
