import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { State } from "../../decisions/domain/state.ts";
import type { Ledger } from "../domain/ledger.ts";
import { verifyConsistency } from "../domain/proof.ts";
import { decodeFold, encodeFold, FOLD_VERSION } from "./fold-codec.ts";

/** A snapshot as it is stored. Nothing in it is believed before `Snapshots` has verified it. */
export type StoredSnapshot = {
  /** Number of entries folded. */
  readonly size: number;
  /** Root of the ledger at that size, 32 bytes. */
  readonly root: Buffer;
  readonly foldVersion: number;
  readonly state: Buffer;
  /** ECDSA P-256 over SHA-256, `r || s`, 64 bytes. */
  readonly signature: Buffer;
};

/** Where snapshots lie. Whoever can write there can slow a start down, and no more. */
export interface SnapshotStore {
  /** Sizes of what is stored, largest first. */
  sizes(): Promise<number[]>;
  /** Null where it is gone meanwhile. */
  read(size: number): Promise<StoredSnapshot | null>;
  /** Stores it, replacing one of the same size, and keeps the `keep` largest up to this size. Atomic. */
  save(snapshot: StoredSnapshot, keep: number): Promise<void>;
  remove(size: number): Promise<void>;
}

/** The log key: signs in the HSM, verified here. */
export type SnapshotKey = {
  /** Origin of the log: a snapshot of another log is not ours. */
  readonly origin: string;
  /** SubjectPublicKeyInfo, DER, P-256. */
  readonly publicKey: Buffer;
  /** Signs a 32-byte SHA-256 digest; 64 bytes `r || s`. */
  sign(digest: Buffer): Promise<Buffer>;
};

export type SnapshotsParts = {
  readonly store: SnapshotStore;
  readonly key: SnapshotKey;
  /** Told why a stored snapshot was not used. The sentence names sizes, never contents. */
  readonly onRefused?: (size: number, reason: string) => void;
};

const KEPT = 2;

/**
 * Signed snapshots of the fold. They only make a start faster: what does not verify is passed over with
 * a reason, and the ledger itself is read instead. An old snapshot that verifies is as good as a new one,
 * because everything after it is replayed.
 */
export class Snapshots {
  readonly #parts: SnapshotsParts;
  readonly #publicKey: KeyObject;

  constructor(parts: SnapshotsParts) {
    this.#parts = parts;
    this.#publicKey = createPublicKey({ key: parts.key.publicKey, format: "der", type: "spki" });
  }

  /** The newest fold that verifies and that this ledger continues, or null. */
  async newest(ledger: Ledger, foldVersion = FOLD_VERSION): Promise<State | null> {
    for (const size of await this.#parts.store.sizes()) {
      const stored = await this.#parts.store.read(size);
      if (stored === null) continue;
      const state = await this.#open(stored, ledger, foldVersion);
      if (state.ok) return state.value;
      this.#parts.onRefused?.(size, state.error);
    }
    return null;
  }

  /**
   * Signs and stores the fold at a size that was durable, with the root that the ledger had there. Two are
   * kept. @throws what the token or the store answered; a snapshot that failed costs nothing but time
   */
  async save(state: State, root: Buffer): Promise<void> {
    const { key, store } = this.#parts;
    const bytes = await encodeFold(state);
    const unsigned = { size: state.size, root, foldVersion: FOLD_VERSION, state: bytes };
    const text = signedText(key.origin, unsigned);
    const signature = await key.sign(createHash("sha256").update(text).digest());
    if (!this.#verifies(text, signature)) {
      throw new Error("the log key's signature over a snapshot does not verify: check the token");
    }
    await store.save({ ...unsigned, signature }, KEPT);
  }

  /** Sizes of stored snapshots that do not verify; `remove` takes them away. */
  async damaged(ledger: Ledger): Promise<{ readonly size: number; readonly reason: string }[]> {
    const found: { size: number; reason: string }[] = [];
    for (const size of await this.#parts.store.sizes()) {
      const stored = await this.#parts.store.read(size);
      const verified =
        stored === null ? null : await this.#verify(stored, ledger, stored.foldVersion);
      if (verified !== null && !verified.ok) found.push({ size, reason: verified.error });
    }
    return found;
  }

  remove(size: number): Promise<void> {
    return this.#parts.store.remove(size);
  }

  async #open(
    stored: StoredSnapshot,
    ledger: Ledger,
    foldVersion: number,
  ): Promise<Result<State, string>> {
    const verified = await this.#verify(stored, ledger, foldVersion);
    if (!verified.ok) return verified;
    const state = await decodeFold(stored.state);
    if (state.size !== stored.size) return err("it holds the fold of another size");
    return ok(state);
  }

  async #verify(
    stored: StoredSnapshot,
    ledger: Ledger,
    foldVersion: number,
  ): Promise<Result<void, string>> {
    if (stored.foldVersion !== foldVersion) {
      return err(`it is of fold version ${stored.foldVersion}, this is ${foldVersion}`);
    }
    if (!this.#verifies(signedText(this.#parts.key.origin, stored), stored.signature)) {
      return err("the log key did not sign it");
    }
    const head = ledger.head();
    if (stored.size > head.size) return err(`the ledger has ${head.size} entries only`);
    const proof = await ledger.consistencyProof(stored.size, head.size);
    const continues = verifyConsistency({
      fromSize: stored.size,
      fromRoot: stored.root,
      toSize: head.size,
      toRoot: head.root,
      proof,
    });
    return continues ? ok(undefined) : err("the ledger does not continue it");
  }

  #verifies(text: string, signature: Buffer): boolean {
    const key = { key: this.#publicKey, dsaEncoding: "ieee-p1363" } as const;
    return signature.length === 64 && verify("sha256", Buffer.from(text), key, signature);
  }
}

/**
 * What is signed. The first line keeps it apart from the checkpoints that the same key signs: those begin
 * with the origin of the log and have three lines (C2SP tlog-checkpoint), this has six.
 */
function signedText(origin: string, of: Omit<StoredSnapshot, "signature">): string {
  return [
    "countersign/snapshot/v1",
    origin,
    of.size,
    of.root.toString("base64"),
    of.foldVersion,
    createHash("sha256").update(of.state).digest("base64"),
    "",
  ].join("\n");
}
