import { connect as connectUnix } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { GATEWAY_QUESTION } from "@countersign/protocol/gateway-wire";
import type { SecretName } from "@countersign/protocol/names";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Issued, issueSvid, svidExtensions } from "../../scripts/lib/development-ca.mjs";
import { encodeFrame, FrameReader } from "../../server/kernel/frames.ts";
import { eventually, rowsWritten } from "../support/eventually.ts";
import { startTestGateway, type TestGateway, TRUST_DOMAIN } from "../support/gateway.ts";
import { type Installation, startInstallation } from "../support/installation.ts";
import { eventsOf, readLedger } from "../support/ledger-reader.ts";
import { type Cast, enrolCast, register, registration } from "../support/story.ts";

/*
 * Who can reach the gateway, who holds certificates of the right issuer with the wrong content, and who
 * reaches the key service's own socket: thousands of attempts, none answered with a value, nothing down.
 */
const FULL = process.env.COUNTERSIGN_PROVE === "full";
const NAME = "payments/dev/postgres/app-password" as SecretName;

describe("gateway", () => {
  let house: Installation;
  let gateway: TestGateway;
  let cast: Cast;
  beforeAll(async () => {
    house = await startInstallation();
    cast = await enrolCast(house);
    gateway = await startTestGateway(house, { COUNTERSIGN_GATEWAY_BURST: "1000000" });
    const policy = { owner: "payments-team", service: "payments", rotationPeriodDays: 30 } as const;
    await register(
      cast,
      registration(NAME, { policy: { ...policy, dataClassification: "internal", tier: "low" } }),
    );
  });
  afterAll(async () => {
    await gateway?.stop();
    await house?.stop();
  });

  const stillServes = async () => {
    const { process } = gateway;
    expect(process.child.exitCode ?? process.child.signalCode, process.output()).toBeNull();
    const own = await gateway.svid("acme/dev/payments/api");
    expect(await gateway.fetch(own, NAME)).toMatchObject({ status: 404 });
    expect(eventsOf(await readLedger(house.database), "FetchIntended")).toEqual([]);
  };

  it("DEL-1 L17 certificates of the right issuer with extensions at random: none gets a value, none crashes it", async () => {
    const parts = fc.sample(
      fc.record({
        path: fc.stringMatching(/^[ -~]{0,40}$/),
        keep: fc.subarray([0, 1, 2, 3]),
        again: fc.subarray([0, 1, 2, 3], { maxLength: 1 }),
      }),
      { numRuns: FULL ? 3_000 : 300, seed: 1 },
    );
    const answers = new Map<string, number>();
    const attempt = async ({ path, keep, again }: (typeof parts)[number]) => {
      const all = svidExtensions(`spiffe://${TRUST_DOMAIN}/${encodeURI(path)}`);
      const extensions = [...keep, ...again].flatMap((at) => all[at] ?? []);
      const odd = await issueSvid(gateway.authority, "", { extensions });
      const outcome = await gateway.fetch(odd, NAME).then(
        (it) => `${it.status} ${String(it.body.code)}`,
        () => "cut",
      );
      answers.set(outcome, (answers.get(outcome) ?? 0) + 1);
    };
    for (let at = 0; at < parts.length; at += 16) {
      await Promise.all(parts.slice(at, at + 16).map(attempt));
    }
    const expected = ["401 not-signed-in", "403 not-allowed", "404 not-found", "cut"];
    for (const outcome of answers.keys()) expect(expected).toContain(outcome);
    expect(answers.size).toBeGreaterThanOrEqual(2);
    await stillServes();
  });

  it("L6 bytes at random inside a workload's own connection: none gets a value, none crashes it", async () => {
    const own = await gateway.svid("acme/dev/payments/api");
    const samples = fc.sample(
      fc.oneof(
        fc.uint8Array({ maxLength: 600 }),
        fc
          .string({ maxLength: 300 })
          .map((it) => Buffer.from(`GET /v1/secrets/${it} HTTP/1.1\r\n\r\n`)),
        fc
          .string({ maxLength: 60 })
          .map((it) => Buffer.from(`${it} /v1/secrets/${NAME} HTTP/1.1\r\nHost: x\r\n\r\n`)),
        fc
          .nat(70_000)
          .map((size) =>
            Buffer.from(
              `GET /v1/secrets/${NAME} HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(size)}\r\n\r\n`,
            ),
          ),
        fc
          .nat(5_000)
          .map((size) =>
            Buffer.from(
              `GET /v1/secrets/${NAME} HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
            ),
          ),
      ),
      { numRuns: FULL ? 10_000 : 1_000, seed: 2 },
    );
    for (let at = 0; at < samples.length; at += 16) {
      await Promise.all(samples.slice(at, at + 16).map((bytes) => say(own, Buffer.from(bytes))));
    }
    await stillServes();
  });

  it("L16 the key service's socket answers nobody without a gateway's credential, and cuts what is no frame", async () => {
    const question = (credential: string) =>
      encodeFrame({
        id: 0,
        kind: GATEWAY_QUESTION.hello,
        body: Buffer.from(JSON.stringify({ v: 1, credential })),
      });
    const fetchFrame = encodeFrame({
      id: 1,
      kind: GATEWAY_QUESTION.fetch,
      body: Buffer.from(
        JSON.stringify({
          workload: `spiffe://${TRUST_DOMAIN}/acme/dev/payments/api`,
          certificate: "A".repeat(43),
          name: NAME,
          correlation: "0".repeat(16),
        }),
      ),
    });
    const console = house.consoleCredential();
    for (const said of [
      Buffer.concat([fetchFrame]),
      Buffer.concat([question("A".repeat(43)), fetchFrame]),
      Buffer.concat([question(console), fetchFrame]),
      Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
      Buffer.alloc(64, 0xff),
    ]) {
      const kinds = await sayToKeyService(house.gatewaySocket, said);
      expect(kinds.filter((kind) => kind !== 3)).toEqual([]); // refusals, or nothing
    }
    // What was no frame was cut before it said anything. An entry follows its refusal.
    const hellos = async () =>
      eventsOf(await readLedger(house.database), "Refused").filter(
        (it) => it.attempt === "gateway-hello",
      ).length;
    const written = await rowsWritten(house.database);
    await eventually("an entry for each", written, hellos, (count) => count >= 3);
    await written.close();
    expect(await hellos()).toBe(3);
    await stillServes();
  });

  /** Sends bytes over a TLS connection of its own, and resolves when it is over, within a second at most. */
  function say(svid: Issued, bytes: Buffer): Promise<void> {
    return new Promise((done) => {
      const socket: TLSSocket = connect({
        host: "127.0.0.1",
        port: gateway.port,
        servername: "localhost",
        ca: gateway.authority.pem,
        cert: svid.pem,
        key: svid.keyPem,
      });
      const over = () => socket.destroy();
      socket.once("secureConnect", () => socket.end(bytes));
      socket.once("data", over).once("error", over).once("end", over).setTimeout(1_000, over);
      socket.once("close", () => done());
    });
  }
});

/** Kinds of the frames that come back until the connection ends, or a second is over. */
function sayToKeyService(path: string, bytes: Buffer): Promise<number[]> {
  return new Promise((done) => {
    const reader = new FrameReader(80_000);
    const kinds: number[] = [];
    const socket = connectUnix(path, () => socket.write(bytes));
    socket.on("data", (chunk) => kinds.push(...reader.read(chunk).map((it) => it.kind)));
    socket.on("error", () => socket.destroy()).setTimeout(1_000, () => socket.destroy());
    socket.once("close", () => done(kinds));
  });
}
