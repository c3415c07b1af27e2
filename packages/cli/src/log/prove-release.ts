import { createHash } from "node:crypto";
import { asDigest } from "@countersign/protocol/digest";
import type { DeviceId, Digest, PersonId, RequestId, SecretId } from "@countersign/protocol/ids";
import type { PeopleClient } from "../service/people-client.ts";
import { Stop } from "../stop.ts";
import { type EntryEvent, entryDiffers, proveEntry } from "./prove-entry.ts";
import type { LedgerStep, LedgerWatch } from "./watch-ledger.ts";

/** One opening, as the ledger must have recorded it before the value may be looked at. */
export type Opening = {
  readonly request: RequestId;
  readonly secret: SecretId;
  readonly version: number;
  readonly use: number;
  readonly person: PersonId;
  readonly device: DeviceId;
  /** Digest of the key that the value is sealed to. */
  readonly recipientKey: Digest;
};

/** Witnesses cosign an opening before its value leaves; this is for one that has just restarted. */
const WITNESS_PATIENCE_MS = 20_000;

/**
 * Proves that an opening is on record where everybody sees it: the entry says exactly this opening, stands
 * in a checkpoint that the pinned witnesses cosigned, and that checkpoint continues what this machine saw.
 * A key service that hands out values without a record, or on a history of its own, is found here.
 *
 * @throws Stop `not-witnessed` (7) where too few witnesses have cosigned, `log-differs` (8) where the
 * ledger does not have it, or why the proof could not be had. The value stays closed in each case, and the
 * same opening can be asked again.
 */
export async function proveRelease(
  of: { readonly client: PeopleClient; readonly ledger: LedgerWatch; readonly quorum: number },
  opening: Opening,
  intent: number,
): Promise<LedgerStep> {
  try {
    const step = await of.ledger.cosigned({
      atLeast: intent + 1,
      patienceMs: WITNESS_PATIENCE_MS,
    });
    if (!step.isWitnessed) {
      throw new Stop(
        "not-witnessed",
        `Only ${step.checkpoint.witnessed.length} of ${of.quorum} witnesses that are needed have cosigned the record of this opening.`,
      );
    }
    if (step.head.size <= intent) throw entryDiffers(intent, "is not in the ledger that is shown");
    const { events } = await proveEntry(of.client, step.head, intent);
    if (!events.some((event) => isRecordOf(event, opening)))
      throw entryDiffers(intent, "does not record this opening, though it is said to");
    return step;
  } catch (error) {
    throw error instanceof Stop ? stillClosed(error) : error;
  }
}

/** Whether an event is the intent of exactly this opening. */
export function isRecordOf(event: EntryEvent, opening: Opening): boolean {
  return (
    event.type === "ReleaseIntended" &&
    Object.entries(opening).every(([member, value]) => event[member] === value)
  );
}

/** As the ledger names the key that a value is sealed to. @param publicKey 65 bytes, a point of P-256. */
export function recipientKeyDigest(publicKey: Uint8Array): Digest {
  return asDigest(createHash("sha256").update(publicKey).digest());
}

function stillClosed({ code, message, next, correlation, exit }: Stop): Stop {
  return new Stop(
    code,
    `${message} So the value stays closed.`,
    exit === 8 ? next : "Run the same command again in a minute: it is the same opening.",
    correlation,
  );
}
