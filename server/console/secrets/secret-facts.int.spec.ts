import { CATEGORIES } from "@countersign/protocol/categories";
import { addSeconds, instant } from "@countersign/protocol/instants";
import { metadataGaps, valueExpiresAt } from "@countersign/protocol/metadata-gate";
import { secretName, tenantId } from "@countersign/protocol/names";
import { SECRET_CATEGORIES, TIERS } from "@countersign/protocol/taxonomy";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { createTestDatabase, type TestDatabase } from "../../../tests/support/postgres.ts";
import { ConsoleDatabase } from "../../db/console-database.ts";
import { inSession } from "../../db/session.ts";
import type { Reach } from "../authorise/reach.ts";
import { METADATA_FIELDS, type SecretRow, type SecretState } from "./contract.ts";
import { readFacets } from "./infrastructure/secret-facets.ts";
import type { SecretFilters } from "./infrastructure/secret-facts.ts";
import { readSecrets } from "./infrastructure/secret-rows.ts";

const missing = z.enum(METADATA_FIELDS);
const NOW = instant.parse("2026-03-01T08:00:00Z");
const ACME = tenantId.parse("acme");
const EVERYTHING: Reach = { all: true, services: [] };
const DAY = 86_400;

const AGES = [0, 1, 16, 17, 29, 30, 31, 76, 90, 200, 400];
const PERIODS = [null, 0, 1, 30, 31, 90, 91, 180, 365, 366];
const NAMES = [null, "payments", "billing", "Payments", "a..b", "-x", ""];

/** Every category with each tier, and the other fields in turn, so that each value meets many others. */
function variants() {
  let at = 0;
  // Inside the bounds of a list that is not empty.
  const pick = <T>(values: readonly T[]) => values[at % values.length] as T;
  return SECRET_CATEGORIES.flatMap((category) =>
    [...TIERS, null, "enormous"].flatMap((tier) =>
      [0, 1, 2, 3].map(() => {
        at += 7;
        const hasValue = at % 5 !== 0;
        const service = at % 3 === 0 ? "billing" : "payments";
        // Half of them whole, so that what comes after completeness is met too.
        const isWhole = at % 2 === 0;
        return {
          secret: `s-${String(at).padStart(26, "0")}`,
          name: secretName.parse(`${service}/prod/x/n${at}`),
          type: CATEGORIES[category].type,
          category,
          status: at % 11 === 0 ? "revoked" : "active",
          policy: {
            owner: isWhole ? "team" : pick(NAMES),
            service: isWhole ? service : pick(NAMES),
            dataClassification: isWhole ? "internal" : pick([null, "pii", "public", "PII"]),
            tier,
            rotationPeriodDays: isWhole ? pick([1, 20, 30, 90]) : pick(PERIODS),
          },
          current: hasValue ? { addedAt: addSeconds(NOW, -pick(AGES) * DAY) } : null,
        };
      }),
    ),
  );
}
type Variant = ReturnType<typeof variants>[number];

/** As the key service judges it, by the protocol's own rules. */
function stateOf(of: Variant): SecretState {
  if (of.status === "revoked") return "revoked";
  if (of.current === null) return "no-value";
  if (metadataGaps(of).length > 0) return "incomplete";
  const ends = valueExpiresAt(of);
  if (ends === null) return "healthy";
  if (ends <= NOW) return "expired";
  return ends <= addSeconds(NOW, 14 * DAY) ? "due" : "healthy";
}

