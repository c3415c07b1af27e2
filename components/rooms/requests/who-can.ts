import type { Candidate } from "@countersign/protocol/views";
import { joinInWords } from "../../ui/time-words.ts";

/** Why somebody cannot sign, and who can: a refusal is never a dead end. */
export function withWhoCan(reason: string, candidates: readonly Candidate[]): string {
  const able = [...new Set(candidates.flatMap((it) => (it.cannot === null ? [it.name] : [])))];
  // The key service names them itself where it knows that they are few.
  if (able.some((name) => reason.includes(name))) return reason;
  const others = able.length === 0 ? "Nobody can sign it now." : `${joinInWords(able, "or")} can.`;
  return `${reason} ${others}`;
}
