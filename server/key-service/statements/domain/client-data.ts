import { type Json, parseBoundedJson } from "@countersign/protocol/bounded-json";
import { fromBase64url, fromUtf8 } from "@countersign/protocol/bytes";
import { base64urlBytes, type Digest } from "@countersign/protocol/ids";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { CheckTable } from "./check-table.ts";
import { equalBytes } from "./equal-bytes.ts";

/*
 * What the browser says it asked the key to sign: WebAuthn Level 3, section 5.8.1 (CollectedClientData).
 * The key signs a hash of these bytes, so they bind challenge and origin; what they *mean* is decided
 * here, once. Nothing else in the key service parses them.
 */

/** Larger than any browser makes; WebAuthn sets no bound. */
export const MAX_CLIENT_DATA_BYTES = 4096;
export const clientDataText = base64urlBytes(0, MAX_CLIENT_DATA_BYTES);
const LIMITS = { maxBytes: MAX_CLIENT_DATA_BYTES, maxDepth: 4 } as const;

/**
 * Members that change what a signature stands for and that nothing here asks for: `tokenBinding` ties it
 * to a TLS connection (WebAuthn Level 2, reserved since), `payment` to a purchase (Secure Payment
 * Confirmation). Other unknown members are allowed, as section 5.8.1 demands: Chromium adds one at random.
 */
const REFUSED_MEMBERS = ["tokenBinding", "payment"] as const;

export type Ceremony = "webauthn.get" | "webauthn.create";

export type ClientData = {
  readonly type: string;
  readonly challenge: string;
  readonly origin: string;
  /** `undefined` where the browser sent none. */
  readonly crossOrigin: Json | undefined;
  readonly topOrigin: Json | undefined;
  readonly members: readonly string[];
};

export type ClientDataReadCheck =
  | "client-data-json"
  | "client-data-serialisation"
  | "client-data-shape";

/**
 * Parses the bytes strictly. `client-data-json`: not UTF-8 JSON within bounds, or a name that repeats.
 * `client-data-serialisation`: not the one compact serialisation of what it means (white space, escapes
 * that spell a plain letter, a byte order mark), which no browser makes and in which parsers differ.
 * `client-data-shape`: not an object with the three strings that every ceremony has.
 */
export function readClientData(bytes: Uint8Array): Result<ClientData, ClientDataReadCheck> {
  let value: Json;
  try {
    value = parseBoundedJson(bytes, LIMITS);
  } catch {
    return err("client-data-json"); // BoundedJsonError is the only thing that it throws; its sentence quotes nothing
  }
  if (JSON.stringify(value) !== fromUtf8(bytes)) return err("client-data-serialisation");
  if (value === null || typeof value !== "object" || Array.isArray(value))
    return err("client-data-shape");
  const { type, challenge, origin, crossOrigin, topOrigin } = value;
  if (typeof type !== "string" || typeof challenge !== "string" || typeof origin !== "string") {
    return err("client-data-shape");
  }
  return ok({ type, challenge, origin, crossOrigin, topOrigin, members: Object.keys(value) });
}

export type ExpectedClientData = {
  readonly type: Ceremony;
  readonly challenge: Digest;
  /** Scheme, host and port as browsers serialise an origin, e.g. `http://desk.localhost:7443`. */
  readonly origin: string;
};

export type ClientDataSubject = {
  readonly clientData: ClientData;
  readonly expected: ExpectedClientData;
};

export type ClientDataCheck =
  | "client-data-member-refused"
  | "type"
  | "challenge-encoding"
  | "challenge"
  | "origin"
  | "cross-origin"
  | "top-origin";

/** WebAuthn Level 3, section 7.1 steps 7 to 11 and section 7.2 steps 10 to 14. */
export const CLIENT_DATA_CHECKS: CheckTable<ClientDataCheck, ClientDataSubject> = {
  "client-data-member-refused": ({ clientData }) =>
    !REFUSED_MEMBERS.some((it) => clientData.members.includes(it)),
  type: ({ clientData, expected }) => clientData.type === expected.type,
  "challenge-encoding": ({ clientData }) => fromBase64url(clientData.challenge) !== null,
  challenge: ({ clientData, expected }) => isSameBytes(clientData.challenge, expected.challenge),
  // Compared as text: an origin has one serialisation (HTML, section 7.5), in lower case and punycode.
  origin: ({ clientData, expected }) => clientData.origin === expected.origin,
  // Absent means false (section 5.8.1): Safari leaves it out for a page that is not framed.
  "cross-origin": ({ clientData }) =>
    clientData.crossOrigin === undefined || clientData.crossOrigin === false,
  "top-origin": ({ clientData }) => clientData.topOrigin === undefined,
};

function isSameBytes(received: string, expected: Digest): boolean {
  const [a, b] = [fromBase64url(received), fromBase64url(expected)];
  return a !== null && b !== null && equalBytes(a, b);
}
