import { digestToBytes } from "@countersign/protocol/digest";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { Statement } from "@countersign/protocol/statement";
import type { Ledger } from "../../ledger/domain/ledger.ts";
import { verifyConsistency } from "../../ledger/domain/proof.ts";

/**
 * Why a statement's checkpoint is not one of this ledger, or null where it is: its tree must be a
 * beginning of the durable one. What a hardware key signed over another history (a fork, a draft that was
 * changed) then never takes effect in this one.
 */
export async function whyOtherHistory(
  ledger: Pick<Ledger, "head" | "consistencyProof">,
  { checkpoint: { size, root } }: Pick<Statement, "checkpoint">,
): Promise<Refusal | null> {
  const head = ledger.head();
  if (size <= head.size) {
    const proof = await ledger.consistencyProof(size, head.size);
    const named = { fromSize: size, fromRoot: digestToBytes(root) };
    if (verifyConsistency({ ...named, toSize: head.size, toRoot: head.root, proof })) return null;
  }
  return refuse(
    "facts-differ",
    `The statement names a checkpoint of ${size} entries with the root ${root}, which this ledger never had. Start again; if it happens again, tell your security admins.`,
  );
}
