import { createPublicKey, hash, type KeyObject, sign } from "node:crypto";

const cosignatureType = 0x04;
const spkiPrefixBytes = 12;

/** Makes cosignatures, version 1 (c2sp.org/tlog-cosignature), with one Ed25519 key. */
export class Cosigner {
  readonly name: string;
  readonly keyId: number;
  /** `<name>+<key id>+<base64(0x04 || key)>`: what logs and auditors are configured with. */
  readonly verifierKey: string;
  readonly #key: KeyObject;

  /** @param name no spaces and no plus; a schema-less URL by custom. @throws Error for another kind of key */
  constructor(name: string, privateKey: KeyObject) {
    if (privateKey.asymmetricKeyType !== "ed25519")
      throw new Error("a witness signs with an Ed25519 key");
    if (!/^[^\s\u0085+]+$/u.test(name))
      throw new Error(`a witness's name has no spaces and no plus: ${name}`);
    const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
    const typed = Buffer.concat([Buffer.of(cosignatureType), spki.subarray(spkiPrefixBytes)]);
    const id = hash("sha256", Buffer.concat([Buffer.from(`${name}\n`), typed]), "buffer").subarray(
      0,
      4,
    );
    this.name = name;
    this.keyId = id.readUInt32BE(0);
    this.verifierKey = `${name}+${id.toString("hex")}+${typed.toString("base64")}`;
    this.#key = privateKey;
  }

  /**
   * The line for the note, newline included. It says: at this time, this is the largest tree of this log
   * that I have seen, and it continues all that I have cosigned. Call it only when that is on disk.
   */
  cosign(checkpointText: string, timestampSeconds: number): string {
    const message = `cosignature/v1\ntime ${timestampSeconds}\n${checkpointText}`;
    const head = Buffer.alloc(12);
    head.writeUInt32BE(this.keyId, 0);
    head.writeBigUInt64BE(BigInt(timestampSeconds), 4);
    const signature = sign(null, Buffer.from(message), this.#key);
    return `— ${this.name} ${Buffer.concat([head, signature]).toString("base64")}\n`;
  }
}
