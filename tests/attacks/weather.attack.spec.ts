import { spawnSync } from "node:child_process";
import { cpSync, existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { witnessCheckpoint } from "../support/ledger-audit.ts";
import { eventsOf, readLedger } from "../support/ledger-reader.ts";
import {
  startTappedInstallation,
  type TappedInstallation,
} from "../support/tapped-installation.ts";

const CLIENTS = 4;
const CUTS = process.env.COUNTERSIGN_PROVE === "full" ? 100 : 10;
const FAKETIME = ["x86_64-linux-gnu", "aarch64-linux-gnu"]
  .map((it) => `/usr/lib/${it}/faketime/libfaketimeMT.so.1`)
  .find((it) => existsSync(it));

type Weather = {
  readonly what: string;
  readonly code: string;
  /** What a person is told to do. */
  readonly says: RegExp;
  readonly begin: (house: TappedInstallation) => void;
  readonly end: (house: TappedInstallation) => void;
  /** The witness itself is kept from hearing: from that moment on nothing more is recorded with it. */
  readonly deafensTheWitness?: true;
};

const taken = (folder: string) => `${folder}.taken`;

/** What may happen around the key service: each with what a caller is told while it lasts. */
const WEATHER: readonly Weather[] = [
  {
    what: "the database is down",
    code: "unavailable",
    says: /Try again/,
    begin: ({ taps }) => taps.database.down(),
    end: ({ taps }) => taps.database.clear(),
  },
  {
    what: "the database does not answer",
    code: "unavailable",
    says: /Try again/,
    begin: ({ taps }) => taps.database.stall(),
    end: ({ taps }) => taps.database.clear(),
  },
  {
    what: "the witness is down",
    code: "unavailable",
    says: /Try the same command again/,
    deafensTheWitness: true,
    begin: ({ taps }) => taps.witness.down(),
    end: ({ taps }) => taps.witness.clear(),
  },
  {
    what: "the witness does not answer",
    code: "unavailable",
    says: /Try the same command again/,
    deafensTheWitness: true,
    begin: ({ taps }) => taps.witness.stall(),
    end: ({ taps }) => taps.witness.clear(),
  },
  {
    what: "the folder of the token is gone",
    code: "unavailable",
    says: /[Tt]ry/,
    begin: ({ installation: { token } }) => renameSync(token.storageDir, taken(token.storageDir)),
    end: ({ installation: { token } }) => renameSync(taken(token.storageDir), token.storageDir),
  },
  {
    what: "the folder of the last checkpoint is gone",
    code: "unavailable",
    // An opening that was recorded when the folder went waits for witnesses that nobody can show it to.
    says: /Try (again|the same command again)/,
    begin: ({ installation: { stateDir } }) => renameSync(stateDir, taken(stateDir)),
    end: ({ installation: { stateDir } }) => renameSync(taken(stateDir), stateDir),
  },
];

describe("weather", () => {
  let house: TappedInstallation;
  beforeAll(async () => {
    house = await startTappedInstallation();
    house.storm.start(CLIENTS);
    await house.progress(CLIENTS);
  });
  afterAll(() => house?.stop());

  /** Entries that the witness has kept: what goes out later must be among them. */
  const recorded = () => witnessCheckpoint(house.installation.witnessDir).size;
  const nothingWentOutBeyond = (limit: number) => {
    const late = house.storm.receipts.filter((it) => it.intent >= limit);
    expect(late, "values that went out unrecorded").toEqual([]);
  };
  const nothingNewIsReleased = async (refusal: () => Promise<unknown>) => {
    const limit = recorded();
    await refusal();
    nothingWentOutBeyond(limit);
  };
  const goesOn = async () => {
    const { child } = house.installation.keyService();
    await house.progress(2 * CLIENTS);
    expect(child.exitCode ?? child.signalCode, "it was not restarted").toBeNull();
    expect(await house.complaints()).toEqual([]);
  };

  it.for(WEATHER.map((it) => [it.what, it] as const))(
    "AUD-2 L35 while %s nothing is released, callers are told, and it goes on by itself",
    async ([, { code, says, begin, end, deafensTheWitness }]) => {
      const refusal = await house.storm.untilRefused();
      begin(house);
      try {
        const limit = recorded();
        const told = await refusal();
        expect(told.detail).toMatch(says);
        expect(told.code).toBe(code);
        // Each of these refusals takes as long as a witness is waited for.
        if (deafensTheWitness) nothingWentOutBeyond(limit);
        else await nothingNewIsReleased(refusal);
      } finally {
        end(house);
      }
      await goesOn();
    },
  );

  it("AUD-2 connections to the database that break cost nobody a value", async () => {
    for (let cut = 0; cut < CUTS; cut++) {
      await house.progress(1 + (cut % CLIENTS));
      house.taps.database.cut();
    }
    await goesOn();
  });

  it("AUD-2 a database that is slow makes releases slow, and nothing else", async () => {
    house.taps.database.delayMs = 150;
    await house.progress(2 * CLIENTS);
    house.taps.database.clear();
    await goesOn();
  });

  it("AUD-2 L35 with the disk of the last checkpoint full nothing is released, until there is room", async (context) => {
    const { stateDir } = house.installation;
    await house.shutDown();
    cpSync(stateDir, taken(stateDir), { recursive: true });
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=128k", "tmpfs", stateDir]);
    try {
      if (mounted.status !== 0) {
        await house.restart();
        return context.skip("this account may not mount a small disk; fsync.attack has ENOSPC");
      }
      cpSync(taken(stateDir), stateDir, { recursive: true });
      await house.restart();
      const refusal = await house.storm.untilRefused();
      expect(() => writeFileSync(join(stateDir, "filler"), Buffer.alloc(1_000_000))).toThrow(
        "ENOSPC",
      );
      expect(await refusal()).toMatchObject({ code: "unavailable" });
      await nothingNewIsReleased(refusal);
      rmSync(join(stateDir, "filler"));
      await goesOn();
    } finally {
      if (mounted.status === 0) {
        await house.shutDown();
        cpSync(stateDir, taken(stateDir), { recursive: true });
        spawnSync("umount", [stateDir]);
        cpSync(taken(stateDir), stateDir, { recursive: true });
        await house.restart();
      }
      rmSync(taken(stateDir), { recursive: true });
    }
  });

  it.for(["+2h", "-2h"])(
    "JIT-1 while the clock is %s off nothing is released, callers are told, and it goes on by itself",
    async (jump, context) => {
      if (FAKETIME === undefined) return context.skip("libfaketime is not installed");
      const control = join(house.installation.folder, "clock");
      writeFileSync(control, "+0");
      await house.shutDown();
      await house.restart({
        LD_PRELOAD: FAKETIME,
        FAKETIME_TIMESTAMP_FILE: control,
        FAKETIME_NO_CACHE: "1",
        DONT_FAKE_MONOTONIC: "1",
        FAKETIME_DONT_FAKE_MONOTONIC: "1",
      });
      await house.progress(CLIENTS);
      const refusal = await house.storm.untilRefused();
      writeFileSync(control, jump);
      const told = await refusal();
      expect(told.detail).toMatch(/clock/);
      await nothingNewIsReleased(refusal);
      writeFileSync(control, "+0");
      await goesOn();
    },
  );

  it("LEAK-2 with a wrong PIN it does not start, says why, and the PIN is in no line", async () => {
    const { installation } = house;
    const pin = "the-wrong-pin-1234";
    const file = join(installation.folder, "wrong.pin");
    writeFileSync(file, pin, { mode: 0o600 });
    await house.shutDown();
    const started = house.restart({ COUNTERSIGN_PKCS11_PIN_FILE: file });
    await expect(started).rejects.toThrow(/PIN/);
    const { output } = installation.keyService();
    expect(output()).not.toContain(pin);
    expect(output()).not.toContain(installation.token.pin);
    await house.restart();
    await goesOn();
  });

  it("AUD-1 the ledger tells of what was refused in fair weather, and lost nothing of it in foul", async () => {
    await house.storm.stop();
    const entries = await readLedger(house.installation.database);
    const intents = eventsOf(entries, "ReleaseIntended");
    expect(intents.length).toBeGreaterThanOrEqual(house.storm.receipts.length);
    const refused = eventsOf(entries, "Refused").filter((it) => it.code === "uses-spent");
    expect(refused.length).toBeGreaterThan(0);
  });
});
