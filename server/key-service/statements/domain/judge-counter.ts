/** `uncounted`: the key keeps no counter. `grew`: as it must. `regressed`: a copy of the key may exist. */
export type CounterVerdict = "uncounted" | "grew" | "regressed";

/**
 * WebAuthn Level 3, section 7.2 step 22. `enrolled` is the counter of the last assertion that was
 * accepted from this key, `received` that of the one in hand; 0 to 2^32 - 1.
 *
 * Judged once, when an assertion arrives, and never when an old entry is replayed: later assertions of the
 * same key have grown the counter. On `regressed` the caller refuses and locks the key, which two officers
 * then replace. A counter that wraps around regresses too: at a touch a second that takes 136 years.
 *
 * Who copied a key and signs with the copy first makes the *original* regress: the lock comes one
 * signature late, which is why approvers' keys must not be copyable (BE = 0, attested).
 */
export function judgeCounter(enrolled: number, received: number): CounterVerdict {
  if (enrolled === 0 && received === 0) return "uncounted";
  return received > enrolled ? "grew" : "regressed";
}
