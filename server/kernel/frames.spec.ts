import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeFrame, type Frame, FrameFault, FrameReader } from "./frames.ts";

const frame = fc.record({
  id: fc.integer({ min: 0, max: 0xffff_ffff }),
  kind: fc.integer({ min: 0, max: 255 }),
  body: fc.uint8Array({ maxLength: 300 }).map((it) => Buffer.from(it)),
});

describe("frames", () => {
  it("DEL-1 come out as they went in, however the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.nat(40)), (frames, cuts) => {
        let stream = Buffer.concat(frames.map(encodeFrame));
        const reader = new FrameReader(300);
        const read: Frame[] = [];
        for (const cut of cuts) {
          read.push(...reader.read(stream.subarray(0, cut)).map(copied));
          stream = stream.subarray(cut);
        }
        read.push(...reader.read(stream).map(copied));
        expect(read).toEqual(frames);
      }),
    );
  });

  it("L6 L12 a longer frame than was agreed ends the stream before its body has come", () => {
    const longest = encodeFrame({ id: 1, kind: 0, body: Buffer.alloc(300) });
    expect(new FrameReader(300).read(longest)).toHaveLength(1);
    const longer = encodeFrame({ id: 1, kind: 0, body: Buffer.alloc(301) });
    expect(() => new FrameReader(300).read(longer.subarray(0, 4))).toThrow(FrameFault);
    expect(() => new FrameReader(300).read(Buffer.alloc(4))).toThrow(FrameFault);
    expect(() => new FrameReader(300).read(Buffer.from("GET / HTTP/1.1\r\n\r\n"))).toThrow(
      FrameFault,
    );
  });
});

function copied(of: Frame): Frame {
  return { ...of, body: Buffer.from(of.body) };
}
