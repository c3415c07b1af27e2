import { inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const CHANNELS: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

export type Picture = {
  readonly width: number;
  readonly height: number;
  /** Different colours, and the part of all pixels that has the commonest of them. */
  readonly colours: number;
  readonly commonest: number;
};

/**
 * What there is to see in a PNG as browsers save them (PNG specification, third edition: 8 bits, RGB or RGBA, not
 * interlaced). @throws Error where it is none of those
 */
export function lookAtPng(file: Buffer): Picture {
  if (!file.subarray(0, 8).equals(SIGNATURE)) throw new Error("no PNG");
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  const channels = CHANNELS[file.readUInt8(25)];
  if (file.readUInt8(24) !== 8 || channels === undefined || file.readUInt8(28) !== 0)
    throw new Error("a kind of PNG that no browser saves");
  const pixels = unfiltered(inflateSync(dataOf(file)), {
    rows: height,
    row: width * channels,
    channels,
  });
  const counts = new Map<number, number>();
  for (let at = 0; at < pixels.length; at += channels) {
    const colour = pixels.readUIntBE(at, 3);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return {
    width,
    height,
    colours: counts.size,
    commonest: Math.max(...counts.values()) / (width * height),
  };
}

function dataOf(file: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    if (file.toString("latin1", at + 4, at + 8) === "IDAT")
      parts.push(file.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return Buffer.concat(parts);
}

/** Section 9 of the specification: each row says how its bytes differ from their neighbours. */
function unfiltered(
  data: Buffer,
  {
    rows,
    row,
    channels,
  }: { readonly rows: number; readonly row: number; readonly channels: number },
): Buffer {
  const out = Buffer.alloc(rows * row);
  for (let y = 0; y < rows; y += 1) {
    const filter = data.readUInt8(y * (row + 1));
    for (let x = 0; x < row; x += 1) {
      const at = y * row + x;
      const left = x < channels ? 0 : (out[at - channels] ?? 0);
      const up = y === 0 ? 0 : (out[at - row] ?? 0);
      const corner = x < channels || y === 0 ? 0 : (out[at - row - channels] ?? 0);
      const raw = data[y * (row + 1) + 1 + x] ?? 0;
      out[at] = raw + predicted(filter, left, up, corner);
    }
  }
  return out;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4: {
      const guess = left + up - corner;
      const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
      return a <= b && a <= c ? left : b <= c ? up : corner;
    }
    default:
      throw new Error(`no filter ${filter}`);
  }
}
