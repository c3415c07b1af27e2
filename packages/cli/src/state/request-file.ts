import {
  base64urlBytes,
  digest,
  draftId,
  type RequestId,
  requestId,
  secretId,
} from "@countersign/protocol/ids";
import { instant } from "@countersign/protocol/instants";
import { secretName } from "@countersign/protocol/names";
import { z } from "zod";
import type { StateDir } from "./state-dir.ts";

/**
 * A request under way, so that it goes on after Ctrl-C or a crash: which draft the person signs, which
 * statement it must become, and which use of which secret was begun and not yet delivered. The private
 * key that values are sealed to stands beside it, until the last use is delivered or the grant ends.
 */
const requestFile = z.strictObject({
  v: z.literal(1),
  origin: z.url(),
  request: requestId,
  /** Null where this machine did not draft it. */
  draft: z.strictObject({ id: draftId, link: z.url(), signBy: instant }).nullable(),
  /** Digest of the statement that was checked here and shown by its four words. */
  proposal: digest,
  expiresAt: instant,
  maxUses: z.int().min(1).max(100),
  secrets: z
    .array(z.strictObject({ secret: secretId, name: secretName, version: z.int().min(1) }))
    .max(20),
  /** The use that was asked for last, of each secret. */
  uses: z.record(
    secretId,
    z.strictObject({ use: z.int().min(1).max(100), delivered: z.boolean() }),
  ),
});
export type RequestFile = z.infer<typeof requestFile>;

/** P-256, raw, base64url: 65 and 32 bytes. */
const requestKeyFile = z.strictObject({
  v: z.literal(1),
  publicKey: base64urlBytes(65, 65),
  privateKey: base64urlBytes(32, 32),
});
export type RequestKeyFile = z.infer<typeof requestKeyFile>;

const nameOf = (request: RequestId) => `requests/${request}.json`;
const keyNameOf = (request: RequestId) => `requests/${request}.key`;

export function readRequest(state: StateDir, request: RequestId): RequestFile | null {
  return state.read(nameOf(request), requestFile);
}

export function writeRequest(state: StateDir, of: RequestFile): void {
  state.write(nameOf(of.request), of);
}

export function readRequestKey(state: StateDir, request: RequestId): RequestKeyFile | null {
  return state.read(keyNameOf(request), requestKeyFile);
}

export function writeRequestKey(state: StateDir, request: RequestId, key: RequestKeyFile): void {
  state.write(keyNameOf(request), key);
}

export function removeRequest(state: StateDir, request: RequestId): void {
  state.remove(keyNameOf(request));
  state.remove(nameOf(request));
}

/** All requests under way on this machine. */
export function listRequests(state: StateDir): RequestFile[] {
  return state.list("requests").flatMap((file) => {
    const id = file.endsWith(".json") ? requestId.safeParse(file.slice(0, -".json".length)) : null;
    const found = id?.success ? readRequest(state, id.data) : null;
    return found === null || found === undefined ? [] : [found];
  });
}

/** Removes what can no longer open anything, private keys first. Returns how many requests ended. */
export function removeEnded(state: StateDir, nowMs: number): number {
  const ended = listRequests(state).filter((it) => Date.parse(it.expiresAt) <= nowMs);
  for (const it of ended) removeRequest(state, it.request);
  return ended.length;
}
