import { defineCommand } from "../command.ts";
import { type Context, openSession } from "../context.ts";
import { type ProvenEntry, verifyOwnEntries } from "../log/verify-own-entries.ts";
import type { LedgerStep } from "../log/watch-ledger.ts";
import { patient } from "../service/people-client.ts";
import { readRecorded } from "../state/recorded-acts.ts";
import { Stop, usage } from "../stop.ts";

/** Witnesses cosign what people wait for at once, and everything else within half a minute. */
const WITNESS_PATIENCE_MS = 40_000;

export const logCommand = defineCommand({
  name: "log",
  summary: "`log verify` proves the ledger: signatures, history, your own entries",
  usage: ["verify [--no-wait]"],
  about: [
    "Checks the newest checkpoint against the pinned log key and the pinned witnesses, and proves that it continues the last checkpoint this machine has seen. Then it proves that your own entries stand in it: your newest 50 proposals, each approval under them, each opening that they led to, and what this machine remembers to be recorded, whether the service lists it or not. Each signature is checked again, with the hardware key whose enrolment stands in the same ledger. All of it is checked here, by other code than the key service's.",
    "An opening on this device that this machine does not remember is pointed out: if it was not you, by another profile or before this version, somebody else has the device's key. Revoke the device.",
    "Every other command does the first two steps as well, before it sends anything.",
    "Exit code 8: the ledger shows another history, or does not say what it must; stop, and tell a security admin. 7: too few witnesses cosigned within 40 seconds.",
  ],
  examples: ["secrets log verify", "secrets log verify --json"],
  options: { "no-wait": { type: "boolean", help: "Do not wait for the witnesses' cosignatures" } },
  positionals: { min: 1, max: 1 },
  run: async (context, { values, positionals }) => {
    if (positionals[0] !== "verify")
      throw usage("The one thing to do with the log is `secrets log verify`.");
    const { ledger, login, pin, step: first, ...session } = await openSession(context);
    const step = await ledger.cosigned({
      atLeast: first.head.size,
      patienceMs: values["no-wait"] === true ? 0 : WITNESS_PATIENCE_MS,
    });
    const client = patient(session.client, context.world);
    const { proposals } = await client.call("/people/v1/proposals/list", { which: "mine" });
    const entries = await verifyOwnEntries(
      { client, head: step.head, deskOrigin: pin.deskOrigin, keys: new Map() },
      { person: login.person, device: login.device.device },
      { views: proposals, recorded: readRecorded(context.state, pin.ledgerOrigin) },
    );
    tell(context, { ...step, before: first.before }, pin, entries);
    if (step.isWitnessed) return 0;
    throw new Stop(
      "not-witnessed",
      `Only ${step.checkpoint.witnessed.length} of ${pin.witnessQuorum} witnesses that are needed have cosigned this checkpoint yet.`,
      "secrets log verify again in a minute",
    );
  },
});

const KINDS = [
  ["proposal", "request or other proposal", "requests and other proposals"],
  ["approval", "approval by somebody else", "approvals by others"],
  ["opening", "opening", "openings"],
  ["act", "other act", "other acts"],
] as const satisfies (readonly [ProvenEntry["kind"], string, string])[];

function tell(
  context: Context,
  { before, checkpoint, head, isWitnessed }: LedgerStep,
  { ledgerOrigin, witnessQuorum }: { ledgerOrigin: string; witnessQuorum: number },
  entries: readonly ProvenEntry[],
): void {
  const witnessed = checkpoint.witnessed.map((it) => ({
    name: it.name,
    at: new Date(it.atSeconds * 1000).toISOString(),
  }));
  context.json({
    origin: ledgerOrigin,
    size: head.size,
    root: head.root,
    since: before === null ? null : { size: before.size, at: before.at },
    witnessed,
    quorum: witnessQuorum,
    isWitnessed,
    entries,
  });
  const { out } = context;
  const good = (text: string) => out.line({ text: "● ", style: "good" }, text);
  good(`${head.size} entries, signed by the pinned key of ${ledgerOrigin}`);
  if (before !== null) good(`continues the ${before.size} entries that this machine had seen`);
  for (const { name, at } of witnessed) good(`cosigned by ${name} at ${at}`);
  const counts = KINDS.flatMap(([kind, one, more]) => {
    const count = entries.filter((it) => it.kind === kind).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? one : more}`];
  });
  good(
    counts.length === 0
      ? "nothing of yours is in it yet"
      : `what is yours is in it, as it was signed: ${counts.join(", ")}`,
  );
  const strange = entries.filter((it) => it.isRemembered === false);
  for (const { request, index } of strange)
    out.prose(
      `Entry ${index}: ${request} was opened, and this machine does not remember it.`,
      "! ",
      "due",
    );
  if (strange.length > 0)
    out.prose("Was it not you? secrets revoke device --why TEXT", "  ", "due");
}
