import { digestToBytes } from "@countersign/protocol/digest";
import type { Digest } from "@countersign/protocol/ids";
import type { TenantId } from "@countersign/protocol/names";
import { digestBytesNow } from "../../../../kernel/digest.ts";
import { err, ok, type Result } from "../../../../kernel/result.ts";
import type { Sensitive } from "../../../../kernel/sensitive.ts";
import { parseKeyLabel } from "../../../keys/domain/key-label.ts";
import type { KeyLabel, KeyProvider } from "../../../keys/domain/key-provider.ts";
import { identityDigest, type NamedSecret } from "../../domain/identity.ts";
import {
  DEK_BYTES,
  encodeEnvelope,
  IV_BYTES,
  MAX_VALUE_BYTES,
  SALT_BYTES,
} from "../domain/sealed-envelope.ts";
import { encryptValue } from "../infrastructure/value-cipher.ts";

export type VersionToSeal = {
  readonly tenant: TenantId;
  readonly secret: NamedSecret;
  /** The version that the value becomes, from 1. */
  readonly version: number;
  /** A key of that tenant. */
  readonly kek: KeyLabel;
  /** 1..65,536 bytes. Not wiped here. */
  readonly value: Sensitive;
};

/** `bytes` go into the database, `digest` into the statement and the ledger. */
export type SealedValue = { readonly bytes: Buffer; readonly digest: Digest };

export type SealRefusal = {
  readonly reason: "value-empty" | "value-too-large";
  readonly message: string;
};

/**
 * Seals one version of a secret: a fresh data key from the HSM's random source encrypts the value, the
 * tenant's key in the HSM wraps the data key, and the identity of the version binds both.
 *
 * The wrapped data key is opened once more before the envelope is handed out: an HSM that garbled it
 * would be noticed only when the value is needed.
 * @throws KeyProviderFault; `no-such-key` where the tenant has no key.
 */
export async function sealValue(
  keys: KeyProvider,
  { tenant, secret, version, kek, value }: VersionToSeal,
): Promise<Result<SealedValue, SealRefusal>> {
  if (value.sizeBytes === 0)
    return err({ reason: "value-empty", message: "a value has at least 1 byte" });
  if (value.sizeBytes > MAX_VALUE_BYTES) {
    return err({
      reason: "value-too-large",
      message: `a value has at most ${MAX_VALUE_BYTES} bytes; this one has ${value.sizeBytes}`,
    });
  }
  requireTenantsKey(kek, tenant);
  const identity = identityDigest(tenant, secret, version);
  const aad = digestToBytes(identity);
  const random = await keys.randomBytes(DEK_BYTES + SALT_BYTES + IV_BYTES);
  const dek = random.subarray(0, DEK_BYTES);
  const salt = random.subarray(DEK_BYTES, DEK_BYTES + SALT_BYTES);
  const iv = random.subarray(DEK_BYTES + SALT_BYTES);
  try {
    const wrapped = await keys.encrypt(kek, dek, aad);
    const unwrapped = await keys.decrypt(kek, wrapped, aad);
    const same = unwrapped.equals(dek);
    unwrapped.fill(0);
    if (!same) throw new Error("the HSM opened another data key than the one it wrapped");
    const encrypted = value.use((bytes) => encryptValue(dek, bytes, { identity: aad, salt, iv }));
    const bytes = Buffer.from(
      encodeEnvelope({
        format: "countersign/envelope/v1",
        identity,
        kek,
        dekIv: wrapped.iv,
        dekCiphertext: wrapped.ciphertext,
        salt,
        iv,
        ...encrypted,
      }),
    );
    return ok({ bytes, digest: digestBytesNow("envelope", bytes) });
  } finally {
    dek.fill(0);
  }
}

function requireTenantsKey(kek: KeyLabel, tenant: TenantId): void {
  const parsed = parseKeyLabel(kek);
  if (parsed?.purpose === "tenant-kek" && parsed.tenant === tenant) return;
  throw new Error(`${kek} is not a key of tenant ${tenant}: nothing was sealed`);
}
