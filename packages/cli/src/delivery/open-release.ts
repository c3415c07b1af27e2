import { fromBase64url } from "@countersign/protocol/bytes";
import {
  type ReleaseContext,
  releaseInfo,
  releaseMessage,
  releaseSignedBytes,
} from "@countersign/protocol/release-message";
import { exactBuffer, suite } from "./hpke.ts";
import { isByReleaseKey } from "./release-signature.ts";
import { readPrivateKey } from "./request-key.ts";

/** What this command line asked for; the ledger index of the intent is the key service's to say. */
export type AskedFor = Omit<ReleaseContext, "intent" | "secretVersion">;

export type OpenedRelease =
  | {
      readonly ok: true;
      /** The caller overwrites it when done. */
      readonly value: Uint8Array<ArrayBuffer>;
      readonly secretVersion: number;
      readonly intent: number;
    }
  | { readonly ok: false; readonly reason: ReleaseRejection; readonly message: string };

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
 * Checks a release and opens it: first its form, then that the key service signed all of it, then that
 * it answers what was asked, and only then HPKE, which by itself would open anybody's message.
 *
 * A console, a proxy or a database that lies can achieve a refusal here, not another value.
 */
export async function verifyAndOpenRelease({
  releaseKey,
  askedFor,
  privateKey,
  message,
}: {
  /** SPKI, DER, as pinned at login. */
  readonly releaseKey: Uint8Array;
  readonly askedFor: AskedFor;
  /** 32 bytes, of the request's key. */
  readonly privateKey: Uint8Array;
  /** As it came over the wire. */
  readonly message: unknown;
}): Promise<OpenedRelease> {
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
  const value = await open(privateKey, release);
  if (value === null) return reject("does-not-open");
  return { ok: true, value, secretVersion: release.secretVersion, intent: release.intent };
}

async function open(
  privateKey: Uint8Array,
  release: ReleaseContext & { readonly enc: string; readonly ciphertext: string },
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

function reject(reason: ReleaseRejection): OpenedRelease {
  return { ok: false, reason, message: MESSAGES[reason] };
}
