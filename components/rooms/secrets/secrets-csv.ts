import { type CsvColumn, unprovenCsv } from "../../patterns/unproven-csv.ts";
import type { SecretRow } from "../views.ts";
import { METADATA_WORDS, SECRET_LOOKS } from "./secret-words.ts";

const COLUMNS: readonly CsvColumn<SecretRow>[] = [
  ["name", (row) => row.name],
  ["state", (row) => SECRET_LOOKS[row.state].word],
  ["missing", (row) => row.gaps.map(({ field }) => METADATA_WORDS[field]).join(" ")],
  ["environment", (row) => row.environment],
  ["service", (row) => row.service],
  ["owner", (row) => row.owner],
  ["data class", (row) => row.dataClassification],
  ["tier", (row) => row.tier],
  ["type", (row) => row.type],
  ["category", (row) => row.category],
  ["rotation period in days", (row) => row.rotationPeriodDays],
  ["version", (row) => row.version],
  ["value added at", (row) => row.valueAddedAt],
  ["rotate by", (row) => row.valueEndsAt],
  ["last read at", (row) => row.lastReadAt],
  ["registered at", (row) => row.registeredAt],
  ["id", (row) => row.secret],
];

const MARK =
  "Unproven copy of the secrets' metadata, as the console showed it. It proves nothing, and holds no value.";

/** What the list of secrets says, as a file for a spreadsheet. */
export function secretsCsv(rows: readonly SecretRow[]): string {
  return unprovenCsv(MARK, COLUMNS, rows);
}
