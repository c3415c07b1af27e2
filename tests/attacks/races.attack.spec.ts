import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../scripts/lib/free-port.mjs";
import { CommandPath } from "../../server/key-service/decisions/application/command-path.ts";
import { RefusalBudget } from "../../server/key-service/decisions/application/refusal-budget.ts";
import { TimeKeeper } from "../../server/key-service/decisions/application/time-keeper.ts";
import { decodeEntry } from "../../server/key-service/decisions/domain/entry.ts";
import { decideOpen } from "../../server/key-service/grants/domain/decide-open.ts";
import { approvedGrant } from "../support/approved-grant.ts";
import { type Installation, startInstallation } from "../support/installation.ts";
import { eventsOf, readLedger } from "../support/ledger-reader.ts";
import { MemoryLedger } from "../support/memory-ledger.ts";
import { askAndApprove, type Cast, enrolCast, recipientKey, register } from "../support/story.ts";

const FULL = process.env.COUNTERSIGN_PROVE === "full";
const INTERLEAVINGS = FULL ? 10_000 : 1_000;
const CLIENTS = 50;

describe("races", () => {
  it(`JIT-2 L4 one approval opens once in ${INTERLEAVINGS} interleavings of eight clients`, async () => {
    const { state: makeState, command, at } = approvedGrant();
    const keys = ["a", "b", "c", "d", "e", "f", "g", "h"].map(
      (it) => `${it.repeat(42)}A` as typeof command.recipientKey,
    );
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const ledger = new MemoryLedger(scheduler);
        const clock = { wall: () => at, monotonic: () => 0 };
        const path = new CommandPath(makeState(), {
          ledger,
          time: new TimeKeeper(clock, () => null),
          refusals: new RefusalBudget(clock),
          rebuild: () => Promise.reject(new Error("nothing fails here")),
          onRecovery: () => {},
          onRecorded: () => {},
        });
        ledger.startAt(path.state.size);
        const attempt = {
          door: "command-line",
          correlation: "race",
          what: "open",
          tenant: command.tenant,
        } as const;
        const nobody = {
          person: null,
          device: command.device,
          subject: command.request,
          evidence: null,
        };
        const outcomes = keys.map((recipientKey) =>
          scheduler
            .schedule(Promise.resolve())
            .then(() =>
              path.execute({ ...attempt, ...nobody }, (state, now) =>
                decideOpen(state, { ...command, recipientKey }, now),
              ),
            ),
        );
        await scheduler.waitFor(Promise.all(outcomes));
        const settled = await Promise.all(outcomes);
        expect(settled.filter((it) => it.ok)).toHaveLength(1);
        const intents = ledger.written
          .flatMap((bytes) => decodeEntry(bytes).events)
          .filter((it) => it.type === "ReleaseIntended");
        expect(intents).toHaveLength(1);
      }),
      { numRuns: INTERLEAVINGS },
    );
  });

  describe("two key services, one fenced", () => {
    let installation: Installation;
    let cast: Cast;
    beforeAll(async () => {
      installation = await startInstallation({
        environment: { COUNTERSIGN_PEN_STALE_MS: "1000" },
      });
      cast = await enrolCast(installation);
      await register(cast);
    });
    afterAll(() => installation?.stop());

    it(`JIT-2 AUD-2 of ${CLIENTS} clients at two key services exactly one opens a single use`, async () => {
      const asked = await askAndApprove(cast);
      const first = installation.keyService();
      const port = await freePort();
      first.child.kill("SIGSTOP");
      const second = await installation.startKeyService({
        COUNTERSIGN_DESK_PORT: String(port),
        COUNTERSIGN_RPC_SOCKET: `${installation.rpcSocket}.2`,
      });
      const open = (at: number) =>
        cast.laptop.call(
          "/people/v1/grants/open",
          { request: asked.request, secret: asked.secret, use: 1, recipientKey: recipientKey() },
          { port: at },
        );
      const half = CLIENTS / 2;
      const atSecond = Array.from({ length: half }, () => open(port));
      first.child.kill("SIGCONT");
      const atFirst = Array.from({ length: half }, () => open(installation.deskPort));
      const answers = await Promise.all([...atFirst, ...atSecond]);
      expect(answers.filter((it) => it.ok)).toHaveLength(1);
      const intents = eventsOf(await readLedger(installation.database), "ReleaseIntended");
      expect(intents.filter((it) => it.request === asked.request)).toHaveLength(1);

      const late = await open(installation.deskPort);
      expect(late.ok, "the fenced one goes on refusing").toBe(false);
      expect(second.child.exitCode).toBeNull();
    });
  });
});
