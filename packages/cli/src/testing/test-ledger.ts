import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/*
 * A small ledger for tests: RFC 6962 section 2.1 as its definitions stand (MTH, PATH, PROOF), with a
 * log key and one witness. Recursive on purpose: the command line verifies from the leaf upwards.
 */

const sha256 = (...parts: Uint8Array[]) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const leaf = (entry: Uint8Array) => sha256(Buffer.of(0), entry);
const split = (n: number) => 2 ** Math.ceil(Math.log2(n) - 1);

/** MTH(D[n]). */
export function treeRoot(entries: readonly Uint8Array[]): Buffer {
  const [only] = entries;
  if (only === undefined) return sha256();
  if (entries.length === 1) return leaf(only);
  const k = split(entries.length);
  return sha256(Buffer.of(1), treeRoot(entries.slice(0, k)), treeRoot(entries.slice(k)));
}

/** PATH(m, D[n]). */
export function inclusionPath(m: number, entries: readonly Uint8Array[]): Buffer[] {
  if (entries.length <= 1) return [];
  const k = split(entries.length);
  return m < k
    ? [...inclusionPath(m, entries.slice(0, k)), treeRoot(entries.slice(k))]
    : [...inclusionPath(m - k, entries.slice(k)), treeRoot(entries.slice(0, k))];
}

/** PROOF(m, D[n]). */
export function consistencyProof(m: number, entries: readonly Uint8Array[]): Buffer[] {
  return m === 0 ? [] : subproof(m, entries, true);
}

function subproof(m: number, entries: readonly Uint8Array[], whole: boolean): Buffer[] {
  if (m === entries.length) return whole ? [] : [treeRoot(entries)];
  const k = split(entries.length);
  return m <= k
    ? [...subproof(m, entries.slice(0, k), whole), treeRoot(entries.slice(k))]
    : [...subproof(m - k, entries.slice(k), false), treeRoot(entries.slice(0, k))];
}

/** `key` can be swapped: a signer that lies about who it is. */
export type TestSigner = { key: KeyObject; readonly spki: Buffer };

export function makeP256(): TestSigner {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { key: pair.privateKey, spki: pair.publicKey.export({ type: "spki", format: "der" }) };
}

export type TestWitness = {
  readonly name: string;
  readonly key: KeyObject;
  readonly publicKey: Buffer;
};

export function makeWitness(name: string): TestWitness {
  const pair = generateKeyPairSync("ed25519");
  const publicKey = pair.publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  return { name, key: pair.privateKey, publicKey };
}

/** A checkpoint of these entries: type 0x02 by the log, type 0x04 by each witness. */
export function checkpointNote(of: {
  readonly origin: string;
  readonly entries: readonly Uint8Array[];
  readonly log: TestSigner;
  readonly witnesses: readonly TestWitness[];
  readonly atSeconds: number;
}): string {
  const body = `${of.origin}\n${of.entries.length}\n${treeRoot(of.entries).toString("base64")}\n`;
  const own = Buffer.concat([
    sha256(of.log.spki).subarray(0, 4),
    sign("sha256", Buffer.from(body), of.log.key),
  ]);
  const lines = [`\u2014 ${of.origin} ${own.toString("base64")}\n`];
  for (const witness of of.witnesses) {
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(of.atSeconds));
    const message = Buffer.from(`cosignature/v1\ntime ${of.atSeconds}\n${body}`);
    const keyId = sha256(
      Buffer.from(`${witness.name}\n`),
      Buffer.of(4),
      witness.publicKey,
    ).subarray(0, 4);
    const line = Buffer.concat([keyId, time, sign(null, message, witness.key)]);
    lines.push(`\u2014 ${witness.name} ${line.toString("base64")}\n`);
  }
  return `${body}\n${lines.join("")}`;
}
