import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Service } from "../support/installation.ts";
import { auditAcknowledged, auditReleases } from "../support/ledger-audit.ts";
import { readLedger } from "../support/ledger-reader.ts";
import type { PrivatePostgres } from "../support/private-postgres.ts";
import { inject, whyNoInjection } from "../support/strace.ts";
import {
  NOT_OURS,
  startTappedInstallation,
  type TappedInstallation,
} from "../support/tapped-installation.ts";
import type { Look } from "../support/tapped-proxy.ts";

const FULL = process.env.COUNTERSIGN_PROVE === "full";
const CLIENTS = 32;
const SEED = Number(process.env.COUNTERSIGN_SEED ?? Date.now() % 2 ** 31);

/*
 * 32 clients open values in a loop, every message between them, the key service, PostgreSQL and the witness
 * passes a proxy, and each time a certain message passes, a process is killed with SIGKILL. What clients
 * received is then matched with the ledger by a reader that owes the key service nothing.
 */
describe(`kill (seed ${SEED})`, () => {
  const random = seeded(SEED);
  const noInjection = whyNoInjection();
  let house: TappedInstallation;
  let witness: Service;

  const kill = () => house.installation.keyService().child.kill("SIGKILL");

  beforeAll(async () => {
    house = await startTappedInstallation();
    witness = house.installation.witness;
    house.storm.start(CLIENTS);
    await house.progress(CLIENTS);
  });
  afterAll(() => house?.stop());

  type Point = readonly [name: string, strike: () => Promise<unknown>];

  /** Kills at that moment: the message that passes is kept from its receiver, or still reaches it. */
  const at =
    (
      tap: keyof TappedInstallation["taps"],
      moment: Moment,
      message: "lost" | "half" | "delivered",
      afterMs: () => number = () => 0,
    ) =>
    () =>
      new Promise<void>((done) => {
        const proxy = house.taps[tap];
        const isMoment = moment();
        proxy.look = (chunk) => {
          if (!isMoment(chunk)) return chunk.bytes;
          proxy.look = ({ bytes }) => bytes;
          if (message === "lost") kill();
          else setTimeout(kill, afterMs());
          done();
          if (message === "lost") return null;
          return message === "half" ? chunk.bytes.subarray(0, chunk.bytes.length / 2) : chunk.bytes;
        };
      });
  const INTENT = ["append-batch", "ReleaseIntended"] as const;
  const aWhile = (ms: number) => () => Math.floor(random() * ms);
  const injected = (what: string) => async () => {
    const service = house.installation.keyService();
    const { stop } = await inject([service.child.pid ?? 0], [what]);
    await service.ended;
    await stop();
  };

  const points: readonly Point[] = [
    ["before the append of an intent", at("database", request(...INTENT), "lost")],
    ["while an intent is committed", at("database", request(...INTENT), "delivered")],
    ["when an intent is committed and nobody knows", at("database", answerTo(...INTENT), "lost")],
    ["when an intent is committed and known", at("database", answerTo(...INTENT), "delivered")],
    ["before the witness sees an intent", at("witness", request("/add-checkpoint"), "lost")],
    ["when the witness has seen it, unheard", at("witness", answerTo("/add-checkpoint"), "lost")],
    ["when the witness was heard", at("witness", answerTo("/add-checkpoint"), "delivered")],
    ["before the envelope is read", at("database", request("load-envelope"), "lost")],
    ["around the unwrapping", at("database", answerTo("load-envelope"), "delivered", aWhile(3))],
    ["around the sealing", at("database", answerTo("load-envelope"), "delivered", aWhile(12))],
    ["when a value was sent, and the client got none of it", at("desk", isValue, "lost")],
    ["when a value was sent, and the client got half of it", at("desk", isValue, "half")],
    ["when a value was sent and received", at("desk", isValue, "delivered")],
    [
      "before the record that a value has gone out",
      at("database", request("append-batch", "ReleaseDone"), "lost"),
    ],
    [
      "at any moment",
      async () => {
        await new Promise((done) => setTimeout(done, random() * 400));
        kill();
      },
    ],
  ];
  const tracedPoints: readonly Point[] = [
    ["at the fsync of the checkpoint file", injected("fsync:signal=SIGKILL")],
    ["at the rename of the checkpoint file", injected("rename:signal=SIGKILL")],
  ];

  const rounds = FULL ? Math.ceil(200 / (points.length + tracedPoints.length)) : 1;
  const strikeAndReturn = async (strike: Point[1]) => {
    const service = house.installation.keyService();
    await strike();
    expect((await service.ended).signal).toBe("SIGKILL");
    await house.restart();
    await house.progress(CLIENTS / 2);
    expect(await house.complaints()).toEqual([]);
  };

  for (let round = 1; round <= rounds; round++) {
    const suffix = rounds === 1 ? "" : `, round ${round}`;
    for (const [name, strike] of points)
      it(`AUD-2 L35 killed ${name}: values and intents match${suffix}`, () =>
        strikeAndReturn(strike));
    for (const [name, strike] of tracedPoints)
      it(`AUD-2 L35 killed ${name}: values and intents match${suffix}`, async (context) => {
        if (noInjection !== null) context.skip(noInjection);
        await strikeAndReturn(strike);
      });
  }

  it("AUD-2 the witness is killed at its work: releases wait, and go on when it is back", async () => {
    await new Promise<void>((done) => {
      house.taps.witness.look = (chunk) => {
        house.taps.witness.look = ({ bytes }) => bytes;
        witness.child.kill("SIGKILL");
        done();
        return chunk.bytes;
      };
    });
    await witness.ended;
    witness = await house.installation.startWitness();
    await house.progress(CLIENTS);
    expect(await house.complaints()).toEqual([]);
  });

  it.for<readonly [string, (it: PrivatePostgres) => Promise<void>]>([
    ["the session that holds the pen", (it: PrivatePostgres) => killWriter(it)],
    ["the whole server", (it: PrivatePostgres) => it.kill().then(() => it.start())],
  ])(
    "AUD-2 PostgreSQL loses %s to a kill: the key service recovers without a restart",
    async ([, strike], context) => {
      const { postgres } = house;
      if (postgres === null) return context.skip(NOT_OURS);
      const service = house.installation.keyService();
      await strike(postgres);
      await house.progress(CLIENTS);
      expect(service.child.exitCode).toBeNull();
      expect(await house.complaints()).toEqual([]);
    },
  );

  it("AUD-2 the reader of the ledger would notice what it looks for", async () => {
    await house.storm.stop();
    const entries = await readLedger(house.installation.database);
    const [receipt] = house.storm.receipts;
    if (receipt === undefined) throw new Error("nobody received anything");
    const lies = [
      { ...receipt, intent: receipt.intent + 1, witnessedSize: receipt.intent + 2 },
      { ...receipt, recipientKey: "another" },
      { ...receipt, valueDigest: "another" },
      { ...receipt, witnessedSize: receipt.intent },
    ];
    for (const lie of lies)
      expect(
        auditReleases(entries, [...house.storm.receipts, lie]),
        JSON.stringify(lie),
      ).toHaveLength(1);
    const cut = entries.filter((it) => it.index !== receipt.intent);
    expect(auditReleases(cut, house.storm.receipts)).not.toEqual([]);
    const untold = { index: receipt.intent, digest: "of a statement that is not there" };
    expect(auditAcknowledged(entries, [untold])).toHaveLength(1);
  });
});

/** Made anew for each kill: tells of each chunk whether that is the one. */
type Moment = () => (chunk: Parameters<Look>[0]) => boolean;

const request =
  (marker: string, and = ""): Moment =>
  () =>
  ({ towards, bytes }) =>
    towards === "server" && bytes.includes(marker) && bytes.includes(and);

/** The first bytes of the answer to such a request. */
const answerTo =
  (marker: string, and = ""): Moment =>
  () => {
    let asked = 0;
    const isRequest = request(marker, and)();
    return (chunk) => {
      if (asked === 0 && isRequest(chunk)) asked = chunk.connection;
      return chunk.towards === "client" && chunk.connection === asked;
    };
  };

const isValue: Moment =
  () =>
  ({ towards, bytes }) =>
    towards === "client" && bytes.includes("release/v1");

async function killWriter(postgres: PrivatePostgres): Promise<void> {
  process.kill(await postgres.writer(), "SIGKILL");
}

/** mulberry32: a printed seed gives the same moments again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
