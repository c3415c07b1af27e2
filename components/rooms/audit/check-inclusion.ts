/*
 * The arithmetic of RFC 9162 section 2.1.3.2, in the page: whether an entry stands in the tree of a
 * checkpoint. It shows that what the console showed fits together. The console supplies all of it, so
 * somebody who does not trust the console checks again at home, with a checkpoint from a witness.
 */

export type InclusionProof = {
  /** The entry's bytes, hashed here; null where they are not the reader's to see. */
  readonly entry: string | null;
  /** Leaf hash of the entry, 32 bytes. */
  readonly leafHash: string;
  readonly index: number;
  readonly size: number;
  /** Sibling hashes from the leaf up, each 32 bytes. */
  readonly proof: readonly string[];
  /** Root of the checkpoint. */
  readonly root: string;
};

export type InclusionVerdict = "included" | "not-included" | "malformed";

const HASH_BYTES = 32;
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** Never throws: whatever is wrong with what it is given is a verdict. */
export async function checkInclusion(of: InclusionProof): Promise<InclusionVerdict> {
  const { index, size } = of;
  const entry = of.entry === null ? null : fromBase64(of.entry);
  const leaf = fromBase64(of.leafHash);
  const root = fromBase64(of.root);
  const proof = of.proof.map(fromBase64);
  if (leaf?.length !== HASH_BYTES || root?.length !== HASH_BYTES) return "malformed";
  if (of.entry !== null && entry === null) return "malformed";
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) {
    return "malformed";
  }
  let node = index;
  let last = size - 1;
  let hash = leaf;
  if (entry !== null && !isSame(await sha256(LEAF, entry), leaf)) return "not-included";
  for (const sibling of proof) {
    if (sibling?.length !== HASH_BYTES) return "malformed";
    if (last === 0) return "not-included";
    if (node % 2 === 1 || node === last) {
      hash = await sha256(NODE, sibling, hash);
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2);
        last = Math.floor(last / 2);
      }
    } else {
      hash = await sha256(NODE, hash, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && isSame(hash, root) ? "included" : "not-included";
}

async function sha256(...parts: readonly Uint8Array[]): Promise<Uint8Array> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

/** Of either alphabet: checkpoints are written in the one, everything else in the other. */
function fromBase64(text: string): Uint8Array | null {
  const bare = text.replace(/={1,2}$/, "");
  if (!/^(?:[A-Za-z0-9_-]*|[A-Za-z0-9+/]*)$/.test(bare) || bare.length % 4 === 1) return null;
  const binary = atob(bare.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
