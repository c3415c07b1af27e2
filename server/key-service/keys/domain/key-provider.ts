/**
 * The port to a hardware security module. Every adapter passes one contract suite.
 *
 * Safe for concurrent use: an adapter serialises operations per session and pools sessions.
 * A key is named by its label, which is unique on the token. Key material never crosses this port.
 *
 * @throws KeyProviderFault where the token is gone, the PIN is wrong, or the token answers with an
 *   error. Its `reason` is ours; a token's own error codes are never depended upon.
 */
export interface KeyProvider {
  readonly capabilities: KeyProviderCapabilities;

  /** `sizeBytes` (1..4096) from the token's random source. */
  randomBytes(sizeBytes: number): Promise<Buffer>;

  /**
   * Generates a persistent AES-256 key: sensitive, never extractable, not modifiable,
   * ENCRYPT and DECRYPT only (never WRAP/UNWRAP: a key with both leaks by wrap-then-decrypt).
   * Refuses a label that is taken.
   */
  generateEncryptionKey(label: KeyLabel): Promise<void>;

  /** Generates a persistent P-256 pair, SIGN only. Refuses a label that is taken. */
  generateSigningKey(label: KeyLabel): Promise<void>;

  has(label: KeyLabel): Promise<boolean>;

  /** SubjectPublicKeyInfo, DER, of the signing key `label`. */
  publicKey(label: KeyLabel): Promise<Buffer>;

  /**
   * AES-256-GCM with a 96-bit IV and 128-bit tag. The IV is read *after* encryption, since some
   * tokens choose it. `ciphertext` carries the tag at its end.
   */
  encrypt(label: KeyLabel, plaintext: Uint8Array, aad: Uint8Array): Promise<SealedByKey>;

  /** @throws KeyProviderFault `not-authentic` where ciphertext, IV, AAD or key do not belong together. */
  decrypt(label: KeyLabel, sealed: SealedByKey, aad: Uint8Array): Promise<Buffer>;

  /** ECDSA P-256 over a 32-byte SHA-256 digest; 64 bytes `r || s`. */
  sign(label: KeyLabel, digest: Uint8Array): Promise<Buffer>;

  /** Destroys the key on this token. Only as good as the retention of the token's own backups. */
  destroy(label: KeyLabel): Promise<void>;

  /** Every key object on the token with the attributes the linter judges. */
  inventory(): Promise<KeyAttributes[]>;

  close(): Promise<void>;
}

/** `[a-z0-9-./]`, 1..80 characters, e.g. `kek/acme/v1`, `log/v1`. One purpose per key. */
export type KeyLabel = string & { readonly __brand: "KeyLabel" };

export type SealedByKey = { readonly iv: Buffer; readonly ciphertext: Buffer };

export type KeyProviderCapabilities = {
  readonly module: string;
  readonly ivChosenByToken: boolean;
  /**
   * Whether the token was seen to refuse wrapping a key out that is not extractable. Where false,
   * anybody with the PIN can carry keys off, whatever their attributes say: no production on such a token.
   */
  readonly keepsKeysInside: boolean;
  readonly maxSessions: number;
};

/**
 * What the token says of one persistent key object. Where a token does not know an attribute that
 * the class should have, the value is the unfavourable one (a usage the token cannot deny is true,
 * a protection it cannot confirm is false).
 */
export type KeyAttributes = {
  readonly label: string;
  readonly keyClass: "secret" | "private" | "public";
  readonly keyType: "aes-256" | "p-256" | "other";
  readonly sensitive: boolean;
  readonly extractable: boolean;
  /** Never stood outside the token in clear, so far as the token knows: false for an imported key. */
  readonly alwaysSensitive: boolean;
  readonly neverExtractable: boolean;
  readonly modifiable: boolean;
  readonly encrypt: boolean;
  readonly decrypt: boolean;
  readonly sign: boolean;
  readonly verify: boolean;
  readonly wrap: boolean;
  readonly unwrap: boolean;
  readonly derive: boolean;
};

export type KeyProviderFaultReason =
  | "unavailable"
  | "wrong-pin"
  | "pin-locked"
  | "no-such-token"
  | "no-such-key"
  | "label-taken"
  | "not-authentic"
  | "refused";

export class KeyProviderFault extends Error {
  override readonly name = "KeyProviderFault";
  readonly reason: KeyProviderFaultReason;
  constructor(reason: KeyProviderFaultReason, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.reason = reason;
  }
}
