import { fromBase64url } from "@countersign/protocol/bytes";
import { asDigest, digestToBytes } from "@countersign/protocol/digest";
import type { Digest } from "@countersign/protocol/ids";
import type { PeopleClient } from "../service/people-client.ts";
import type { Hello } from "../state/pinned-service.ts";
import {
  keepContradiction,
  keepSeen,
  readSeen,
  type SeenCheckpoint,
} from "../state/seen-checkpoints.ts";
import type { StateDir } from "../state/state-dir.ts";
import { Stop } from "../stop.ts";
import { consistencyHolds } from "./merkle-proof.ts";
import { readCheckpoint, type VerifiedCheckpoint } from "./signed-note.ts";

export type TreeHead = { readonly size: number; readonly root: Digest };
export type LedgerStep = {
  readonly before: SeenCheckpoint | null;
  readonly checkpoint: VerifiedCheckpoint;
  readonly head: TreeHead;
  /** Whether as many of the pinned witnesses have cosigned it as were pinned to be needed. */
  readonly isWitnessed: boolean;
};

/** This machine's memory of one ledger. What contradicts it ends the command: `log-differs`, exit code 8. */
export type LedgerWatch = {
  /**
   * Takes the newest checkpoint, proves that it continues the last one seen here, and remembers it.
   * A service that shows this machine another history than before is found here.
   */
  advance(): Promise<LedgerStep>;
  /**
   * As `advance`, with a checkpoint of at least that many entries that the witnesses have cosigned; where
   * none comes within the patience, with the newest there is: the caller looks at `isWitnessed`.
   * @throws Stop `interrupted` on Ctrl-C.
   */
  cosigned(of: { readonly atLeast: number; readonly patienceMs: number }): Promise<LedgerStep>;
  /** Proves that a tree head named in a statement belongs to the history seen here. */
  requireConsistent(head: TreeHead): Promise<void>;
};

const PAUSE_MS = 2000;

export function watchLedger(of: {
  readonly client: PeopleClient;
  readonly pin: Hello;
  readonly state: StateDir;
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly interrupt: AbortSignal;
  /** Before the first pause in which witnesses are waited for. */
  readonly onWait: () => void;
}): LedgerWatch {
  const { client, pin, state, now } = of;
  const origin = pin.ledgerOrigin;

  const continues = async (from: TreeHead, to: TreeHead): Promise<boolean> => {
    if (to.size < from.size) return false;
    const needsProof = from.size !== to.size && from.size > 0;
    const proof = needsProof ? await consistencyProof(client, from.size, to.size) : [];
    return (
      proof !== null &&
      consistencyHolds({
        from: { size: from.size, root: digestToBytes(from.root) },
        to: { size: to.size, root: digestToBytes(to.root) },
        proof: proof.map(digestToBytes),
      })
    );
  };

  const take = async (atLeast: number | null): Promise<LedgerStep> => {
    const before = readSeen(state, origin);
    const note = await newestNote(client, atLeast);
    const read = readCheckpoint(note, noteTrust(pin), now());
    if (!read.ok) {
      throw new Stop(
        "log-differs",
        `The ledger's newest checkpoint was refused: ${read.error}.`,
        TELL,
      );
    }
    const checkpoint = read.value;
    const head = { size: checkpoint.size, root: asDigest(checkpoint.root) };
    if (before !== null && !(await continues(before, head))) {
      const folder = keepContradiction(state, { seen: before, shown: { ...head, note } });
      throw contradiction({ seen: `seen here ${before.at}`, before, head }, folder);
    }
    keepSeen(state, origin, { ...head, note, at: new Date(now()).toISOString() });
    const isWitnessed = checkpoint.witnessed.length >= pin.witnessQuorum;
    return { before, checkpoint, head, isWitnessed };
  };

  return {
    advance: () => take(null),
    cosigned: async ({ atLeast, patienceMs }) => {
      for (let waited = 0; ; waited += PAUSE_MS) {
        const step = await take(Math.max(atLeast, readSeen(state, origin)?.size ?? 0, 1));
        if (step.isWitnessed || waited >= patienceMs) return step;
        if (waited === 0) of.onWait();
        await of.pause(PAUSE_MS);
        if (of.interrupt.aborted)
          throw new Stop("interrupted", "Stopped waiting for the witnesses.");
      }
    },
    requireConsistent: async (head) => {
      const before = readSeen(state, origin);
      if (before === null) return;
      const [from, to] = head.size <= before.size ? [head, before] : [before, head];
      if (await continues(from, to)) return;
      throw contradiction({ seen: "seen here", before, head }, state.path);
    },
  };
}

const TELL =
  "Stop, and tell a security admin now: keep this machine's configuration folder as evidence.";

/** The note of the newest checkpoint, asked for again without a size where the service says it has not that many. */
async function newestNote(client: PeopleClient, atLeast: number | null): Promise<string> {
  const path = "/people/v1/log/checkpoint";
  if (atLeast === null) return (await client.call(path, {})).note;
  try {
    return (await client.call(path, { atLeast })).note;
  } catch (error) {
    // It has shown that many before: what it shows now contradicts that, and is judged as such.
    if (error instanceof Stop && error.code === "malformed")
      return (await client.call(path, {})).note;
    throw error;
  }
}

/** Null where the service says that its ledger, whose checkpoint it has just signed, is not that long. */
async function consistencyProof(
  client: PeopleClient,
  from: number,
  to: number,
): Promise<readonly Digest[] | null> {
  try {
    return (await client.call("/people/v1/log/consistency", { from, to })).proof;
  } catch (error) {
    if (error instanceof Stop && error.code === "malformed") return null;
    throw error;
  }
}

function contradiction(
  { seen, before, head }: { seen: string; before: TreeHead; head: TreeHead },
  folder: string,
): Stop {
  const show = (it: TreeHead) => `${it.size} entries with root ${it.root}`;
  return new Stop(
    "log-differs",
    `The ledger does not continue the history that this machine has seen: ${show(before)} ${seen}; ${show(head)} now. No value was opened. Either the service was set back to an old copy, or it shows different people different histories.`,
    `Stop, and tell a security admin now. Evidence, not to be removed: ${folder}`,
  );
}

function noteTrust(pin: Hello) {
  return {
    origin: pin.ledgerOrigin,
    logKey: decode(pin.logKey),
    witnesses: pin.witnesses.map((it) => ({ name: it.name, publicKey: decode(it.publicKey) })),
  };
}

/** The schema has accepted it as base64url. */
function decode(text: string): Uint8Array {
  return fromBase64url(text) ?? new Uint8Array();
}
