import type { Role } from "@countersign/protocol/role-names";
import { ROLE_NAMES } from "@countersign/protocol/role-names";
import { joinInWords } from "../../ui/time-words.ts";
import { SignatureLines } from "../statement/signature-lines.tsx";

export type Chain = readonly (readonly Role[])[];

/** The lines that a request will have, shown before it is sent: nobody should be surprised by who is asked. */
export function ChainLines({ chain, label }: { chain: Chain; label: string }) {
  if (chain.length === 0) {
    return <p className="text-sm">Your own signature is enough. No approver is asked.</p>;
  }
  return (
    <SignatureLines
      label={label}
      lines={chain.map((anyOf) => ({ anyOf: [...anyOf], signed: null }))}
    />
  );
}

/** `2 signatures: security admin; service owner or CISO`, for a line of text. */
export function chainInWords(chain: Chain): string {
  if (chain.length === 0) return "your own signature, no approver";
  const lines = chain.map((anyOf) =>
    joinInWords(
      anyOf.map((role) => ROLE_NAMES[role]),
      "or",
    ),
  );
  return `your own signature and ${lines.length === 1 ? "one more" : `${lines.length} more`}: ${lines.join("; ")}`;
}
