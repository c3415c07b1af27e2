import { type CsvColumn, unprovenCsv } from "../../patterns/unproven-csv.ts";
import { BINDING_LOOKS } from "../standing.ts";
import type { BindingRow } from "../views.ts";
import { PROOF_WORDS } from "./bindings-table.tsx";

const COLUMNS: readonly CsvColumn<BindingRow>[] = [
  ["workload", (row) => row.workload],
  ["secret", (row) => row.name],
  ["state", (row) => BINDING_LOOKS[row.state].word],
  ["environment", (row) => row.environment],
  ["service", (row) => row.service],
  ["proof", (row) => PROOF_WORDS[row.proof]],
  ["bound at", (row) => row.boundAt],
  ["ends at", (row) => row.expiresAt],
  ["entry", (row) => row.entry],
  ["id", (row) => row.binding],
];

const MARK =
  "Unproven copy of bindings, as the console showed them. It proves nothing: each was signed, and the ledger has it.";

/** Which workload may fetch what, as a file for a spreadsheet. */
export function bindingsCsv(rows: readonly BindingRow[]): string {
  return unprovenCsv(MARK, COLUMNS, rows);
}
