import { defineCommand } from "../command.ts";
import { type Context, openSession, type Session } from "../context.ts";
import { verifyOwnEntries } from "../log/verify-own-entries.ts";
import { type LedgerStep, witnessQuorum } from "../log/watch-ledger.ts";
import { Stop, usage } from "../stop.ts";

/** Witnesses cosign what people wait for at once, and everything else within half a minute. */
const WITNESS_PATIENCE_MS = 40_000;
const WITNESS_PAUSE_MS = 2000;

export const logCommand = defineCommand({
  name: "log",
  summary: "`log verify` proves the ledger: signatures, history, your own entries",
  usage: ["verify [--no-wait]"],
  about: [
    "Checks the newest checkpoint against the pinned log key and the pinned witnesses, proves that it continues the last checkpoint this machine has seen, and proves that each of your own proposals stands in it. The proofs are checked here, by other code than the key service's.",
    "Every other command does the first two steps as well, before it sends anything.",
    "Exit code 8: the ledger shows another history; stop, and tell a security admin. 7: too few witnesses cosigned within 40 seconds.",
  ],
  examples: ["secrets log verify", "secrets log verify --json"],
  options: { "no-wait": { type: "boolean", help: "Do not wait for the witnesses' cosignatures" } },
  positionals: { min: 1, max: 1 },
  run: async (context, { values, positionals }) => {
    if (positionals[0] !== "verify")
      throw usage("The one thing to do with the log is `secrets log verify`.");
    const session = await openSession(context);
    const { client, pin } = session;
    const { before } = session.step;
    const { checkpoint, head } = await witnessedStep(
      context,
      session,
      values["no-wait"] === true ? 0 : WITNESS_PATIENCE_MS,
    );
    const { proposals } = await client.call("/people/v1/proposals/list", { which: "mine" });
    const entries = await verifyOwnEntries(client, head, proposals);
    const quorum = witnessQuorum(pin);
    const isWitnessed = checkpoint.witnessed.length >= quorum;
    context.json({
      origin: pin.ledgerOrigin,
      size: head.size,
      root: head.root,
      since: before === null ? null : { size: before.size, at: before.at },
      witnessed: checkpoint.witnessed.map((it) => ({
        name: it.name,
        at: new Date(it.atSeconds * 1000).toISOString(),
      })),
      quorum,
      isWitnessed,
      entries,
    });
    const { out } = context;
    const good = (text: string) => out.line({ text: "● ", style: "good" }, text);
    good(`${head.size} entries, signed by the pinned key of ${pin.ledgerOrigin}`);
    if (before !== null) good(`continues the ${before.size} entries that this machine had seen`);
    for (const witness of checkpoint.witnessed)
      good(`cosigned by ${witness.name} at ${new Date(witness.atSeconds * 1000).toISOString()}`);
    good(`${entries.length} of your own entries are in it`);
    if (!isWitnessed) {
      throw new Stop(
        "not-witnessed",
        `Only ${checkpoint.witnessed.length} of ${quorum} witnesses that are needed have cosigned this checkpoint yet.`,
        "secrets log verify again in a minute",
      );
    }
    return 0;
  },
});

/** The newest checkpoint, once enough witnesses have cosigned one; else the newest there is by then. */
async function witnessedStep(
  context: Context,
  session: Session,
  patienceMs: number,
): Promise<LedgerStep> {
  let { step } = session;
  for (let waited = 0; waited < patienceMs; waited += WITNESS_PAUSE_MS) {
    if (step.checkpoint.witnessed.length >= witnessQuorum(session.pin)) break;
    if (waited === 0)
      context.say.line({ text: "… waiting for the witnesses to cosign", style: "quiet" });
    await context.world.pause(WITNESS_PAUSE_MS, context.world.interrupt);
    if (context.world.interrupt.aborted) break;
    step = await session.ledger.advance();
  }
  return step;
}
