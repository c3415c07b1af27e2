/** Why an envelope does not open. None of these can be cured by trying again. */
export type EnvelopeRefusalReason =
  | "malformed"
  | "digest-differs"
  | "other-identity"
  | "other-tenants-key"
  | "key-destroyed"
  | "data-key-not-authentic"
  | "commitment-differs"
  | "value-not-authentic";

export type EnvelopeRefusal = {
  readonly reason: EnvelopeRefusalReason;
  /** What happened and what to do; names no value and no key. */
  readonly message: string;
};

const MESSAGES = {
  malformed:
    "the stored envelope is not one: its row was damaged or written by something else. Restore the row from a backup",
  "digest-differs":
    "the stored envelope is not the one that the ledger records for this version: its row was changed, swapped or restored from an old copy. Restore the right row",
  "other-identity":
    "the stored envelope belongs to another secret or another version: rows were swapped. Restore the right row",
  "other-tenants-key":
    "the stored envelope names a key that is not its tenant's: its row was changed. Restore the right row",
  "key-destroyed":
    "the tenant's key is not on this token: it was destroyed, or this is another token. A destroyed key cannot be brought back",
  "data-key-not-authentic":
    "the data key was not wrapped by this tenant's key for this version: the row was changed, or the tenant's key was made anew",
  "commitment-differs":
    "the envelope was made with another data key than the one it carries: its row was changed",
  "value-not-authentic":
    "the encrypted value was changed since it was sealed. Restore the row from a backup",
} as const satisfies Record<EnvelopeRefusalReason, string>;

export function envelopeRefusal(reason: EnvelopeRefusalReason): EnvelopeRefusal {
  return { reason, message: MESSAGES[reason] };
}