describe("META-1 META-2 how the console's lists judge a secret", () => {
  let database: TestDatabase;
  let console: ConsoleDatabase;
  const all = variants();

  beforeAll(async () => {
    database = await createTestDatabase();
    console = new ConsoleDatabase({ url: database.consoleUrl });
    await inSession(database.adminUrl, async (client) => {
      for (const it of all) {
        await client.query(
          `INSERT INTO projection.secret VALUES ('acme', $1, $2, 'prod', $3, $4, $5, $6, $7, $8, $9, 'd', $10, $11, $12, $13, 1)`,
          [
            ...[it.secret, it.name, it.type, it.category, it.policy.owner, it.policy.service],
            ...[
              it.policy.dataClassification,
              it.policy.tier,
              it.policy.rotationPeriodDays,
              it.status,
            ],
            ...[it.current && 1, it.current?.addedAt ?? null, NOW],
          ],
        );
      }
    });
  });
  afterAll(async () => {
    await console.close();
    await database.drop();
  });

  const page = (
    filters: SecretFilters,
    cursor: string | null = null,
    sort: "name" | "ends-first" = "name",
  ) =>
    console.withTenant(ACME, (tx) =>
      readSecrets(tx, filters, { sort, cursor, limit: 50 }, { reach: EVERYTHING, now: NOW }),
    );
  const everyPage = async (filters: SecretFilters, sort: "name" | "ends-first" = "name") => {
    const rows: SecretRow[] = [];
    let next: string | null = null;
    do {
      const found: Awaited<ReturnType<typeof page>> = await page(filters, next, sort);
      rows.push(...found.rows);
      next = found.next;
    } while (next !== null);
    return rows;
  };
  const facets = (filters: SecretFilters, reach = EVERYTHING) =>
    console.withTenant(ACME, (tx) => readFacets(tx, filters, { reach, now: NOW }));

  it("is how the key service judges it, for every category, tier and gap", async () => {
    const rows = await everyPage({});
    const expected = new Map(all.map((it) => [String(it.secret), it]));
    expect(rows).toHaveLength(all.length);
    for (const row of rows) {
      const of = expected.get(row.secret) ?? expect.fail("a secret that was not put there");
      expect([of.secret, row.state]).toEqual([of.secret, stateOf(of)]);
      expect(row.gaps).toEqual(metadataGaps(of));
      expect([of.secret, row.valueEndsAt]).toEqual([of.secret, valueExpiresAt(of)]);
    }
    const states = new Set(rows.map((row) => row.state));
    expect(states.size, "the variants reach every state").toBe(6);
  });

  it("counts what it lists, under every chip", async () => {
    const counts = await facets({});
    expect(counts.total).toBe(all.length);
    for (const { value, count } of counts.state) {
      expect(await everyPage({ state: [value as SecretState] })).toHaveLength(count);
    }
    for (const { value, count } of counts.missing) {
      const rows = await everyPage({ missing: [missing.parse(value)] });
      expect([value, rows.length]).toEqual([value, count]);
      for (const row of rows) expect(row.gaps.map((gap) => gap.field)).toContain(value);
    }
  });

  it("counts under a filter's own chips what the other filters leave", async () => {
    const both = await facets({ state: ["incomplete"], tier: ["critical"] });
    const tierOnly = await facets({ tier: ["critical"] });
    expect(both.state).toEqual(tierOnly.state);
    expect(both.total).toBe(tierOnly.state.find((it) => it.value === "incomplete")?.count);
  });

  it("pages through everything once, by name and by what ends first", async () => {
    for (const sort of ["name", "ends-first"] as const) {
      const rows = await everyPage({}, sort);
      expect(new Set(rows.map((row) => row.secret)).size).toBe(all.length);
      const keys = rows.map((row) => (sort === "name" ? row.name : (row.valueEndsAt ?? "9999")));
      if (sort === "ends-first") expect(keys).toEqual([...keys].sort());
    }
  });

  it("SEG-3 shows somebody of one service nothing of another, in lists and in counts", async () => {
    const reach = { all: false, services: ["billing"] };
    const { rows } = await console.withTenant(ACME, (tx) =>
      readSecrets(tx, {}, { sort: "name", cursor: null, limit: 100 }, { reach, now: NOW }),
    );
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) expect(row.name).toMatch(/^billing\//);
    expect((await facets({}, reach)).service.map((it) => it.value)).toEqual(["billing"]);
    expect((await facets({}, { all: false, services: [] })).total).toBe(0);
  });

  it("takes whatever is typed into the search as text", async () => {
    for (const q of ["%", "_", "'; DROP TABLE projection.secret; --", "\\", "n7'"])
      expect(await everyPage({ q })).toEqual([]);
    expect((await everyPage({ q: "PAYMENTS/prod/x/n7" })).length).toBeGreaterThan(0);
  });

  it("refuses a cursor that is not one of its own", async () => {
    for (const cursor of ["x", "W10", Buffer.from('["a"]').toString("base64url")])
      await expect(page({}, cursor)).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });
});
