import type { JsonLimits } from "@countersign/protocol/bounded-json";
import type { PeopleApiPath } from "@countersign/protocol/people-api";

/** What a caller spends a token of. Numbers stand in `rate-limits.ts`. */
export type RateGroup =
  | "any"
  | "ceremony"
  | "read"
  | "sign"
  | "login"
  | "poll"
  | "device"
  | "check";

export type Route = {
  readonly json: JsonLimits;
  readonly group: RateGroup;
  /** `begin`: success opens a session for the person of the output; `end`: success ends the caller's. */
  readonly session: "begin" | "end" | null;
};

const KIB = 1024;
/** A list of 50 digests, or a WebAuthn response with its attestation certificates. */
const USUAL: JsonLimits = { maxBytes: 64 * KIB, maxDepth: 12 };
/** A sealed value: 65,552 bytes of ciphertext are 87,403 characters. */
const SEALED: JsonLimits = { maxBytes: 128 * KIB, maxDepth: 12 };
/** Nothing, an id or two, or a name. */
const SMALL: JsonLimits = { maxBytes: 4 * KIB, maxDepth: 6 };

const route = (json: JsonLimits, group: RateGroup, session: Route["session"] = null): Route => ({
  json,
  group,
  session,
});

/** What each path may cost its listener. A new path does not compile before it has a row. */
export const ROUTES = {
  "/desk/v1/enrolment/begin": route(SMALL, "ceremony"),
  "/desk/v1/enrolment/finish": route(USUAL, "ceremony"),
  "/desk/v1/further-key/begin": route(SMALL, "ceremony"),
  "/desk/v1/further-key/finish": route(USUAL, "ceremony"),
  "/desk/v1/identify/begin": route(SMALL, "ceremony"),
  "/desk/v1/identify/finish": route(USUAL, "ceremony", "begin"),
  "/desk/v1/session/end": route(SMALL, "read", "end"),
  "/desk/v1/inbox": route(SMALL, "read"),
  "/desk/v1/proposals/read": route(SMALL, "read"),
  "/desk/v1/proposals/decide": route(USUAL, "read"),
  "/desk/v1/drafts/read": route(SMALL, "read"),
  "/desk/v1/drafts/sign": route(USUAL, "sign"),
  "/desk/v1/drafts/decline": route(SMALL, "sign"),
  "/desk/v1/return": route(SMALL, "read"),
  "/desk/v1/device-logins/read": route(SMALL, "read"),
  "/desk/v1/device-logins/claim": route(SMALL, "login"),
  "/people/v1/hello": route(SMALL, "read"),
  "/people/v1/device-logins/begin": route(SMALL, "login"),
  "/people/v1/device-logins/finish": route(SMALL, "poll"),
  "/people/v1/whoami": route(SMALL, "device"),
  "/people/v1/people/list": route(SMALL, "device"),
  "/people/v1/secrets/list": route(SMALL, "device"),
  "/people/v1/secrets/show": route(SMALL, "device"),
  "/people/v1/intake": route(SMALL, "device"),
  "/people/v1/drafts": route(SEALED, "device"),
  "/people/v1/drafts/status": route(SMALL, "device"),
  "/people/v1/proposals/list": route(SMALL, "device"),
  "/people/v1/proposals/show": route(SMALL, "device"),
  "/people/v1/grants/open": route(SMALL, "device"),
  "/people/v1/values/check": route(SEALED, "check"),
  "/people/v1/log/checkpoint": route(SMALL, "device"),
  "/people/v1/log/consistency": route(SMALL, "device"),
  "/people/v1/log/inclusion": route(SMALL, "device"),
  "/people/v1/log/key": route(SMALL, "device"),
} as const satisfies Record<PeopleApiPath, Route>;

/** Exact match on the raw request target: no decoding, no trailing slash, no query (lesson L8). */
export function routeOf(target: string): PeopleApiPath | null {
  return Object.hasOwn(ROUTES, target) ? (target as PeopleApiPath) : null; // an own key of the table is a path
}
