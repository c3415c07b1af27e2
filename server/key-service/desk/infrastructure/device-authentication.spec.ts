import { randomBytes } from "node:crypto";
import { toBase64url } from "@countersign/protocol/bytes";
import { DEVICE_CALL_WINDOW_SECONDS } from "@countersign/protocol/device-call";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CallFacts, makeDevice, signCall, TestClock } from "./desk-fixture.ts";
import { createDeviceAuthentication, parseDeviceAuthorization } from "./device-authentication.ts";
import { SingleUseNonces } from "./single-use-nonces.ts";

const laptop = makeDevice(1);
const stranger = makeDevice(9);
const PATH = "/people/v1/whoami";
const BODY = "{}";

function given(of: { maxNonces?: number } = {}) {
  const clock = new TestClock();
  const looked: string[] = [];
  const authenticate = createDeviceAuthentication({
    clock,
    lookup: async (device) => {
      looked.push(device);
      return device === laptop.device ? laptop.publicKey : null;
    },
    ...of,
  });
  clock.pass(3600);
  const now = () => Math.floor(clock.wall() / 1000);
  const facts = (more: Partial<CallFacts> = {}): CallFacts => ({
    path: PATH,
    body: BODY,
    at: now(),
    ...more,
  });
  const receive = async (authorization: string | undefined, path = PATH, body = BODY) => {
    const result = await authenticate({ authorization, path, body: Buffer.from(body) });
    return result.ok ? result.value : result.error.code;
  };
  return { clock, facts, receive, looked, authenticate };
}

