import { type CsvColumn, unprovenCsv } from "../../patterns/unproven-csv.ts";
import { PERSON_LOOKS } from "../standing.ts";
import type { PersonRow } from "../views.ts";
import { rolesInWords } from "./person-words.ts";

const COLUMNS: readonly CsvColumn<PersonRow>[] = [
  ["name", (row) => row.name],
  ["state", (row) => PERSON_LOOKS[row.status].word],
  ["roles", (row) => rolesInWords(row.roles)],
  ["hardware keys", (row) => row.activeKeys],
  ["devices", (row) => row.activeDevices],
  ["last signed at", (row) => row.lastSignedAt],
  ["id", (row) => row.person],
];

const MARK =
  "Unproven copy of people and their roles, as the console showed them. It proves nothing: who held which role " +
  "when is in the ledger.";

/** Who may do what, as a file for a spreadsheet: what a review of access begins with. */
export function peopleCsv(rows: readonly PersonRow[]): string {
  return unprovenCsv(MARK, COLUMNS, rows);
}
