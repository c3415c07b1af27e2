import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCheckpoint } from "../domain/checkpoint.ts";
import { parseWitnessKey } from "../domain/cosignature.ts";
import { ecdsaVerifier } from "../domain/signed-note.ts";
import { createLedgerFixture, createTestLogKey, type LedgerFixture } from "./ledger.fixture.ts";
import type { PostgresLedgerOptions } from "./open-session.ts";
import { startTestWitness, type TestWitness } from "./witness.fixture.ts";

const key = createTestLogKey();
const deadlineMs = 10_000;

describe("witnesses", () => {
  let fixture: LedgerFixture;
  let witnesses: TestWitness[];

  beforeEach(async () => {
    fixture = await createLedgerFixture(key);
    witnesses = [];
  });
  afterEach(async () => {
    await fixture.dispose();
    await Promise.all(witnesses.map((w) => w.dispose()));
  });

  async function startWitnesses(count: number): Promise<void> {
    witnesses = await Promise.all(
      Array.from({ length: count }, (_, i) =>
        startTestWitness(`witness.test/${i + 1}`, fixture.logVerifierKey),
      ),
    );
  }
  const witnessed = (quorum: number, timing = {}): Partial<PostgresLedgerOptions> => ({
    witnesses: { endpoints: witnesses.map((w) => w.endpoint), quorum },
    timing: { witnessBackoffMs: 10, witnessAttemptMs: 1_000, witnessOpenMs: 1_000, ...timing },
  });
  const witness = (i: number): TestWitness => {
    const found = witnesses[i];
    if (found === undefined) throw new Error(`no witness ${i}`);
    return found;
  };
  const entry = (i: number): Buffer => Buffer.from(`entry ${i}`);

  it("AUD-2 L35 a checkpoint is witnessed when the quorum has cosigned the same note", async () => {
    await startWitnesses(3);
    const ledger = await fixture.open(witnessed(2));
    const { index } = await ledger.append(entry(0));
    const checkpoint = await ledger.witnessed(index + 1, deadlineMs);
    expect(checkpoint.size).toBeGreaterThanOrEqual(index + 1);
    expect(checkpoint.cosignatures.length).toBeGreaterThanOrEqual(2);
    const verifiers = [
      ecdsaVerifier(fixture.options.origin, key.publicKey),
      ...witnesses.map((w) => parseWitnessKey(w.endpoint.verifierKey)),
    ];
    const opened = openCheckpoint(checkpoint.note, fixture.options.origin, verifiers);
    expect(opened.ok && opened.value.note.signatures).toHaveLength(
      1 + checkpoint.cosignatures.length,
    );
    // Kept outside the database before anybody is told.
    expect(await readFile(fixture.checkpointFile, "utf8")).toContain(`\n${checkpoint.size}\n`);
    expect(ledger.witnessedCheckpoint()?.size).toBe(checkpoint.size);
  });

  it("AUD-2 serves many callers who wait for different sizes while entries are appended", async () => {
    await startWitnesses(1);
    const ledger = await fixture.open(witnessed(1));
    const sizes = await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const { index } = await ledger.append(entry(i));
        const { size } = await ledger.witnessed(index + 1, deadlineMs);
        return size - index;
      }),
    );
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(1);
  });

  it("AUD-2 L35 without a quorum nothing is witnessed, and the refusal names each witness; appending goes on", async () => {
    await startWitnesses(3);
    const ledger = await fixture.open(witnessed(2));
    await witness(0).kill();
    await witness(1).kill();
    const { index } = await ledger.append(entry(0));
    const refusal = ledger.witnessed(index + 1, 2_000);
    await expect(refusal).rejects.toMatchObject({ reason: "not-witnessed" });
    await expect(refusal).rejects.toThrow(/witness\.test\/1 .*witness\.test\/2 .*did not answer/);
    expect(await ledger.append(entry(1))).toEqual({ index: index + 1 });
    // A witness that comes back is found without anybody asking again.
    const waiting = ledger.witnessed(index + 2, deadlineMs);
    await witness(1).restart();
    expect((await waiting).cosignatures.length).toBeGreaterThanOrEqual(2);
  });

  it("AUD-2 a hung witness only delays: the others make the quorum", async () => {
    await startWitnesses(3);
    const ledger = await fixture.open(witnessed(2));
    witness(0).pause();
    for (let i = 0; i < 5; i += 1) {
      const { index } = await ledger.append(entry(i));
      const { cosignatures } = await ledger.witnessed(index + 1, deadlineMs);
      expect(cosignatures.map((c) => c.witness).sort()).toEqual([
        "witness.test/2",
        "witness.test/3",
      ]);
    }
    witness(0).resume();
    const { index } = await ledger.append(entry(5));
    await expect
      .poll(
        async () => {
          ledger.refreshWitnesses();
          await ledger.witnessed(index + 1, deadlineMs);
          return ledger.checkpoint().cosignatures.length;
        },
        { timeout: 10_000 },
      )
      .toBe(3);
  });

  it("AUD-2 finds a witness that another start had taken further (409) and goes on from there", async () => {
    await startWitnesses(1);
    const first = await fixture.open(witnessed(1));
    for (let i = 0; i < 5; i += 1) await first.append(entry(i));
    await first.witnessed(5, deadlineMs);
    await first.close();
    const second = await fixture.open(witnessed(1));
    await second.append(entry(5));
    expect((await second.witnessed(6, deadlineMs)).size).toBe(6);
  });

  it("AUD-2 heartbeats cosign the same size again, append nothing, and move the witnessed time", async () => {
    await startWitnesses(1);
    const ledger = await fixture.open(witnessed(1, { witnessHeartbeatMs: 50 }));
    await expect.poll(() => ledger.newestWitnessTime(), { timeout: 10_000 }).not.toBeNull();
    const before = ledger.newestWitnessTime();
    await expect
      .poll(
        () => (ledger.newestWitnessTime()?.timestampSeconds ?? 0) > (before?.timestampSeconds ?? 0),
        {
          timeout: 10_000,
        },
      )
      .toBe(true);
    expect(ledger.head().size).toBe(0);
    expect(ledger.checkpoint().cosignatures).toHaveLength(1);
  });

  it("AUD-2 a database rolled back together with the checkpoint file is refused by the witness at the start", async () => {
    await startWitnesses(1);
    const first = await fixture.open(witnessed(1));
    await first.append(entry(0));
    await first.close();
    const file = await readFile(fixture.checkpointFile);
    const [head] = await fixture.sql<{ size: string; root: Buffer; note: string }>(
      "SELECT size, root, note FROM keyservice.tree_head",
    );
    const second = await fixture.open(witnessed(1));
    await second.append(entry(1));
    await second.witnessed(2, deadlineMs);
    await second.close();
    const rollBack = async (): Promise<void> => {
      await writeFile(fixture.checkpointFile, file);
      await fixture.sql("DELETE FROM keyservice.ledger_entry WHERE index >= 1");
      await fixture.sql("UPDATE keyservice.tree_head SET size = $1, root = $2, note = $3", [
        head?.size,
        head?.root,
        head?.note,
      ]);
    };
    await rollBack();
    const refusal = fixture.open(witnessed(1));
    await expect(refusal).rejects.toMatchObject({ reason: "history-differs" });
    await expect(refusal).rejects.toThrow(/witness witness\.test\/1 remembers 2 entries/);

    // And where the witness is silent at the start, as soon as it speaks, before anything is released.
    await witness(0).kill();
    const forked = await fixture.open(witnessed(1));
    await forked.append(Buffer.from("another entry 1"));
    const release = forked.witnessed(2, deadlineMs);
    const outcome = expect(release).rejects.toMatchObject({ reason: "history-differs" });
    await witness(0).restart();
    await outcome;
    expect(fixture.faults.map((f) => f.reason)).toEqual(["history-differs"]);
    await expect(forked.append(entry(9))).rejects.toMatchObject({ reason: "closed" });
    await expect(forked.reopen()).rejects.toMatchObject({ reason: "history-differs" });
  });

  it("AUD-2 a lost checkpoint file is made anew where the witnesses vouch", async () => {
    await startWitnesses(1);
    const first = await fixture.open(witnessed(1));
    await first.append(entry(0));
    await first.witnessed(1, deadlineMs);
    await first.close();
    await rm(fixture.checkpointFile);
    const second = await fixture.open(witnessed(1));
    expect(second.head().size).toBe(1);
    await second.close();
    await rm(fixture.checkpointFile);
    await witness(0).kill();
    await expect(fixture.open(witnessed(1))).rejects.toMatchObject({ reason: "not-witnessed" });
  });

  it("AUD-2 believes no witness that answers with another key, and no claim without our signature", async () => {
    await startWitnesses(2);
    const [honest, eve] = [witness(0), witness(1)];
    const swapped = { url: eve.endpoint.url, verifierKey: honest.endpoint.verifierKey };
    const ledger = await fixture.open({
      ...witnessed(1),
      witnesses: { endpoints: [swapped], quorum: 1 },
    });
    await ledger.append(entry(0));
    await expect(ledger.witnessed(1, 1_500)).rejects.toThrow(/without a valid cosignature/);
    // Eve's witness now pretends to remember more: a checkpoint that our log never signed.
    const [name] = await readdir(join(eve.stateDir, "checkpoints"));
    const path = join(eve.stateDir, "checkpoints", name ?? "missing");
    await writeFile(path, (await readFile(path, "utf8")).replace(/\n1\n/, "\n9\n"));
    await expect(ledger.witnessed(1, 1_500)).rejects.toMatchObject({ reason: "not-witnessed" });
    expect(fixture.faults).toEqual([]);
    expect(await ledger.append(entry(1))).toEqual({ index: 1 });
  });

  it("AUD-2 a quorum of more witnesses than there are, or none of some, is no configuration", async () => {
    await startWitnesses(1);
    for (const quorum of [0, 2]) {
      await expect(fixture.open(witnessed(quorum))).rejects.toThrow(/cannot be had/);
    }
    const twice = { endpoints: [witness(0).endpoint, witness(0).endpoint], quorum: 2 };
    await expect(fixture.open({ witnesses: twice })).rejects.toThrow(/same name/);
  });
});
