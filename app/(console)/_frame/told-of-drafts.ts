import { paths } from "../../../components/patterns/paths.ts";
import { joinInWords } from "../../../components/ui/time-words.ts";
import type { Toast } from "../../../components/ui/toast.tsx";

/** What became of one draft; undefined where nobody knows of it any more. */
export type DraftFate =
  | { readonly status: "waiting" | "signed" | "declined"; readonly entry: number | null }
  | undefined;

const MOST_NAMED = 4;

/**
 * What somebody is told who comes back from the desk. Null where there is nothing to tell: drafts that are gone were
 * somebody else's address, or of another day.
 */
export function toldOfDrafts(fates: readonly DraftFate[]): Toast | null {
  const known = fates.filter((it) => it !== undefined);
  const entries = known.flatMap((it) => (it.entry === null ? [] : [it.entry]));
  const [first] = entries;
  if (known.length === 0) return null;
  const waiting = known.filter((it) => it.status === "waiting").length;
  if (first !== undefined) {
    const left = known.length - entries.length;
    const link = { href: paths.auditEntry(first), word: "Look at the entry" };
    const where = `${inLedger(entries)}${left === 0 ? "" : ` ${left} ${left === 1 ? "was" : "were"} not signed and changed nothing.`}`;
    return left === 0
      ? { title: known.length === 1 ? "Signed" : `Signed all ${known.length}`, detail: where, link }
      : {
          tone: "trouble",
          title: `Signed ${entries.length} of ${known.length}`,
          detail: where,
          link,
        };
  }
  if (waiting === 0)
    return { title: "You did not sign", detail: "Nothing was changed and nothing was sent." };
  return {
    tone: "trouble",
    title: "Not signed yet",
    detail:
      waiting === 1
        ? "The draft still waits at the desk. Nothing was changed so far."
        : `${waiting} drafts still wait at the desk. Nothing was changed so far.`,
  };
}

function inLedger(entries: readonly number[]): string {
  const [only] = entries;
  if (entries.length === 1) return `It stands in the ledger, entry ${only}.`;
  const named = entries.slice(0, MOST_NAMED).map(String);
  const more = entries.length - named.length;
  return `They stand in the ledger, entries ${joinInWords(more === 0 ? named : [...named, `${more} more`], "and")}.`;
}
