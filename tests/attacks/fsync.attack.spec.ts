import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { witnessCheckpoint } from "../support/ledger-audit.ts";
import { readLedger } from "../support/ledger-reader.ts";
import { inject, whyNoInjection } from "../support/strace.ts";
import {
  NOT_OURS,
  startTappedInstallation,
  type TappedInstallation,
} from "../support/tapped-installation.ts";

const FULL = process.env.COUNTERSIGN_PROVE === "full";
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
  /** A near relation of another row: left to the full run. */
  readonly onlyInFull?: true;
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
    onlyInFull: true,
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
  { who: "the witness", fails: "rename with EIO", calls: ["rename:error=EIO"], onlyInFull: true },
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
    await house.progress(CLIENTS);
  });
  afterAll(() => house?.stop());

  const processesOf = (who: Row["who"]): readonly number[] => {
    const { installation, postgres } = house;
    if (who === "PostgreSQL") return postgres?.processes() ?? [];
    const service = who === "the witness" ? installation.witness : installation.keyService();
    return [service.child.pid ?? 0];
  };

  /**
   * Entries that may count as recorded: on PostgreSQL's disk where that is what fails, otherwise also seen
   * by the witness. What goes out while the fault lasts was recorded before.
   */
  const recorded = async (who: Row["who"]) =>
    who === "PostgreSQL"
      ? (await readLedger(house.installation.database)).length
      : witnessCheckpoint(house.installation.witnessDir).size;

  const goesOn = async () => {
    const { child } = house.installation.keyService();
    await house.progress(2 * CLIENTS);
    expect(child.exitCode ?? child.signalCode, "the key service was never restarted").toBeNull();
    expect(await house.complaints()).toEqual([]);
  };

  it.for(
    ROWS.filter((row) => FULL || !row.onlyInFull).map((row) => [row.who, row.fails, row] as const),
  )(
    "AUD-2 L35 %s fails at %s: nothing is released, and it goes on when that is over",
    async ([who, , { calls, files }], context) => {
      if (noInjection !== null) return context.skip(noInjection);
      if (who === "PostgreSQL" && house.postgres === null) return context.skip(NOT_OURS);
      const refusal = await house.storm.untilRefused();
      const fault = await inject(processesOf(who), calls, files?.(house) ?? []);
      try {
        // A call that hangs is told of only at its end.
        while (!calls.some((it) => it.endsWith(HANGS)) && fault.struck() === 0) await pause();
        const told = await refusal();
        expect(told.code).toBe("unavailable");
        expect(told.detail).toMatch(/again/);
        const [before, limit] = [house.storm.receipts.length, await recorded(who)];
        await refusal();
        const late = house.storm.receipts.slice(before).filter((it) => it.intent >= limit);
        expect(late, "values that went out unrecorded").toEqual([]);
      } finally {
        await fault.stop();
      }
      expect(fault.struck(), fault.lines()).toBeGreaterThan(0);
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
      const fault = await inject(postgres.processes(), calls, [], { newChildrenToo: false });
      try {
        while (count(postgres.log(), "PANIC") === panics) await pause();
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
    const refusal = await house.storm.untilRefused();
    await postgres.kill();
    expect(await refusal()).toMatchObject({ code: "unavailable" });
    await postgres.start();
    await goesOn();
  });
});

const pause = () => new Promise((done) => setTimeout(done, 10));

function count(text: string, word: string): number {
  return text.split(word).length - 1;
}
