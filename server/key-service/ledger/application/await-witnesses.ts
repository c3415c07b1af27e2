import { type Refusal, refuse } from "@countersign/protocol/refusals";
import { err, ok, type Result } from "../../../kernel/result.ts";
import { type Ledger, LedgerFault } from "../domain/ledger.ts";

/** What is refused while the witnesses are silent, in words for the person who waits. */
export type Unwitnessed = {
  /** What the entry records: "opening". */
  readonly record: string;
  /** What does not happen: "the value stays closed". */
  readonly so: string;
  /** What trying again means: "it is the same use". */
  readonly again: string;
};

/**
 * Nothing about a value leaves before this: waits until the witnesses have cosigned the entry, so that not
 * even we can deny it afterwards. Refuses with `unavailable` where they do not within the deadline or the
 * ledger closes meanwhile; the entry stands either way.
 *
 * @param index of an entry that is durable
 */
export async function awaitWitnesses(
  { ledger, witnessDeadlineMs }: WitnessesParts,
  index: number,
  { record, so, again }: Unwitnessed,
): Promise<Result<void, Refusal>> {
  try {
    await ledger.witnessed(index + 1, witnessDeadlineMs);
    return ok(undefined);
  } catch (error) {
    if (!(error instanceof LedgerFault)) throw error;
    const sentence = `The witnesses did not cosign the record of this ${record} in time, so ${so}.`;
    return err(refuse("unavailable", `${sentence} Try the same command again: ${again}.`));
  }
}

export type WitnessesParts = {
  readonly ledger: Pick<Ledger, "witnessed">;
  /** How long anybody waits for the witnesses before giving up. */
  readonly witnessDeadlineMs: number;
};