describe("device calls", () => {
  it("ID-1 L4 accepts a call that the enrolled device signed, once", async () => {
    const { facts, receive } = given();
    const header = await signCall(laptop, facts());
    expect(await receive(header)).toBe(laptop.device);
    expect(await receive(header)).toBe("nonce-used");
  });

  it("L4 refuses the nonce again in another call of the same device, and takes it from another device", async () => {
    const clock = new TestClock();
    const phone = makeDevice(2);
    const keys = new Map([laptop, phone].map((it) => [it.device, it.publicKey]));
    const authenticate = createDeviceAuthentication({
      clock,
      lookup: async (id) => keys.get(id) ?? null,
    });
    const at = Math.floor(clock.wall() / 1000);
    const nonce = toBase64url(randomBytes(16));
    const receive = async (by: typeof laptop, path: string) =>
      (
        await authenticate({
          authorization: await signCall(by, { path, body: BODY, at, nonce }),
          path,
          body: Buffer.from(BODY),
        })
      ).ok;
    expect(await receive(laptop, PATH)).toBe(true);
    expect(await receive(laptop, "/people/v1/intake")).toBe(false);
    expect(await receive(phone, PATH)).toBe(true);
  });

  it.each([-60, -59, 0, 59, 60])("accepts a call signed at %i s from now", async (offset) => {
    const { facts, receive } = given();
    expect(await receive(await signCall(laptop, facts({ at: facts().at + offset })))).toBe(
      laptop.device,
    );
  });

  it.each([-3600, -61, 61, 3600])(
    "refuses a call signed at %i s from now and says which way the clock is off",
    async (offset) => {
      const { facts, authenticate } = given();
      const result = await authenticate({
        authorization: await signCall(laptop, facts({ at: facts().at + offset })),
        path: PATH,
        body: Buffer.from(BODY),
      });
      expect(result).toMatchObject({ ok: false, error: { code: "clock-differs" } });
      const side = offset > 0 ? "ahead of" : "behind";
      expect(result.ok ? "" : result.error.message).toContain(
        `${Math.abs(offset)} seconds ${side}`,
      );
    },
  );

  it("L4 refuses a replay after the wall clock was set back behind forgotten nonces", async () => {
    const { clock, facts, receive } = given();
    const header = await signCall(laptop, facts());
    expect(await receive(header)).toBe(laptop.device);
    clock.pass(300);
    expect(await receive(await signCall(laptop, facts()))).toBe(laptop.device);
    clock.jump(-300);
    expect(await receive(header)).toBe("clock-differs");
  });

  it("L4 refuses a call from before this process started, which an earlier one may have taken", async () => {
    const clock = new TestClock();
    const authenticate = createDeviceAuthentication({
      clock,
      lookup: async () => laptop.publicKey,
    });
    const at = Math.floor(clock.wall() / 1000) - 1;
    const authorization = await signCall(laptop, { path: PATH, body: BODY, at });
    const result = await authenticate({ authorization, path: PATH, body: Buffer.from(BODY) });
    expect(result).toMatchObject({ ok: false, error: { code: "clock-differs" } });
  });

  it("refuses another path, another body, another device's name, another key", async () => {
    const { facts, receive } = given();
    expect(await receive(await signCall(laptop, facts()), "/people/v1/intake")).toBe(
      "not-signed-in",
    );
    expect(await receive(await signCall(laptop, facts()), PATH, "{} ")).toBe("not-signed-in");
    expect(await receive(await signCall(stranger, facts({ device: laptop.device })))).toBe(
      "not-signed-in",
    );
    expect(await receive(await signCall(laptop, facts({ device: stranger.device })))).toBe(
      "not-signed-in",
    );
  });

  it("L5 answers an unknown device and a wrong signature with the same words and the same work", async () => {
    const { facts, authenticate, looked } = given();
    const ask = async (authorization: string) =>
      authenticate({ authorization, path: PATH, body: Buffer.from(BODY) });
    const unknown = await ask(await signCall(stranger, facts()));
    const wrong = await ask(await signCall(stranger, facts({ device: laptop.device })));
    expect(unknown).toEqual(wrong);
    expect(looked).toHaveLength(2);
    // A clock that differs is told only to the device itself.
    const late = facts({ at: facts().at - 500 });
    expect(await ask(await signCall(stranger, { ...late, device: laptop.device }))).toEqual(
      unknown,
    );
    expect(await ask(await signCall(stranger, late))).toEqual(unknown);
  });

  it("L5 takes as long for an unknown device as for a known one", async () => {
    const { facts, authenticate } = given();
    const known = await signCall(stranger, facts({ device: laptop.device }));
    const unknown = await signCall(stranger, facts());
    const time = async (authorization: string) => {
      const started = process.hrtime.bigint();
      await authenticate({ authorization, path: PATH, body: Buffer.from(BODY) });
      return Number(process.hrtime.bigint() - started);
    };
    const median = (of: number[]) => of.sort((a, b) => a - b)[of.length >> 1] ?? 0;
    const [a, b]: [number[], number[]] = [[], []];
    for (let i = 0; i < 400; i++) {
      a.push(await time(known));
      b.push(await time(unknown));
    }
    // A verification saved would make one side several times faster.
    expect(median(a) / median(b)).toBeGreaterThan(0.5);
    expect(median(a) / median(b)).toBeLessThan(2);
  });

  it("L4 does not spend a nonce on a call that is not signed", async () => {
    const { facts, receive } = given();
    const nonce = toBase64url(randomBytes(16));
    expect(await receive(await signCall(stranger, facts({ device: laptop.device, nonce })))).toBe(
      "not-signed-in",
    );
    expect(await receive(await signCall(laptop, facts({ nonce })))).toBe(laptop.device);
  });

  it("L6 refuses when the memory for nonces is full, and never forgets a live one to make room", async () => {
    const { clock, facts, receive } = given({ maxNonces: 2 });
    const [one, two, three] = await Promise.all([0, 1, 2].map(() => signCall(laptop, facts())));
    expect(await receive(one)).toBe(laptop.device);
    expect(await receive(two)).toBe(laptop.device);
    expect(await receive(three)).toBe("rate-limited");
    expect(await receive(one)).toBe("nonce-used");
    clock.pass(2 * DEVICE_CALL_WINDOW_SECONDS);
    expect(await receive(await signCall(laptop, facts()))).toBe(laptop.device);
  });

  it("faults, and does not refuse, when the lookup fails", async () => {
    const authenticate = createDeviceAuthentication({
      clock: new TestClock(),
      lookup: () => Promise.reject(new Error("database down")),
    });
    const authorization = await signCall(laptop, { path: PATH, body: BODY, at: 1 });
    await expect(
      authenticate({ authorization, path: PATH, body: Buffer.from(BODY) }),
    ).rejects.toThrow();
  });
});

