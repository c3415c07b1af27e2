/*
 * Questions about a value's bytes, answered without turning them into a string, which could not be wiped.
 */

export function endsWithLineBreak(bytes: Buffer): boolean {
  const last = bytes.at(-1);
  return last === 0x0a || last === 0x0d;
}

export function distinctBytes(bytes: Buffer): number {
  return new Set(bytes).size;
}

/** Whether a word (lower-case ASCII) stands somewhere in the bytes, in any case. */
export function includesAscii(bytes: Buffer, word: string): boolean {
  const lower = Buffer.from(bytes);
  for (let at = 0; at < lower.length; at += 1) {
    const byte = lower.readUInt8(at);
    if (byte >= 0x41 && byte <= 0x5a) lower.writeUInt8(byte + 0x20, at);
  }
  const found = lower.includes(word, 0, "ascii");
  lower.fill(0);
  return found;
}

/**
 * Bytes of key material that a value stands for: in hex, base64 or base64url where it is such text, else
 * raw. Text goes first: 32 hexadecimal characters are a key of 128 bits, not of 256. (That 32 random
 * bytes read as base64 has a chance of 1 in 2^64.)
 */
export function rawKeySize(bytes: Buffer): number {
  const isHex = bytes.every((byte) => isDigit(byte) || isLetterUpTo(byte, 0x66));
  if (isHex && bytes.length % 2 === 0) return bytes.length / 2;
  let body = bytes.length;
  while (body > 0 && bytes.length - body < 2 && bytes[body - 1] === 0x3d) body -= 1;
  const isPaddedRight = body === bytes.length || bytes.length % 4 === 0;
  if (isPaddedRight && body % 4 !== 1 && bytes.subarray(0, body).every(isBase64Character)) {
    return Math.floor((body * 3) / 4);
  }
  return bytes.length;
}

const BASE64_SYMBOLS = [0x2b, 0x2f, 0x2d, 0x5f];

function isBase64Character(byte: number): boolean {
  return isDigit(byte) || isLetterUpTo(byte, 0x7a) || BASE64_SYMBOLS.includes(byte);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isLetterUpTo(byte: number, last: number): boolean {
  const lower = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
  return lower >= 0x61 && lower <= last;
}
