import { canonicalise } from "@countersign/protocol/canonical";
import { type Instant, toMilliseconds } from "@countersign/protocol/instants";
import type { ColumnKind } from "./tables.ts";

/** A value that a row should have, as the one text that the database's value is compared with. */
export function comparable(kind: ColumnKind, value: unknown): string | null {
  if (value === null) return null;
  switch (kind) {
    case "text":
    case "text?":
    case "integer":
    case "integer?":
    case "bigint":
    case "boolean":
      return String(value);
    case "instant":
    case "instant?":
      // Only instants are put into such columns. PostgreSQL writes seconds since 1970 with six decimals.
      return `${toMilliseconds(value as Instant) / 1000}.000000`;
    case "texts":
    case "json":
      return canonicalise(value);
  }
}

/** The database's text of a JSON value, in the same form; as it is where it is no JSON that we would write. */
export function comparableJson(text: string): string {
  try {
    return canonicalise(JSON.parse(text));
  } catch {
    return text;
  }
}
