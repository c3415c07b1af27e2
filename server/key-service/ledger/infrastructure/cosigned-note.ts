import type { Cosignature, SignedCheckpoint } from "../domain/ledger.ts";
import type { Cosigned } from "./witness-client.ts";

/** The note with the lines of cosigners under ours. */
export function withCosignatures(
  head: { readonly size: number; readonly root: Buffer; readonly note: string },
  cosigned: readonly Cosigned[],
): SignedCheckpoint {
  const cosignatures: Cosignature[] = cosigned.map(({ witness, timestampSeconds }) => ({
    witness,
    timestampSeconds,
  }));
  const note = head.note + cosigned.map((c) => c.line).join("");
  return { size: head.size, root: head.root, note, cosignatures };
}
