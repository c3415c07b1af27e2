import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateRequestKey } from "../../packages/cli/src/delivery/request-key.ts";
import { type Injection, inject, whyNoInjection } from "../support/strace.ts";
import {
  NOT_OURS,
  startTappedInstallation,
  type TappedInstallation,
} from "../support/tapped-installation.ts";

const CLIENTS = 8;
/** Longer than every deadline of the key service: a call that never comes back. */
const HANGS = "delay_enter=90s";

type Row = {
  readonly who: "the key service" | "the witness" | "PostgreSQL";
  readonly fails: string;
  /** For `strace -e inject=`, see strace(1). */
  readonly calls: readonly string[];
  /** Which files; none means every call. */
  readonly files?: (house: TappedInstallation) => readonly string[];
};

const kept = ({ installation }: TappedInstallation) => {
  const { child } = installation.keyService();
  return [join(installation.stateDir, `checkpoint.${child.pid}.tmp`)];
};
const witnessed = ({ installation: { witnessDir } }: TappedInstallation) => {
  const folder = join(witnessDir, "checkpoints");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".checkpoint"))
    .map((name) => join(folder, `${name}.tmp`));
};

const WRITES = (fault: string) => [`write:${fault}`, `pwrite64:${fault}`];

/** The calls on which "durable" rests outside PostgreSQL, each refused and each never coming back. */
const ROWS: readonly Row[] = [
  { who: "the key service", fails: "fsync with EIO", calls: ["fsync:error=EIO"] },
  { who: "the key service", fails: "fsync by hanging", calls: [`fsync:${HANGS}`] },
  {
    who: "the key service",
    fails: "writing the checkpoint file with ENOSPC",
    calls: WRITES("error=ENOSPC"),
    files: kept,
  },
  {
    who: "the key service",
    fails: "writing the checkpoint file with EIO",
    calls: WRITES("error=EIO"),
    files: kept,
  },
  {
    who: "the key service",
    fails: "opening the checkpoint file with EMFILE",
    calls: ["openat:error=EMFILE"],
    files: kept,
  },
  { who: "the key service", fails: "rename with ENOSPC", calls: ["rename:error=ENOSPC"] },
  { who: "the witness", fails: "fsync with EIO", calls: ["fsync:error=EIO"] },
  { who: "the witness", fails: "fsync by hanging", calls: [`fsync:${HANGS}`] },
  {
    who: "the witness",
    fails: "writing its checkpoint with ENOSPC",
    calls: WRITES("error=ENOSPC"),
    files: witnessed,
  },
  { who: "the witness", fails: "rename with EIO", calls: ["rename:error=EIO"] },
  {
    who: "PostgreSQL",
    fails: "flushing its log by hanging",
    calls: [`fdatasync:${HANGS}`, `fsync:${HANGS}`],
  },
];

describe("fsync", () => {
  const noInjection = whyNoInjection();
  let house: TappedInstallation;

  beforeAll(async () => {
    if (noInjection !== null) return;
    house = await startTappedInstallation();
    house.storm.start(CLIENTS);
    await house.storm.progress(CLIENTS);
  });
  afterAll(() => house?.stop());

  const processesOf = (who: Row["who"]): readonly number[] => {
    const { installation, postgres } = house;
    if (who === "PostgreSQL") return postgres?.processes() ?? [];
    const service = who === "the witness" ? installation.witness : installation.keyService();
    return [service.child.pid ?? 0];
  };

  /** A client of our own; asks again and again with one key until it is refused. */
  const client = async () => {
    const [use, key] = [await house.storm.takeUse(), await generateRequestKey()];
    return async () => {
      for (;;) {
        // A value may still go out whose record was complete when the fault began.
        const opening = await house.storm.open(use, key);
        if (opening.is === "refused" && opening.code !== "rate-limited") return opening;
      }
    };
  };

  const goesOn = async () => {
    const { child } = house.installation.keyService();
    await house.storm.progress(2 * CLIENTS);
    expect(child.exitCode ?? child.signalCode, "the key service was never restarted").toBeNull();
    expect(await house.complaints()).toEqual([]);
  };

  const struck = async (fault: Injection) => {
    while (fault.injected() === 0) await new Promise((done) => setTimeout(done, 10));
  };

  it.for(ROWS)(
    "AUD-2 L35 $who fails at $fails: nothing is released, and it goes on when that is over",
    async ({ who, calls, files }, context) => {
      if (noInjection !== null) return context.skip(noInjection);
      if (who === "PostgreSQL" && house.postgres === null) return context.skip(NOT_OURS);
      const refusal = await client();
      const fault = await inject(processesOf(who), calls, files?.(house) ?? []);
      try {
        await struck(fault);
        const told = await refusal();
        expect(told.code).toBe("unavailable");
        expect(told.detail).toMatch(/again/);
        const before = house.storm.receipts.length;
        expect((await refusal()).code).toBe("unavailable");
        expect(house.storm.receipts.length, "values that went out while it failed").toBe(before);
      } finally {
        await fault.stop();
      }
      await goesOn();
    },
  );

  it.for([
    ["flushing its log with EIO", ["fdatasync:error=EIO", "fsync:error=EIO"]],
    ["writing its log with ENOSPC", ["pwrite64:error=ENOSPC"]],
  ] as const)(
    "AUD-2 L35 PostgreSQL fails at %s: it throws its sessions away, and nothing acknowledged is lost",
    async ([, calls], context) => {
      if (noInjection !== null) return context.skip(noInjection);
      const { postgres } = house;
      if (postgres === null) return context.skip(NOT_OURS);
      const acknowledged = house.storm.receipts.length;
      const panics = count(postgres.log(), "PANIC");
      const fault = await inject(postgres.processes(), calls);
      try {
        await struck(fault);
        while (count(postgres.log(), "PANIC") === panics)
          await new Promise((done) => setTimeout(done, 10));
      } finally {
        await fault.stop();
      }
      expect(acknowledged).toBeGreaterThan(0);
      await goesOn();
    },
  );

  it("AUD-2 L35 a PostgreSQL whose disk stays broken ends: the key service waits for its return", async (context) => {
    if (noInjection !== null) return context.skip(noInjection);
    const { postgres } = house;
    if (postgres === null) return context.skip(NOT_OURS);
    const refusal = await client();
    await postgres.kill();
    expect(await refusal()).toMatchObject({ code: "unavailable" });
    await postgres.start();
    await goesOn();
  });
});

function count(text: string, word: string): number {
  return text.split(word).length - 1;
}