describe("the Authorization header of a device call", () => {
  const good = signCall(laptop, { path: PATH, body: BODY, at: 1_772_438_400 });

  it.each([
    ["nothing", () => undefined],
    ["an empty header", () => ""],
    ["another scheme", (h: string) => h.replace("Countersign-Device", "Bearer")],
    [
      "the scheme in other case",
      (h: string) => h.replace("Countersign-Device", "countersign-device"),
    ],
    ["a trailing space", (h: string) => `${h} `],
    ["a trailing comma", (h: string) => `${h},`],
    ["two spaces", (h: string) => h.replace(", ", ",  ")],
    ["no spaces", (h: string) => h.replaceAll(", ", ",")],
    ["another order", (h: string) => h.replace(/(at=\d+), (nonce=[^,]+)/, "$2, $1")],
    ["a repeated field", (h: string) => h.replace(/(at=\d+)/, "$1, $1")],
    ["a further field", (h: string) => `${h}, admin=1`],
    ["quotes", (h: string) => h.replace(/nonce=([^,]+)/, 'nonce="$1"')],
    [
      "the device in upper case",
      (h: string) => h.replace(/device=(\S+),/, (_, id) => `device=${id.toUpperCase()},`),
    ],
    ["a device of another kind", (h: string) => h.replace("device=d-", "device=p-")],
    ["a time with a leading zero", (h: string) => h.replace("at=", "at=0")],
    ["a negative time", (h: string) => h.replace("at=", "at=-")],
    ["a time with a point", (h: string) => h.replace(/at=(\d+)/, "at=$1.0")],
    ["a time of twenty digits", (h: string) => h.replace(/at=\d+/, `at=${"9".repeat(20)}`)],
    ["a padded nonce", (h: string) => h.replace(/nonce=([^,]+)/, "nonce=$1==")],
    [
      "a nonce with stray low bits",
      (h: string) => h.replace(/nonce=[^,]+/, `nonce=${"A".repeat(21)}B`),
    ],
    ["a nonce of another length", (h: string) => h.replace(/nonce=[^,]+/, "nonce=AAAA")],
    [
      "a nonce in the other alphabet",
      (h: string) => h.replace(/nonce=[^,]+/, `nonce=${"+".repeat(22)}`),
    ],
    ["a short signature", (h: string) => h.slice(0, -2)],
    [
      "a signature with stray low bits",
      (h: string) => h.replace(/signature=\S+/, `signature=${"A".repeat(85)}B`),
    ],
  ] as [string, (h: string) => string | undefined][])("L2 refuses %s", async (_, spoil) => {
    const header = await good;
    expect(parseDeviceAuthorization(header)).not.toBeNull();
    expect(parseDeviceAuthorization(spoil(header))).toBeNull();
  });

  it("L6 never throws, whatever it is given", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
        parseDeviceAuthorization(text);
        parseDeviceAuthorization(`Countersign-Device ${text}`);
      }),
    );
  });

  it("L2 has one spelling: any other character at any place is refused or is another call", async () => {
    const header = await good;
    const meant = JSON.stringify(parseDeviceAuthorization(header));
    fc.assert(
      fc.property(
        fc.nat(header.length - 1),
        fc.string({ unit: "binary", minLength: 1, maxLength: 2 }),
        (at, text) => {
          const other = header.slice(0, at) + text + header.slice(at + 1);
          fc.pre(other !== header);
          expect(JSON.stringify(parseDeviceAuthorization(other))).not.toBe(meant);
        },
      ),
    );
  });
});

describe("single-use nonces", () => {
  it("L4 accepts each (device, nonce, second) at most once, whatever the clock does", () => {
    const move = fc.record({
      jump: fc.integer({ min: -300, max: 300 }),
      offset: fc.integer({ min: -80, max: 80 }),
      nonce: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 200 }), (moves) => {
        const nonces = new SingleUseNonces({ startedAt: 10_000, windowSeconds: 60, maxInAll: 50 });
        const accepted = new Set<string>();
        let now = 10_000;
        for (const { jump, offset, nonce } of moves) {
          now += jump;
          const at = now + offset;
          if (nonces.use({ device: laptop.device, nonce: String(nonce), at, now }) !== "fresh")
            continue;
          expect(accepted.has(`${at} ${nonce}`)).toBe(false);
          accepted.add(`${at} ${nonce}`);
          expect(nonces.size).toBeLessThanOrEqual(50);
        }
      }),
    );
  });
});
