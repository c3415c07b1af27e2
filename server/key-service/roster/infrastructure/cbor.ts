import { fromUtf8 } from "@countersign/protocol/bytes";

/*
 * The part of CBOR (RFC 8949) that an attestation object is made of: integers, byte and text strings,
 * arrays, maps with text or integer names, booleans. Read strictly, because the library that reads it next
 * is lenient: shortest lengths only, definite lengths only, no name twice, no tag, no float. The order of
 * names is not judged: browsers pass on what an authenticator made.
 */

export type Cbor = number | boolean | string | Uint8Array | readonly Cbor[] | CborMap;
export type CborMap = ReadonlyMap<string | number, Cbor>;

/** Deeper than any attestation statement; a bound on recursion (lesson L6). */
const MAX_DEPTH = 6;

class NotCbor extends Error {
  override readonly name = "NotCbor";
}

type Cursor = { readonly bytes: Uint8Array; at: number };

/** The one item that `bytes` are. Null where they are anything else, or more than one. Never throws. */
export function readCbor(bytes: Uint8Array): Cbor | null {
  const cursor: Cursor = { bytes, at: 0 };
  try {
    const item = readItem(cursor, MAX_DEPTH);
    return cursor.at === bytes.length ? item : null;
  } catch (error) {
    if (error instanceof NotCbor) return null;
    throw error;
  }
}

export function isCborMap(item: Cbor | null | undefined): item is CborMap {
  return item instanceof Map;
}

function readItem(cursor: Cursor, depth: number): Cbor {
  if (depth === 0) throw new NotCbor();
  const first = takeBytes(cursor, 1)[0] ?? 0;
  const [major, info] = [first >> 5, first & 0x1f];
  if (major === 7) return readSimple(info);
  const argument = readArgument(cursor, info);
  switch (major) {
    case 0:
      return argument;
    case 1:
      return -1 - argument;
    case 2:
      return takeBytes(cursor, argument);
    case 3:
      return readText(cursor, argument);
    case 4:
      return readArray(cursor, argument, depth);
    case 5:
      return readMap(cursor, argument, depth);
    default:
      throw new NotCbor(); // 6: a tag
  }
}

function readSimple(info: number): boolean {
  if (info === 20) return false;
  if (info === 21) return true;
  throw new NotCbor();
}

/** RFC 8949 section 3, in its shortest form (section 4.2.1). Larger than 32 bits means nothing here. */
function readArgument(cursor: Cursor, info: number): number {
  if (info < 24) return info;
  const sizeBytes = info === 24 ? 1 : info === 25 ? 2 : info === 26 ? 4 : 0;
  if (sizeBytes === 0) throw new NotCbor();
  const value = takeBytes(cursor, sizeBytes).reduce((sum, byte) => sum * 256 + byte, 0);
  const least = sizeBytes === 1 ? 24 : 2 ** (sizeBytes * 4);
  if (value < least) throw new NotCbor();
  return value;
}

function takeBytes(cursor: Cursor, sizeBytes: number): Uint8Array {
  const end = cursor.at + sizeBytes;
  if (end > cursor.bytes.length) throw new NotCbor();
  const taken = cursor.bytes.subarray(cursor.at, end);
  cursor.at = end;
  return taken;
}

function readText(cursor: Cursor, sizeBytes: number): string {
  const bytes = takeBytes(cursor, sizeBytes);
  try {
    return fromUtf8(bytes);
  } catch {
    throw new NotCbor();
  }
}

function readArray(cursor: Cursor, size: number, depth: number): Cbor[] {
  const items: Cbor[] = [];
  // Each item takes a byte at least, so that a length that lies runs out of bytes, not of memory.
  for (let i = 0; i < size; i++) items.push(readItem(cursor, depth - 1));
  return items;
}

function readMap(cursor: Cursor, size: number, depth: number): CborMap {
  const map = new Map<string | number, Cbor>();
  for (let i = 0; i < size; i++) {
    const name = readItem(cursor, depth - 1);
    if ((typeof name !== "string" && typeof name !== "number") || map.has(name))
      throw new NotCbor();
    map.set(name, readItem(cursor, depth - 1));
  }
  return map;
}
