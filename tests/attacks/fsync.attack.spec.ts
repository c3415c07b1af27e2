import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkpointIn, witnessCheckpoint } from "../support/ledger-audit.ts";
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
   * Entries that may go out although the writes of `who` fail, asked when the first call was struck: each of
   * these keeps one checkpoint after the other, and nothing is shown to anybody that it has not kept.
   */
  const recorded = (who: "the key service" | "the witness") => {
    const { stateDir, witnessDir } = house.installation;
    return who === "the witness"
      ? witnessCheckpoint(witnessDir).size
      : checkpointIn(join(stateDir, "checkpoint")).size;
  };

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
        while (fault.struck() === 0) await pause();
        const limit = who === "PostgreSQL" ? null : recorded(who);
        const told = await refusal();
        expect(told.code).toBe("unavailable");
        expect(told.detail).toMatch(/again/);
        // PostgreSQL shows an entry to nobody before it is on the disk.
        const kept = limit ?? (await readLedger(house.installation.database)).length;
        const late = house.storm.receipts.filter((it) => it.intent >= kept);
        expect(late, "values that went out unrecorded").toEqual([]);
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

  it("AUD-2 L35 a PostgreSQL whose disk stays broken does not come back: callers are told, until an operator starts it anew", async (context) => {
    if (noInjection !== null) return context.skip(noInjection);
    const { postgres } = house;
    if (postgres === null) return context.skip(NOT_OURS);
    const refusal = await house.storm.untilRefused();
    const broken = ["fdatasync:error=EIO", "fsync:error=EIO"];
    const fault = await inject(postgres.processes(), broken);
    try {
      // Its own record of where recovery begins cannot be kept.
      while (!/PANIC: .*pg_control/.test(postgres.log())) await pause();
      expect(await refusal()).toMatchObject({ code: "unavailable" });
    } finally {
      await fault.stop();
    }
    await postgres.kill();
    await postgres.start();
    await goesOn();
  });
});

const pause = () => new Promise((done) => setTimeout(done, 10));

function count(text: string, word: string): number {
  return text.split(word).length - 1;
}
