/** CTAP2 canonical CBOR, as authenticators write it. Maps keep the order that they are given. */
export type CborInput =
  | number
  | boolean
  | string
  | Uint8Array
  | readonly CborInput[]
  | CborInputMap;
export type CborInputMap = ReadonlyMap<string | number, CborInput>;

export function writeCbor(item: CborInput): Buffer {
  if (typeof item === "number") return item < 0 ? head(1, -1 - item) : head(0, item);
  if (typeof item === "boolean") return Buffer.from([item ? 0xf5 : 0xf4]);
  if (typeof item === "string")
    return Buffer.concat([head(3, Buffer.byteLength(item)), Buffer.from(item)]);
  if (item instanceof Uint8Array) return Buffer.concat([head(2, item.length), item]);
  if (item instanceof Map) {
    const members = [...(item as CborInputMap)].flatMap(([name, value]) => [
      writeCbor(name),
      writeCbor(value),
    ]); // CborInput has no other Map
    return Buffer.concat([head(5, item.size), ...members]);
  }
  const items = item as readonly CborInput[]; // all that is left of the union
  return Buffer.concat([head(4, items.length), ...items.map(writeCbor)]);
}

function head(major: number, argument: number): Buffer {
  const type = major << 5;
  if (argument < 24) return Buffer.from([type | argument]);
  if (argument < 0x100) return Buffer.from([type | 24, argument]);
  if (argument < 0x1_0000) return Buffer.from([type | 25, argument >> 8, argument & 255]);
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(type | 26);
  bytes.writeUInt32BE(argument, 1);
  return bytes;
}
