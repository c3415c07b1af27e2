import { fromBase64url } from "@countersign/protocol/bytes";
import {
  type ReleaseContext,
  type ReleaseMessage,
  releaseInfo,
  releaseMessage,
  releaseSignedBytes,
} from "@countersign/protocol/release-message";
import { exactBuffer, suite } from "./hpke.ts";
import { isByReleaseKey } from "./release-signature.ts";
import { readPrivateKey } from "./request-key.ts";

/** What this command line asked for; the ledger index of the intent is the key service's to say. */
export type AskedFor = Omit<ReleaseContext, "intent" | "secretVersion">;

export type VerifiedRelease = Rejected | { readonly ok: true; readonly release: ReleaseMessage };
export type OpenedRelease =
  | Rejected
  | {
      readonly ok: true;
      /** The caller overwrites it when done. */
      readonly value: Uint8Array<ArrayBuffer>;
    };
type Rejected = {
  readonly ok: false;
  readonly reason: ReleaseRejection;
  readonly message: string;
};

export type ReleaseRejection =
  | "malformed"
  | "not-by-the-key-service"
  | "not-what-was-asked"
  | "does-not-open";

const MESSAGES = {
  malformed: "the answer is not a release: the key service or something before it is broken",
  "not-by-the-key-service":
    "the answer is not signed with the key that was pinned at login: somebody stands between, or the key service has a new key. Do not use it; ask an officer, then log in again",
  "not-what-was-asked":
    "the answer is for another request, use, secret or device than was asked for: nothing was opened",
  "does-not-open":
    "the value is sealed to another key than this request's: nothing was opened. Make a new request",
} as const satisfies Record<ReleaseRejection, string>;

/**
 * Checks a release: first its form, then that the key service signed all of it, then that it answers what
 * was asked. HPKE by itself would open anybody's message.
 *
 * A console, a proxy or a database that lies can achieve a refusal here, not another value.
 */
export function verifyRelease({
  releaseKey,
  askedFor,
  message,
}: {
  /** SPKI, DER, as pinned at login. */
  readonly releaseKey: Uint8Array;
  readonly askedFor: AskedFor;
  /** As it came over the wire. */
  readonly message: unknown;
}): VerifiedRelease {
  const parsed = releaseMessage.safeParse(message);
  if (!parsed.success) return reject("malformed");
  const release = parsed.data;
  if (!isByReleaseKey(releaseKey, releaseSignedBytes(release), release.signature)) {
    return reject("not-by-the-key-service");
  }
  const isAsked =
    release.request === askedFor.request &&
    release.use === askedFor.use &&
    release.device === askedFor.device &&
    release.secret === askedFor.secret;
  if (!isAsked) return reject("not-what-was-asked");
  return { ok: true, release };
}

/**
 * Opens a release that was verified.
 * @param privateKey 32 bytes, of the request's key.
 */
export async function openRelease(
  release: ReleaseMessage,
  privateKey: Uint8Array,
): Promise<OpenedRelease> {
  const value = await open(privateKey, release);
  return value === null ? reject("does-not-open") : { ok: true, value };
}

async function open(
  privateKey: Uint8Array,
  release: ReleaseMessage,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const key = await readPrivateKey(privateKey);
  const enc = fromBase64url(release.enc);
  const ciphertext = fromBase64url(release.ciphertext);
  if (key === null || enc === null || ciphertext === null) return null;
  try {
    const recipient = await suite.createRecipientContext({
      recipientKey: key,
      enc: exactBuffer(enc),
      info: exactBuffer(releaseInfo(release)),
    });
    return new Uint8Array(await recipient.open(ciphertext));
  } catch {
    return null;
  }
}

function reject(reason: ReleaseRejection): Rejected {
  return { ok: false, reason, message: MESSAGES[reason] };
}
