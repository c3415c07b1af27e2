import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, open, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLedgerFixture, type LedgerFixture } from "./ledger.fixture.ts";
import type { PostgresLedger } from "./postgres-ledger.ts";
import { type FaultyProxy, type NetworkFault, startFaultyProxy } from "./tcp-proxy.fixture.ts";
import { startTestWitness, type TestWitness } from "./witness.fixture.ts";

/**
 * The writes outside the database under every fault: the checkpoint file, the witness's memory, and the
 * call that reaches the witness. Real files, real processes; `strace` makes single system calls fail.
 */
const deadlineMs = 10_000;
const entry = (name: string): Buffer => Buffer.from(name);

function whyNoStrace(): string | null {
  try {
    execFileSync("strace", ["-e", "trace=none", "true"], { stdio: "ignore" });
    return null;
  } catch {
    return "strace is missing or may not trace here";
  }
}
const noStrace = whyNoStrace();
const unless = noStrace === null ? "" : ` (skipped: ${noStrace})`;

describe("AUD-2 L35 fault table of the checkpoint file", () => {
  let fixture: LedgerFixture;
  let ledger: PostgresLedger;
  let temporary: string;
  beforeEach(async () => {
    fixture = await createLedgerFixture();
    ledger = await fixture.open({ timing: { checkpointFileMs: 5, sideDeadlineMs: 1_000 } });
    temporary = `${fixture.checkpointFile}.${process.pid}.tmp`;
  });
  afterEach(async () => {
    await fixture.dispose();
  });
  const size = async (): Promise<string | undefined> =>
    (await readFile(fixture.checkpointFile, "utf8")).split("\n")[1];

  it("failed: the entry stays, the ledger closes and names the file, nothing is witnessed; goes on when it can be written", async () => {
    await mkdir(temporary); // In the place of the file: opening it fails, also for root.
    const { index } = await ledger.append(entry("a"));
    await expect(ledger.witnessed(index + 1, deadlineMs)).rejects.toThrow(fixture.checkpointFile);
    expect(fixture.faults.map((f) => f.reason)).toEqual(["closed"]);
    await expect(ledger.append(entry("b"))).rejects.toMatchObject({ reason: "closed" });
    await expect(ledger.reopen()).rejects.toMatchObject({ reason: "closed" });
    expect(await size()).toBe("0");
    await rm(temporary, { recursive: true });
    await ledger.reopen();
    expect(ledger.head().size).toBe(1);
    expect(await size()).toBe("1");
    expect((await ledger.witnessed(1, deadlineMs)).size).toBe(1);
  });

  it("failed in the background, with nobody waiting: the ledger closes too", async () => {
    await mkdir(temporary);
    await ledger.append(entry("a"));
    await expect
      .poll(() => fixture.faults.map((f) => f.reason), { timeout: 10_000 })
      .toEqual(["closed"]);
  });

  it("hung: the same after a deadline; when it ends late it does not replace what is there", async () => {
    // Opening a FIFO for writing waits for a reader.
    execFileSync("mkfifo", [temporary]);
    const { index } = await ledger.append(entry("a"));
    await expect(ledger.witnessed(index + 1, deadlineMs)).rejects.toMatchObject({
      reason: "closed",
    });
    expect(await size()).toBe("0");
    // Out of the way of later writes, and a reader for the one that hangs.
    const aside = join(fixture.folder, "aside");
    await rename(temporary, aside);
    const reader = await open(aside, "r");
    await reader.close();
    await expect
      .poll(
        () =>
          ledger.reopen().then(
            () => "open",
            () => "closed",
          ),
        { timeout: 10_000 },
      )
      .toBe("open");
    expect(await size()).toBe("1");
  });

  it.skipIf(noStrace !== null)(
    `failed but persisted: the folder's fsync fails after the rename; told as failed, the new checkpoint stands${unless}`,
    async () => {
      // fsync 1 and 2 are the first write, 3 the second file, 4 its folder.
      const { said, note } = await writeUnderStrace(["-e", "inject=fsync:error=EIO:when=4"]);
      expect(said).toEqual(["written 1", "EIO", "written 2"]);
      expect(note).toBe("note 2");
    },
  );

  it.skipIf(noStrace !== null)(
    `failed: the file's fsync fails; the old checkpoint stands, and the next write succeeds${unless}`,
    async () => {
      const { said, noteAfterFailure } = await writeUnderStrace([
        "-e",
        "inject=fsync:error=EIO:when=3",
      ]);
      expect(said).toEqual(["written 1", "EIO", "written 2"]);
      expect(noteAfterFailure).toBe("note 1");
    },
  );
});

