import { addSeconds, type Instant, instant } from "@countersign/protocol/instants";
import { tenantId } from "@countersign/protocol/names";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../tests/support/postgres.ts";
import { ConsoleDatabase } from "../../db/console-database.ts";
import { inSession } from "../../db/session.ts";
import type { Reach } from "../authorise/reach.ts";
import { decisionDays } from "./infrastructure/decision-days.ts";
import { serviceHealth } from "./infrastructure/service-health.ts";

const NOW = instant.parse("2026-03-01T08:00:00Z");
const ACME = tenantId.parse("acme");
const DAY = 86_400;
const EVERYTHING: Reach = { all: true, services: [] };

type Made = {
  readonly name: string;
  readonly tenant?: string;
  /** Days since the value was put; null without one. It may be thirty days old. */
  readonly age: number | null;
  readonly owner?: string | null;
  readonly status?: string;
};
const SECRETS: readonly Made[] = [
  { name: "payments/prod/a/one", age: 1 },
  { name: "payments/prod/a/two", age: 29 },
  { name: "payments/prod/a/three", age: 31 },
  { name: "payments/prod/a/four", age: 1, owner: null },
  { name: "payments/prod/a/five", age: null },
  { name: "payments/prod/a/six", age: 1, status: "revoked" },
  { name: "billing/prod/a/one", age: 1 },
  { name: "search/prod/a/one", age: 1, status: "revoked" },
  { name: "payments/prod/a/theirs", age: 31, tenant: "globex" },
];
const WELL = { healthy: 1, due: 0, expired: 0, incomplete: 0, "no-value": 0 };
const PAYMENTS = { healthy: 1, due: 1, expired: 1, incomplete: 1, "no-value": 1 };

/** When each was decided, after how many seconds, and what else counts it in or out. */
const DECISIONS: readonly (readonly [Instant, number, Partial<Record<string, string>>])[] = [
  [NOW, 60, {}],
  [NOW, 600, { status: "denied" }],
  [NOW, 6_000, {}],
  [addSeconds(NOW, -27 * DAY), 3_600, {}],
  [addSeconds(NOW, -28 * DAY), 5, {}],
  [NOW, 1, { kind: "bind-workload" }],
  [NOW, 1, { status: "withdrawn" }],
  [NOW, 1, { chain: "[]" }],
  [NOW, 1, { tenant: "globex" }],
];

describe("what the overview's charts count", () => {
  let database: TestDatabase;
  let console: ConsoleDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
    console = new ConsoleDatabase({ url: database.consoleUrl });
    await inSession(database.adminUrl, async (client) => {
      for (const [
        at,
        { name, age, owner = "team", status = "active", tenant },
      ] of SECRETS.entries())
        await client.query(
          `INSERT INTO projection.secret VALUES ($1, $2, $3, 'prod', 'database-credential', 'database-user', $4, $5,
             'internal', 'high', 30, 'd', $6, $7, $8, $9, 1)`,
          [
            ...[tenant ?? "acme", `s-${at}`, name, owner, name.split("/")[0], status],
            ...[age === null ? null : 1, age === null ? null : addSeconds(NOW, -age * DAY), NOW],
          ],
        );
      for (const [at, [decided, seconds, of]] of DECISIONS.entries())
        await client.query(
          `INSERT INTO projection.proposal VALUES ($1, $2, $3, NULL, 'p-1', 'service-owner', '{}', '{}', $4, '{}', NULL,
             NULL, $5, $6, $7, $7, 1, NULL, NULL)`,
          [
            ...[of.tenant ?? "acme", `proposal-${at}`, of.kind ?? "request"],
            ...[of.chain ?? '[{"anyOf":["security-admin"]}]', of.status ?? "approved"],
            ...[addSeconds(decided, -seconds), decided],
          ],
        );
    });
  });
  afterAll(async () => {
    await console.close();
    await database.drop();
  });

  const health = (reach = EVERYTHING) =>
    console.withTenant(ACME, (tx) => serviceHealth(tx, { reach, now: NOW }));

  it("ROT-2 META-1 each service by how its secrets stand, what needs most first; what is revoked belongs to none", async () => {
    expect((await health()).health).toEqual({
      services: [
        { service: "payments", counts: PAYMENTS },
        { service: "billing", counts: WELL },
      ],
      isCut: false,
    });
  });

  it("ROT-2 in all, what is revoked is counted too", async () => {
    expect(Object.fromEntries((await health()).states.map((it) => [it.state, it.count]))).toEqual({
      revoked: 2,
      "no-value": 1,
      incomplete: 1,
      expired: 1,
      due: 1,
      healthy: 2,
    });
  });

  it("SEG-3 somebody of one service sees the health of that one alone, and of none without a service", async () => {
    const billing = await health({ all: false, services: ["billing"] });
    expect(billing.health.services).toEqual([{ service: "billing", counts: WELL }]);
    expect(billing.states).toEqual([{ state: "healthy", count: 1 }]);
    expect((await health({ all: false, services: [] })).health.services).toEqual([]);
  });

  it("JIT-3 the median time to a decision, by day: requests that somebody had to decide, of this tenant, of these days", async () => {
    const found = await console.withTenant(ACME, (tx) => decisionDays(tx, NOW, 28));
    expect(found).toEqual([
      { day: "2026-02-02", count: 1, medianSeconds: 3_600 },
      { day: "2026-03-01", count: 3, medianSeconds: 600 },
    ]);
  });
});
