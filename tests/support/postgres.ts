import { inject } from "vitest";
import { createDatabaseOn, type TestDatabase } from "./test-database.ts";

export type { TestDatabase } from "./test-database.ts";

/**
 * One test's own database: real PostgreSQL, migrated, with the product's roles and grants. For
 * `*.int.spec.ts`, `e2e/` and `tests/attacks/`, whose projects start the server.
 *
 * @example
 * const database = await createTestDatabase();
 * onTestFinished(() => database.drop());
 */
export function createTestDatabase(): Promise<TestDatabase> {
  return createDatabaseOn(inject("postgres"));
}
