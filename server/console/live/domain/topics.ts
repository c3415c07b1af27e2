/** What pages read, by room: what a page must ask again when rows behind it have changed. */
export const TOPICS = [
  "requests",
  "secrets",
  "workloads",
  "people",
  "audit",
  "notifications",
] as const;
export type Topic = (typeof TOPICS)[number];

/** Each table that pages are drawn from. */
export const TOPICS_OF_TABLE: Readonly<Record<string, readonly Topic[]>> = {
  tenant: [],
  session: [],
  console_session: [],
  // Who may sign what depends on roles and keys.
  person: ["people", "requests"],
  hardware_key: ["people", "requests"],
  identity: ["people"],
  device: ["people", "requests"],
  secret: ["secrets"],
  secret_version: ["secrets"],
  binding: ["workloads"],
  proposal: ["requests"],
  signature_line: ["requests"],
  grant: ["requests"],
  grant_secret: ["requests"],
  release: ["requests", "secrets"],
  fetch: ["secrets", "workloads"],
  audit_entry: ["audit"],
  notice: ["notifications"],
  delivery: ["notifications"],
};

/** A change there may have ended somebody's session, or changed what they may see. */
const SESSION_TABLES: ReadonlySet<string> = new Set(["session", "console_session", "person"]);

/** Every topic where any table may have changed, or one that is not known here. */
export function topicsOf(tables: readonly string[]): ReadonlySet<Topic> {
  if (tables.length === 0) return new Set(TOPICS);
  return new Set(tables.flatMap((table) => TOPICS_OF_TABLE[table] ?? TOPICS));
}

export function touchesSessions(tables: readonly string[]): boolean {
  return tables.length === 0 || tables.some((table) => SESSION_TABLES.has(table));
}
