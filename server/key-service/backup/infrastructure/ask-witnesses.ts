import { HashTree } from "../../ledger/domain/hash-tree.ts";
import { buildConsistencyProof } from "../../ledger/domain/proof.ts";
import { type NoteVerifier, parseNote } from "../../ledger/domain/signed-note.ts";
import { withCosignatures } from "../../ledger/infrastructure/cosigned-note.ts";
import {
  type Cosigned,
  WitnessClient,
  type WitnessEndpoint,
} from "../../ledger/infrastructure/witness-client.ts";
import { BackupFault, backupOfDamage } from "../domain/backup-fault.ts";
import type { LedgerHead } from "./database-tables.ts";

const ATTEMPT_MS = 5_000;

export type Witnesses = {
  readonly origin: string;
  readonly log: NoteVerifier;
  readonly endpoints: readonly WitnessEndpoint[];
  readonly quorum: number;
};

/**
 * The checkpoint of this very head, with the cosignatures that witnesses give it now. Null where they have seen
 * more meanwhile: a newer head is to be asked for.
 * @throws BackupFault where the rows are not the signed ledger, or too few witnesses answer
 */
export async function cosignHead(
  of: Witnesses,
  head: LedgerHead,
  leaves: AsyncIterable<Buffer>,
): Promise<string | null> {
  const tree = new HashTree();
  for await (const leaf of leaves) tree.append(leaf);
  const parsed = parseNote(head.note);
  if (!parsed.ok || tree.size !== head.size || !tree.root(head.size).equals(head.root)) {
    throw backupOfDamage("its rows are not the ones that its tree head names");
  }
  const target = {
    ...head,
    text: parsed.value.text,
    proofFrom: async (size: number) => buildConsistencyProof(tree, size, head.size),
  };
  const asked = clientsOf(of).map((it) => it.cosign(target, AbortSignal.timeout(ATTEMPT_MS)));
  const answers = await Promise.allSettled(asked);
  const cosigned = answers.flatMap((it): Cosigned[] =>
    it.status === "fulfilled" ? [it.value] : [],
  );
  if (cosigned.length >= of.quorum) return withCosignatures(head, cosigned).note;
  const seen = await remembered(of);
  if (seen.some(({ size }) => size !== null && size > head.size)) return null;
  const why = answers.flatMap((it) =>
    it.status === "rejected" ? [String(it.reason?.message)] : [],
  );
  throw new BackupFault(
    `${cosigned.length} of ${of.endpoints.length} witnesses cosigned, and ${of.quorum} must: ${why.join("; ")}.`,
    "Start or repair the witnesses. A backup that none of them vouches for could not be told from a forged one.",
  );
}

export type Remembered = {
  readonly witness: string;
  /** Entries of the newest checkpoint that it cosigned; null where it knows none, or does not say. */
  readonly size: number | null;
  readonly answers: boolean;
};

/** What each witness remembers of this log. Never throws. */
export function remembered(of: Witnesses): Promise<Remembered[]> {
  return Promise.all(
    clientsOf(of).map(async (it) => {
      try {
        const latest = await it.latest(ATTEMPT_MS);
        return { witness: it.name, size: latest?.size ?? null, answers: true };
      } catch {
        return { witness: it.name, size: null, answers: false };
      }
    }),
  );
}

function clientsOf({ endpoints, origin, log }: Witnesses): WitnessClient[] {
  const attemptMs = ATTEMPT_MS;
  return endpoints.map((it) => new WitnessClient(it, { origin, verifier: log, attemptMs }));
}
