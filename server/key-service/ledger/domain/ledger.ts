/**
 * The ledger: an append-only Merkle tree (RFC 6962 section 2) over entries of at most 65,535 bytes.
 *
 * Guarantees: `append` resolves only when the entry is durable and under a tree head signed with the
 * log key; order of resolution is order of index; entries are committed in the order of the calls
 * (also without awaiting), grouped into one transaction per batch. One process holds the pen: a
 * writer whose fence is stale is refused by the database itself.
 *
 * After any failed or hung write the ledger is closed for appending (`LedgerFault`), because the
 * outcome is unknown; the owner calls `reopen`, which reads what is really on disk, and rebuilds
 * its state from there. Nothing is ever appended on top of an unknown outcome.
 */
export interface Ledger {
  /** Size and root of the durable tree. */
  head(): TreeHead;

  /** @throws LedgerFault */
  append(entry: Uint8Array): Promise<Appended>;

  /**
   * Signs a checkpoint over at least the given size, has witnesses cosign it, and resolves with the
   * note when the witness policy is satisfied. @throws LedgerFault `not-witnessed` after the deadline.
   */
  witnessed(atLeastSize: number, deadlineMs: number): Promise<SignedCheckpoint>;

  /**
   * Has witnesses cosign the newest durable head soon. Returns at once and never throws; many calls while
   * witnesses are being asked make one further ask.
   */
  showHead(): void;

  /** Entries [from, to) in order, streamed in pages. */
  entries(from: number, to: number): AsyncIterable<StoredEntry>;

  inclusionProof(index: number, size: number): Promise<Buffer[]>;
  consistencyProof(fromSize: number, toSize: number): Promise<Buffer[]>;

  /** The newest checkpoint as a C2SP signed note, with the cosignatures it has so far. */
  checkpoint(): SignedCheckpoint;

  reopen(): Promise<void>;
  close(): Promise<void>;
}

export type TreeHead = { readonly size: number; readonly root: Buffer };
export type StoredEntry = { readonly index: number; readonly bytes: Buffer };
export type Appended = { readonly index: number };
export type SignedCheckpoint = {
  readonly size: number;
  readonly root: Buffer;
  /** C2SP signed note, text. */
  readonly note: string;
  readonly cosignatures: readonly Cosignature[];
};
export type Cosignature = { readonly witness: string; readonly timestampSeconds: number };

export type LedgerFaultReason =
  | "closed"
  | "fenced"
  | "write-outcome-unknown"
  | "not-witnessed"
  | "history-differs"
  | "entry-too-large";

export class LedgerFault extends Error {
  override readonly name = "LedgerFault";
  readonly reason: LedgerFaultReason;
  constructor(reason: LedgerFaultReason, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.reason = reason;
  }
}
