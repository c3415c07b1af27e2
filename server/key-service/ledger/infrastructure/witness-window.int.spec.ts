import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TappedProxy } from "../../../../tests/support/tapped-proxy.ts";
import { systemClock } from "../../../kernel/clock.ts";
import { type Attempt, CommandPath } from "../../decisions/application/command-path.ts";
import { RefusalBudget } from "../../decisions/application/refusal-budget.ts";
import { TimeKeeper } from "../../decisions/application/time-keeper.ts";
import { emptyState } from "../../decisions/domain/state.ts";
import { buildHistory } from "../../decisions/testing/history.ts";
import { createLedgerFixture, type LedgerFixture } from "./ledger.fixture.ts";
import type { PostgresLedgerOptions } from "./open-session.ts";
import type { PostgresLedger } from "./postgres-ledger.ts";
import type { LedgerTiming } from "./timing.ts";
import { startTestWitness, type TestWitness } from "./witness.fixture.ts";

const { evidence } =
  buildHistory(7, 40).entries.find((it) => it.evidence !== null) ?? expect.fail("nobody signed");
const signed: Attempt = {
  door: "desk",
  correlation: "c",
  what: "approve",
  tenant: null,
  person: null,
  device: null,
  subject: null,
  evidence,
};

describe("AUD-2 what a person signed reaches the witness without a release", () => {
  let fixture: LedgerFixture;
  let witness: TestWitness;
  let toWitness: TappedProxy;
  let outages: (string | null)[];
  let asked: number;

  beforeEach(async () => {
    fixture = await createLedgerFixture();
    witness = await startTestWitness("witness.test/1", fixture.logVerifierKey);
    const { hostname, port } = new URL(witness.endpoint.url);
    toWitness = await TappedProxy.start({ host: hostname, port: Number(port) });
    outages = [];
    asked = 0;
    toWitness.look = ({ bytes }) => {
      if (bytes.includes("POST /add-checkpoint")) asked += 1;
      return bytes;
    };
  });
  afterEach(async () => {
    await fixture.dispose();
    await toWitness.close();
    await witness.dispose();
  });

  const options = (timing: Partial<LedgerTiming>): Partial<PostgresLedgerOptions> => ({
    witnesses: {
      endpoints: [{ ...witness.endpoint, url: `http://127.0.0.1:${toWitness.port}` }],
      quorum: 1,
    },
    onWitnessOutage: (outage) => outages.push(outage),
    timing: { witnessBackoffMs: 10, ...timing },
  });
  /** A ledger whose first heartbeat is over, and whose next is far away. */
  async function open(timing: Partial<LedgerTiming> = {}): Promise<PostgresLedger> {
    const ledger = await fixture.open(options(timing));
    await ledger.witnessed(0, 10_000);
    return ledger;
  }
  const pathOf = (ledger: PostgresLedger) =>
    new CommandPath(emptyState(), {
      ledger,
      time: new TimeKeeper(systemClock, () => null),
      refusals: new RefusalBudget(systemClock),
      rebuild: () => expect.fail("nothing was lost"),
      onRecovery: () => undefined,
      onRecorded: () => undefined,
    });
  const decide = (path: CommandPath, attempt = signed) =>
    path.execute(attempt, () => ({ ok: true, events: [] }));
  const remembered = async () => Number((await witness.memory()).split("\n")[1]);

  it("soon after the entry is durable", async () => {
    const path = pathOf(await open());
    expect(await decide(path)).toMatchObject({ ok: true, value: { index: 0 } });
    await expect.poll(remembered, { timeout: 20_000 }).toBe(1);
    expect(await decide(path)).toMatchObject({ ok: true, value: { index: 1 } });
    await expect.poll(remembered, { timeout: 20_000 }).toBe(2);
  });

  it("and nothing that nobody signed is shown for its own sake", async () => {
    const path = pathOf(await open());
    const before = asked;
    await decide(path, { ...signed, door: "system", evidence: null });
    await decide(path);
    await expect.poll(remembered, { timeout: 20_000 }).toBe(2);
    expect(asked).toBe(before + 1);
  });

  it("while a witness hangs, decisions go on, and 300 of them make two asks", async () => {
    const path = pathOf(await open({ witnessAttemptMs: 60_000 }));
    const before = asked;
    toWitness.stall();
    for (let i = 0; i < 300; i++) expect((await decide(path)).ok).toBe(true);
    toWitness.clear();
    toWitness.look = ({ bytes }) => {
      if (bytes.includes("POST /add-checkpoint")) asked += 1;
      return bytes;
    };
    await expect.poll(remembered, { timeout: 20_000 }).toBe(300);
    expect(asked - before).toBeLessThanOrEqual(2);
  });

  it("an outage is told once when it begins and once when it ends, whatever is decided meanwhile", async () => {
    const path = pathOf(await open());
    await witness.kill();
    for (let i = 0; i < 20; i++) {
      expect((await decide(path)).ok).toBe(true);
      await expect.poll(() => outages.length, { timeout: 20_000 }).toBe(1);
    }
    expect(outages).toEqual([expect.stringMatching(/witness\.test\/1 .* did not answer/)]);
    await witness.restart();
    await decide(path);
    await expect.poll(remembered, { timeout: 20_000 }).toBe(21);
    expect(outages.slice(1)).toEqual([null]);
  });

  it("a graceful stop leaves nothing that the witness has not seen", async () => {
    const ledger = await open();
    await ledger.append(Buffer.from("nobody signed this"));
    expect(await remembered()).toBe(0);
    await ledger.close();
    expect(await remembered()).toBe(1);
  });

  it("a stop with nothing new to show asks nobody", async () => {
    const ledger = await open();
    const before = asked;
    await ledger.close();
    expect(asked).toBe(before);
  });

  it("a witness that is gone or hangs holds no stop up for long: it is reported, and the pen is free", async () => {
    for (const weather of ["down", "stall"] as const) {
      const ledger = await open({ witnessAttemptMs: 60_000, witnessCloseMs: 300 });
      await ledger.append(Buffer.from(weather));
      outages = [];
      toWitness[weather]();
      await ledger.close();
      expect(outages, weather).toHaveLength(1);
      toWitness.clear();
      // Would be refused while the pen is held.
      const [{ holder } = expect.fail("no head")] = await fixture.sql<{ holder: string }>(
        "SELECT holder FROM keyservice.tree_head",
      );
      expect(holder).toBe("");
    }
  });
});
