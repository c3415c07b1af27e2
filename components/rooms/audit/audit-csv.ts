import type { AuditRow } from "../views.ts";
import { actInWords } from "./audit-words.ts";

const COLUMNS = [
  "entry",
  "at",
  "act",
  "words",
  "outcome",
  "code",
  "actor",
  "actor id",
  "role",
  "door",
  "device",
  "secrets",
  "subject",
  "count",
  "justification",
  "reason",
  "statement digest",
  "correlation",
] as const;

/** Says of itself what it is: somebody may find it years from now, without this page. */
const MARK =
  "Unproven copy of ledger entries, as the console showed them. It proves nothing: entries and proofs " +
  "are in the evidence export.";

/** RFC 4180, the mark as the first line, one entry a line; what a spreadsheet would run is defused. */
export function auditCsv(rows: readonly AuditRow[]): string {
  const lines = rows.map((row) => [
    row.entry,
    row.at,
    row.act,
    actInWords(row.act, row.outcome),
    row.outcome,
    row.code,
    row.actor?.name,
    row.actor?.person,
    row.actorRole,
    row.door,
    row.device,
    row.secrets.map((it) => it.name).join(" "),
    row.subject,
    row.count,
    row.justification,
    row.reason,
    row.statementDigest,
    row.correlation,
  ]);
  return [[MARK], COLUMNS, ...lines].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

/** People write justifications: a text that begins like a formula is kept from being one. */
function cell(of: string | number | null | undefined): string {
  const text = String(of ?? "");
  const defused = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(defused) ? `"${defused.replaceAll('"', '""')}"` : defused;
}
