/* Taking ECDSA and EdDSA signatures apart, and spelling them otherwise. */

/** Order of the group of P-256 (SEC 2, section 2.4.2), with the zero that keeps it positive in DER. */
export const P256_ORDER = Buffer.from(
  "00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
  "hex",
);

/** The integers of an ECDSA-Sig-Value as their DER content. */
export type Parts = { readonly r: Buffer; readonly s: Buffer };

export function split(signature: Uint8Array): Parts {
  const bytes = Buffer.from(signature);
  const rSize = bytes[3] ?? 0;
  return { r: bytes.subarray(4, 4 + rSize), s: bytes.subarray(4 + rSize + 2) };
}

/** The signature with other contents of its two integers, lengths in the short form. */
export function respelled(
  signature: Uint8Array,
  alter: (parts: Parts) => readonly [Buffer, Buffer],
): Buffer {
  return derSequence(...alter(split(signature)).map(derInteger));
}

export function derSequence(...items: Uint8Array[]): Buffer {
  const content = Buffer.concat(items);
  return Buffer.concat([Buffer.from([0x30, content.length]), content]);
}

function derInteger(content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x02, content.length]), content]);
}

/** r and s as 32 bytes each, as JSON Web Signatures have them. */
export function plain(signature: Uint8Array): Buffer {
  const { r, s } = split(signature);
  const fixed = (it: Buffer) => Buffer.concat([Buffer.alloc(32), it]).subarray(-32);
  return Buffer.concat([fixed(r), fixed(s)]);
}

/** The other ECDSA signature on the same message: n - s for s. */
export function withOtherS(signature: Uint8Array): Buffer {
  return respelled(signature, ({ r, s }) => [r, positive(toNumber(P256_ORDER) - toNumber(s))]);
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function positive(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex");
  return (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
}

/** Order of the Ed25519 group (RFC 8032, section 5.1). */
const ED25519_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** R and S + L: the same equation holds, and RFC 8032 section 5.1.7 says to refuse it. */
export function addEd25519Order(signature: Uint8Array): Buffer {
  const s = toNumber(Buffer.from(signature.slice(32)).reverse()) + ED25519_ORDER;
  const bytes = Buffer.from(s.toString(16).padStart(64, "0"), "hex").reverse();
  return Buffer.concat([signature.slice(0, 32), bytes]);
}
