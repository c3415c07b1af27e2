import { hash } from "node:crypto";
import { formatCheckpoint } from "../domain/checkpoint.ts";
import { LedgerFault, type TreeHead } from "../domain/ledger.ts";
import {
  ecdsaSignatureToDer,
  ecdsaVerifier,
  formatNote,
  type NoteVerifier,
} from "../domain/signed-note.ts";
import { withDeadline } from "./deadline.ts";

/** A tree head and the note that our log key signed over it, without cosignatures. */
export type SignedHead = TreeHead & { readonly text: string; readonly note: string };

/** Signs heads of one log with a key that stays in the HSM. */
export class LogSigner {
  readonly origin: string;
  readonly verifier: NoteVerifier;
  readonly #sign: (digest: Buffer) => Promise<Buffer>;
  readonly #deadlineMs: number;

  constructor(options: {
    /** Origin of the log and name of its key: no spaces, no plus. */
    readonly origin: string;
    /** SubjectPublicKeyInfo, DER, of the P-256 log key. */
    readonly publicKey: Buffer;
    /** ECDSA over a 32-byte SHA-256 digest; 64 bytes `r || s`. */
    readonly sign: (digest: Buffer) => Promise<Buffer>;
    readonly deadlineMs: number;
  }) {
    this.origin = options.origin;
    this.verifier = ecdsaVerifier(options.origin, options.publicKey);
    this.#sign = options.sign;
    this.#deadlineMs = options.deadlineMs;
  }

  /**
   * The signature is verified before the head is used: a token that signs with another key, or wrongly,
   * must not leave a head behind that the next start refuses.
   * @throws LedgerFault `closed`: nothing was written
   */
  async signHead(size: number, root: Buffer): Promise<SignedHead> {
    const text = formatCheckpoint({ origin: this.origin, size, root });
    const signature = await this.#signText(text);
    if (!this.verifier.verify(text, signature)) {
      throw new LedgerFault(
        "closed",
        "the log key's signature does not verify under its public key: check the token and the label of the log key",
      );
    }
    const { name, keyId } = this.verifier;
    return {
      size,
      root,
      text,
      note: formatNote({ text, signatures: [{ name, keyId, signature }] }),
    };
  }

  async #signText(text: string): Promise<Buffer> {
    const digest = hash("sha256", text, "buffer");
    try {
      return ecdsaSignatureToDer(
        await withDeadline(this.#sign(digest), this.#deadlineMs, "signing with the log key"),
      );
    } catch (cause) {
      throw new LedgerFault(
        "closed",
        "the log key did not sign a checkpoint, so nothing was written: check the token, then reopen the ledger",
        { cause },
      );
    }
  }
}
