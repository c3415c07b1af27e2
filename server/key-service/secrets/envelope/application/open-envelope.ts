import { digestToBytes } from "@countersign/protocol/digest";
import type { Digest } from "@countersign/protocol/ids";
import type { TenantId } from "@countersign/protocol/names";
import { digestBytesNow } from "../../../../kernel/digest.ts";
import { err, ok, type Result } from "../../../../kernel/result.ts";
import type { Sensitive } from "../../../../kernel/sensitive.ts";
import { keyLabel, parseKeyLabel } from "../../../keys/domain/key-label.ts";
import { type KeyProvider, KeyProviderFault } from "../../../keys/domain/key-provider.ts";
import { identityDigest, type NamedSecret } from "../../domain/identity.ts";
import {
  type EnvelopeRefusal,
  type EnvelopeRefusalReason,
  envelopeRefusal,
} from "../domain/envelope-refusal.ts";
import {
  DEK_BYTES,
  decodeEnvelope,
  rereadEnvelope,
  type SealedEnvelope,
} from "../domain/sealed-envelope.ts";
import { decryptValue, deriveValueKey } from "../infrastructure/value-cipher.ts";
import type { ValueKeyCache } from "../infrastructure/value-key-cache.ts";

export type VersionToOpen = {
  /** As the ledger's fold knows them; nothing here may come from the row that holds the envelope. */
  readonly tenant: TenantId;
  readonly secret: NamedSecret;
  readonly version: number;
  readonly digest: Digest;
  /** The row. */
  readonly bytes: Uint8Array;
};

/**
 * Opens one version of a secret. The caller has decided that it may be opened and has recorded that it
 * will be: nothing of that is asked here.
 *
 * Whoever writes the database can make this refuse, and no more: the digest binds the row to the ledger,
 * and identity, data key, commitment and value each bind the next, should the digest ever be wrong.
 * The caller wipes the value.
 * @throws KeyProviderFault where the HSM cannot be asked: trying again may help, unlike after a refusal.
 */
export async function openEnvelope(
  deps: { readonly keys: KeyProvider; readonly valueKeys: ValueKeyCache },
  { tenant, secret, version, digest, bytes }: VersionToOpen,
): Promise<Result<Sensitive, EnvelopeRefusal>> {
  const refuse = (reason: EnvelopeRefusalReason) => err(envelopeRefusal(reason));
  if (digestBytesNow("envelope", bytes) !== digest) return refuse("digest-differs");
  const identity = identityDigest(tenant, secret, version);
  const aad = digestToBytes(identity);
  const open = (key: Buffer, { iv, ciphertext }: Pick<SealedEnvelope, "iv" | "ciphertext">) => {
    const value = decryptValue(key, ciphertext, { identity: aad, iv });
    return value === null ? refuse("value-not-authentic") : ok(value);
  };
  const held = deps.valueKeys.use(digest, identity, (key) => open(key, rereadEnvelope(bytes)));
  if (held !== null) return held.value;

  const envelope = decodeEnvelope(bytes);
  if (envelope === null) return refuse("malformed");
  if (envelope.identity !== identity) return refuse("other-identity");
  const kek = parseKeyLabel(envelope.kek);
  if (kek?.purpose !== "tenant-kek" || kek.tenant !== tenant) return refuse("other-tenants-key");

  const epoch = deps.valueKeys.epoch(tenant);
  const dek = await unwrap(deps.keys, envelope, aad);
  if (typeof dek === "string") return refuse(dek);
  const { commitment, salt, iv } = envelope;
  let key: Buffer | null = null;
  try {
    key = deriveValueKey(dek, commitment, { identity: aad, salt, iv });
    if (key === null) return refuse("commitment-differs");
    const opened = open(key, envelope);
    if (opened.ok) deps.valueKeys.put({ envelope: digest, identity, tenant, key }, epoch);
    return opened;
  } finally {
    dek.fill(0);
    key?.fill(0);
  }
}

async function unwrap(
  keys: KeyProvider,
  { kek, dekIv, dekCiphertext }: SealedEnvelope,
  aad: Uint8Array,
): Promise<Buffer | "key-destroyed" | "data-key-not-authentic"> {
  try {
    const dek = await keys.decrypt(keyLabel(kek), { iv: dekIv, ciphertext: dekCiphertext }, aad);
    return dek.length === DEK_BYTES ? dek : "data-key-not-authentic";
  } catch (fault) {
    if (!(fault instanceof KeyProviderFault)) throw fault;
    if (fault.reason === "no-such-key") return "key-destroyed";
    if (fault.reason === "not-authentic") return "data-key-not-authentic";
    throw fault;
  }
}
