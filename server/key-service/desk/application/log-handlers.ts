import { toBase64url } from "@countersign/protocol/bytes";
import { asDigest } from "@countersign/protocol/digest";
import { refuse } from "@countersign/protocol/refusals";
import { err, ok } from "../../../kernel/result.ts";
import type { Look } from "../../decisions/application/tampering-reports.ts";
import { decodeEntry } from "../../decisions/domain/entry.ts";
import { type Ledger, LedgerFault } from "../../ledger/domain/ledger.ts";
import { leafHash } from "../../ledger/domain/merkle.ts";
import type { PeopleHandlers } from "../infrastructure/people-handlers.ts";
import type { DeskParts } from "./desk-parts.ts";
import { hasSignedFor, mayReadEntry } from "./may-read-entry.ts";
import { personOfDevice } from "./secret-handlers.ts";

type LogHandlers = Pick<
  PeopleHandlers,
  | "/people/v1/log/checkpoint"
  | "/people/v1/log/consistency"
  | "/people/v1/log/inclusion"
  | "/people/v1/log/key"
>;

export type LogParts = Pick<DeskParts, "path"> & {
  readonly ledger: Ledger;
  readonly onLook: Look;
};

/** What proves to a person that their acts, and the values that they opened, stand in the one ledger. */
export function logHandlers({ path, ledger, onLook }: LogParts): LogHandlers {
  return {
    "/people/v1/log/checkpoint": async ({ atLeast }) => {
      const { size } = ledger.head();
      if (atLeast !== undefined && atLeast > size) return err(BEYOND);
      return ok({ note: await newestNote(ledger, atLeast ?? size) });
    },

    "/people/v1/log/consistency": async ({ from, to }) => {
      if (from > to || to > ledger.head().size) return err(BEYOND);
      return ok({ proof: (await ledger.consistencyProof(from, to)).map(asDigest) });
    },

    "/people/v1/log/inclusion": async ({ index, size }, { device, correlation }) => {
      const known = personOfDevice({ path }, { device });
      if (!known.ok) return known;
      if (index >= size || size > ledger.head().size) return err(BEYOND);
      const proof = await ledger.inclusionProof(index, size);
      const bytes = await entryBytes(ledger, index);
      const problem = bytes === null ? "in the database is not the one that was appended" : null;
      onLook(`ledger entry ${index}`, problem, correlation);
      if (bytes === null) return err(TAMPERED);
      const shown = mayReadEntry(known.value, decodeEntry(bytes));
      return ok({
        leafHash: asDigest(leafHash(bytes)),
        proof: proof.map(asDigest),
        entry: shown ? toBase64url(bytes) : null,
      });
    },

    "/people/v1/log/key": async ({ credential }, { device }) => {
      const known = personOfDevice({ path }, { device });
      if (!known.ok) return known;
      const key = path.state.keys.get(credential);
      return key !== undefined && hasSignedFor(known.value, key)
        ? ok({ index: key.enrolledIndex })
        : err(NO_KEY);
    },
  };
}

/** The newest checkpoint of at least that size that the quorum cosigned; where none comes in time, the newest. */
async function newestNote(ledger: Ledger, atLeast: number): Promise<string> {
  try {
    return (await ledger.witnessed(atLeast, COSIGNED_WITHIN_MS)).note;
  } catch (error) {
    if (error instanceof LedgerFault) return ledger.checkpoint().note;
    throw error;
  }
}

/** Null where the stored entry is not the one of the verified tree. */
export async function entryBytes(ledger: Ledger, index: number): Promise<Buffer | null> {
  try {
    for await (const entry of ledger.entries(index, index + 1)) return entry.bytes;
  } catch (error) {
    if (error instanceof LedgerFault && error.reason === "history-differs") return null;
    throw error;
  }
  throw new Error("an index below the size has an entry");
}

const COSIGNED_WITHIN_MS = 3000;

const TAMPERED = refuse(
  "tampering-found",
  "This entry was changed in the database since it was recorded, so it is not shown. This was reported; an operator restores it.",
);
const BEYOND = refuse("malformed", "The ledger is not that long.");
const NO_KEY = refuse("not-found", "No such key has signed anything that you may see.");
