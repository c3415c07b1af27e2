import { generateKeyPairSync, hash, sign } from "node:crypto";
import { parseLogKey } from "./log-key.ts";

/** A log as RFC 6962 section 2.1 defines it, word for word and without any cleverness, for tests. */

export const origin = "log.test/acme";

const leaf = (i: number): Buffer =>
  hash("sha256", Buffer.concat([Buffer.of(0), Buffer.from(`entry ${i}`)]), "buffer");
const node = (left: Buffer, right: Buffer): Buffer =>
  hash("sha256", Buffer.concat([Buffer.of(1), left, right]), "buffer");
const split = (n: number): number => 2 ** Math.ceil(Math.log2(n) - 1);

/** MTH(D[n]) over entries [start, end). */
export function rootOf(start: number, end: number): Buffer {
  const n = end - start;
  if (n === 0) return hash("sha256", "", "buffer");
  if (n === 1) return leaf(start);
  return node(rootOf(start, start + split(n)), rootOf(start + split(n), end));
}

/** PROOF(m, D[n]). */
export function proofOf(m: number, n: number): Buffer[] {
  return m === 0 || m === n ? [] : subProof(m, 0, n, true);
}

function subProof(m: number, start: number, end: number, isWhole: boolean): Buffer[] {
  const n = end - start;
  if (m === n) return isWhole ? [] : [rootOf(start, end)];
  const k = split(n);
  return m <= k
    ? [...subProof(m, start, start + k, isWhole), rootOf(start + k, end)]
    : [...subProof(m - k, start + k, end, false), rootOf(start, start + k)];
}

export type TestLog = {
  readonly verifierKey: string;
  /** The signed note of a checkpoint. */
  note(size: number, root?: Buffer): string;
  /** A whole `add-checkpoint` body; by default an honest one. */
  submission(
    oldSize: number,
    size: number,
    changes?: { root?: Buffer; proof?: Buffer[]; note?: string },
  ): string;
};

export function createTestLog(name = origin): TestLog {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = publicKey.export({ format: "der", type: "spki" });
  const id = hash("sha256", spki, "buffer").subarray(0, 4);
  const verifierKey = `${name}+${id.toString("hex")}+${Buffer.concat([Buffer.of(2), spki]).toString("base64")}`;
  const log: TestLog = {
    verifierKey,
    note(size, root = rootOf(0, size)) {
      const text = `${name}\n${size}\n${root.toString("base64")}\n`;
      const signature = sign("sha256", Buffer.from(text), privateKey);
      return `${text}\n— ${name} ${Buffer.concat([id, signature]).toString("base64")}\n`;
    },
    submission(oldSize, size, changes = {}) {
      const proof = changes.proof ?? (oldSize <= size ? proofOf(oldSize, size) : []);
      const lines = proof.map((h) => `${h.toString("base64")}\n`).join("");
      return `old ${oldSize}\n${lines}\n${changes.note ?? log.note(size, changes.root)}`;
    },
  };
  parseLogKey(verifierKey); // A fixture with a wrong key would make every refusal look right.
  return log;
}
