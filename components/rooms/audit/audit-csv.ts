import { type CsvColumn, unprovenCsv } from "../../patterns/unproven-csv.ts";
import type { AuditRow } from "../views.ts";
import { deedInWords } from "./audit-about.ts";

const COLUMNS: readonly CsvColumn<AuditRow>[] = [
  ["entry", (row) => row.entry],
  ["at", (row) => row.at],
  ["act", (row) => row.act],
  ["words", (row) => deedInWords(row)],
  ["outcome", (row) => row.outcome],
  ["code", (row) => row.code],
  ["actor", (row) => row.actor?.name ?? row.workload],
  ["actor id", (row) => row.actor?.person ?? row.workload],
  ["role", (row) => row.actorRole],
  ["door", (row) => row.door],
  ["device", (row) => row.device],
  ["secrets", (row) => row.secrets.map((it) => it.name).join(" ")],
  ["subject", (row) => row.subject],
  ["count", (row) => row.count],
  ["justification", (row) => row.justification],
  ["reason", (row) => row.reason],
  ["statement digest", (row) => row.statementDigest],
  ["correlation", (row) => row.correlation],
];

const MARK =
  "Unproven copy of ledger entries, as the console showed them. It proves nothing: entries and proofs " +
  "are in the evidence export.";

/** Entries as a file for a spreadsheet, newest first. */
export function auditCsv(rows: readonly AuditRow[]): string {
  return unprovenCsv(MARK, COLUMNS, rows);
}
