import type { TenantId } from "@countersign/protocol/names";
import { type KeyLabel, type KeyProvider, KeyProviderFault } from "../domain/key-provider.ts";

/**
 * A tenant's key as the ledger records it. `proof` (base64url of IV, ciphertext and tag) is `PROOF_TEXT`
 * encrypted with the key: only the same key opens it, so that another key of the same label is noticed. It
 * says nothing about the key, and stands in the genesis entry, which nobody changes.
 */
export type RecordedKek = {
  readonly tenant: TenantId;
  readonly label: KeyLabel;
  /** Null in a ledger that was begun before proofs were recorded: the label is all that is known. */
  readonly proof: string | null;
};

const PROOF_TEXT = Buffer.from("countersign/kek-proof/v1");
const IV_BYTES = 12;

/** What the ledger records of a key that was just made. @throws KeyProviderFault */
export async function makeKekProof(keys: KeyProvider, label: KeyLabel): Promise<string> {
  const { iv, ciphertext } = await keys.encrypt(label, PROOF_TEXT, Buffer.from(label));
  return Buffer.concat([iv, ciphertext]).toString("base64url");
}

/** Whether the token holds this very key. @throws KeyProviderFault where the token cannot tell */
export async function judgeKek(
  keys: KeyProvider,
  { label, proof }: RecordedKek,
): Promise<"held" | "missing" | "another"> {
  if (proof === null) return (await keys.has(label)) ? "held" : "missing";
  const bytes = Buffer.from(proof, "base64url");
  const sealed = { iv: bytes.subarray(0, IV_BYTES), ciphertext: bytes.subarray(IV_BYTES) };
  try {
    const text = await keys.decrypt(label, sealed, Buffer.from(label));
    return text.equals(PROOF_TEXT) ? "held" : "another";
  } catch (fault) {
    if (fault instanceof KeyProviderFault && fault.reason === "no-such-key") return "missing";
    if (fault instanceof KeyProviderFault && fault.reason === "not-authentic") return "another";
    throw fault;
  }
}

/**
 * The label of the key to seal a tenant's new value with, proven each time: a token that was exchanged under
 * a running service must not take values that nobody can open once the right one is back.
 * @throws KeyProviderFault `no-such-key`
 */
export async function requireKek(keys: KeyProvider, kek: RecordedKek): Promise<KeyLabel> {
  if ((await judgeKek(keys, kek)) === "held") return kek.label;
  throw new KeyProviderFault(
    "no-such-key",
    `the token does not hold ${kek.label}, the key that the ledger records for tenant ${kek.tenant}. ${RESTORE_TOKEN}`,
  );
}

/** What to do about a token that lacks what the ledger records. */
export const RESTORE_TOKEN =
  "If the service was pointed at another token, point it back (COUNTERSIGN_PKCS11_TOKEN, and the module's own configuration, SOFTHSM2_CONF for SoftHSM). If the token lost keys, restore it from its backup: docs/runbooks/token.md.";
