import { fromBase64url } from "@countersign/protocol/bytes";
import { asDigest, digestToBytes } from "@countersign/protocol/digest";
import type { Digest } from "@countersign/protocol/ids";
import type { PeopleClient } from "../service/people-client.ts";
import type { Hello } from "../state/pinned-service.ts";
import { keepSeen, readSeen, type SeenCheckpoint } from "../state/seen-checkpoints.ts";
import type { StateDir } from "../state/state-dir.ts";
import { Stop } from "../stop.ts";
import { consistencyHolds } from "./merkle-proof.ts";
import { readCheckpoint, type VerifiedCheckpoint } from "./signed-note.ts";

export type TreeHead = { readonly size: number; readonly root: Digest };
export type LedgerStep = {
  readonly before: SeenCheckpoint | null;
  readonly checkpoint: VerifiedCheckpoint;
  readonly head: TreeHead;
};

/** This machine's memory of one ledger. Every `Stop` it throws has the code `log-differs` and exit code 8. */
export type LedgerWatch = {
  /**
   * Takes the newest checkpoint, proves that it continues the last one seen here, and remembers it.
   * A service that shows this machine another history than before is found here.
   */
  advance(): Promise<LedgerStep>;
  /** Proves that a tree head named in a statement belongs to the history seen here. */
  requireConsistent(head: TreeHead): Promise<void>;
};

export function watchLedger(of: {
  readonly client: PeopleClient;
  readonly pin: Hello;
  readonly state: StateDir;
  readonly now: () => number;
}): LedgerWatch {
  const { client, pin, state, now } = of;
  const origin = pin.ledgerOrigin;

  const prove = async (from: TreeHead, to: TreeHead): Promise<void> => {
    const needsProof = from.size !== to.size && from.size > 0;
    const proof = needsProof
      ? (await client.call("/people/v1/log/consistency", { from: from.size, to: to.size })).proof
      : [];
    const holds = consistencyHolds({
      from: { size: from.size, root: digestToBytes(from.root) },
      to: { size: to.size, root: digestToBytes(to.root) },
      proof: proof.map(digestToBytes),
    });
    if (!holds) throw rewritten(from.size, to.size);
  };

  return {
    advance: async () => {
      const before = readSeen(state, origin);
      const { note } = await client.call("/people/v1/log/checkpoint", {});
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
      if (before !== null) {
        if (head.size < before.size) throw rewritten(before.size, head.size);
        await prove(before, head);
      }
      keepSeen(state, origin, { ...head, at: new Date(now()).toISOString() });
      return { before, checkpoint, head };
    },
    requireConsistent: async (head) => {
      const seen = readSeen(state, origin);
      if (seen === null) return;
      if (head.size <= seen.size) await prove(head, seen);
      else await prove(seen, head);
    },
  };
}

const TELL =
  "Stop, and tell a security admin now: keep this machine's configuration folder as evidence.";

function rewritten(before: number, after: number): Stop {
  return new Stop(
    "log-differs",
    `The ledger does not continue the history that this machine has seen (${before} entries then, ${after} shown now).`,
    TELL,
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

/** How many of the pinned witnesses must have cosigned: more than half. */
export function witnessQuorum(pin: Hello): number {
  return Math.floor(pin.witnesses.length / 2) + 1;
}