/** Writes note 1, note 2 and note 2 again in a process whose system calls fail as told. */
async function writeUnderStrace(inject: string[]) {
  const folder = await mkdtemp(join(tmpdir(), "checkpoint-faults-"));
  try {
    const script = join(folder, "write.mjs");
    await build({
      stdin: {
        contents: `
          import { readFileSync } from "node:fs";
          import { CheckpointFile } from "./checkpoint-file.ts";
          const file = new CheckpointFile(process.argv[2], 5000);
          for (const size of [1, 2, 2]) {
            const said = await file.write(size, "note " + size).then(() => "written " + size, (e) => e.code);
            console.log(said + "|" + readFileSync(process.argv[2], "utf8"));
          }`,
        resolveDir: import.meta.dirname,
        loader: "ts",
      },
      outfile: script,
      bundle: true,
      platform: "node",
      format: "esm",
      logLevel: "silent",
    });
    // strace counts calls by thread: one thread makes all of them.
    const child = spawn(
      "strace",
      [
        "-f",
        "-o",
        "/dev/null",
        "-e",
        "trace=fsync",
        ...inject,
        process.execPath,
        script,
        join(folder, "checkpoint"),
      ],
      {
        env: { PATH: "/usr/bin:/bin", UV_THREADPOOL_SIZE: "1" },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    await once(child, "close");
    const lines = output
      .trim()
      .split("\n")
      .map((line) => line.split("|"));
    const note = await readFile(join(folder, "checkpoint"), "utf8");
    return { said: lines.map((l) => l[0]), noteAfterFailure: lines[1]?.[1], note };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe("AUD-2 L35 fault table of the witness", () => {
  let fixture: LedgerFixture;
  let witness: TestWitness;
  let proxy: FaultyProxy | undefined;
  beforeEach(async () => {
    fixture = await createLedgerFixture();
  });
  afterEach(async () => {
    await fixture.dispose();
    await proxy?.close();
    proxy = undefined;
    await witness.dispose();
  });
  const remembered = async (): Promise<string | undefined> =>
    (await witness.memory()).split("\n")[1];
  const timing = { witnessBackoffMs: 10, witnessBackoffMaxMs: 50, witnessAttemptMs: 1_000 };
  async function openWith(url: string): Promise<PostgresLedger> {
    const endpoint = { ...witness.endpoint, url };
    const ledger = await fixture.open({ witnesses: { endpoints: [endpoint], quorum: 1 }, timing });
    await ledger.witnessed(0, deadlineMs);
    await ledger.append(entry("before"));
    await ledger.witnessed(1, deadlineMs);
    return ledger;
  }

  describe("the call", () => {
    const calls: readonly (readonly [NetworkFault, string, string])[] = [
      ["cut-before", "failed before the witness saw it", "1"],
      ["cut-after", "failed, but the witness has cosigned", "2"],
      ["stall-before", "hung before the witness saw it", "1"],
      ["stall-after", "hung, but the witness has cosigned", "2"],
    ];
    for (const [fault, what, sizeAtWitness] of calls) {
      it(`${what}: the release waits, the witness remembers ${sizeAtWitness}, the next attempt finds it`, async () => {
        witness = await startTestWitness("witness.test/1", fixture.logVerifierKey);
        const target = new URL(witness.endpoint.url);
        proxy = await startFaultyProxy({ host: target.hostname, port: Number(target.port) });
        const ledger = await openWith(`http://127.0.0.1:${proxy.port}`);
        const struck = proxy.arm(fault, "POST /add-checkpoint");
        await ledger.append(entry("a"));
        const release = ledger.witnessed(2, deadlineMs);
        await struck;
        expect(await remembered()).toBe(sizeAtWitness);
        expect((await release).cosignatures).toHaveLength(1);
        expect(await remembered()).toBe("2");
        expect(await ledger.append(entry("b"))).toEqual({ index: 2 });
        expect(fixture.faults).toEqual([]);
      });
    }
  });

  describe.skipIf(noStrace !== null)(`its memory${unless}`, () => {
    // Two fsyncs each, of the file and of its folder: key 1-2, verifier key 3-4, size 0 5-6, size 1 7-8.
    const kept: readonly (readonly [string, string, string])[] = [
      ["failed: the file's fsync, forty times", "fsync:error=EIO:when=9..48", "1"],
      [
        "failed but persisted: the folder's fsync, forty times",
        "fsync:error=EIO:when=10..88+2",
        "2",
      ],
    ];
    for (const [what, inject, sizeAtWitness] of kept) {
      it(`${what}: nothing is cosigned while it fails, ${sizeAtWitness} stands there, then the next attempt is`, async () => {
        witness = await startTestWitness("witness.test/1", fixture.logVerifierKey, inject);
        const ledger = await openWith(witness.endpoint.url);
        await ledger.append(entry("a"));
        // Between forty failures lie pauses of almost two seconds at least.
        const release = ledger.witnessed(2, deadlineMs);
        await expect(ledger.witnessed(2, 1_000)).rejects.toThrow(/answered 500/);
        expect(await remembered()).toBe(sizeAtWitness);
        expect((await release).cosignatures).toHaveLength(1);
        expect(witness.events.filter((e) => e === "request-failed")).toHaveLength(40);
        expect(await remembered()).toBe("2");
        expect(fixture.faults).toEqual([]);
      });
    }

    it("hung: the file's fsync: nothing is cosigned before it ends, then the next attempt is", async () => {
      const inject = "fsync:delay_enter=5000000:when=9";
      witness = await startTestWitness("witness.test/1", fixture.logVerifierKey, inject);
      const ledger = await openWith(witness.endpoint.url);
      await ledger.append(entry("a"));
      await expect(ledger.witnessed(2, 2_000)).rejects.toThrow(/did not answer/);
      expect(await remembered()).toBe("1");
      expect((await ledger.witnessed(2, deadlineMs)).cosignatures).toHaveLength(1);
      expect(await remembered()).toBe("2");
      expect(fixture.faults).toEqual([]);
    });
  });
});
