import { inject, onTestFinished } from "vitest";
import { createPool } from "../../../db/pool.ts";
import { encodeEntry } from "../../decisions/domain/entry.ts";
import type { History } from "../../decisions/testing/history.ts";
import { OpeningStore } from "../../statements/infrastructure/opening-store.ts";
import { Checker } from "../application/checker.ts";
import { Projector, type ProjectorParts } from "../application/projector.ts";
import { Snapshots } from "../application/snapshot.ts";
import { createLedgerFixture, createTestLogKey } from "../infrastructure/ledger.fixture.ts";
import { PostgresCheckedDatabase } from "./infrastructure/postgres-checked-database.ts";
import { PostgresProjectionStore } from "./infrastructure/postgres-projection-store.ts";
import { PostgresSnapshotStore } from "./infrastructure/postgres-snapshot-store.ts";

/** What tests of the projections share: a real ledger with a made-up history in it, and all that reads it. */
export async function createProjectionRoom() {
  const key = createTestLogKey();
  const fixture = await createLedgerFixture(key);
  const ledger = await fixture.open();
  const url = fixture.database.connectionString ?? "";
  const pool = createPool({ url, application: "projection-test" });
  const consolePool = createPool({ url: asConsole(url), application: "console-test" });
  const openings = new OpeningStore(pool, () => undefined);
  const store = new PostgresProjectionStore(pool);
  const snapshots = new Snapshots({
    store: new PostgresSnapshotStore(pool),
    key: { origin: fixture.options.origin, ...key },
  });
  const database = new PostgresCheckedDatabase(pool);
  const checker = new Checker({ ledger, database, store, openings, snapshots });
  const damage: string[] = [];
  const faults: unknown[] = [];
  const projectors: Projector[] = [];
  const createProjector = (changes: Partial<ProjectorParts> = {}) => {
    const projector = new Projector({
      ledger,
      store,
      openings,
      pollMs: 5,
      onDamage: (what) => damage.push(what),
      onFault: (error) => faults.push(error),
      ...changes,
    });
    projectors.push(projector);
    return projector;
  };
  const dispose = async () => {
    await Promise.all(projectors.map((it) => it.stop()));
    await Promise.all([pool.end(), consolePool.end()]);
    await fixture.dispose();
  };
  return {
    ledger,
    pool,
    consolePool,
    openings,
    store,
    snapshots,
    checker,
    damage,
    faults,
    createProjector,
    dispose,
    /** As the administrator of the database, past row-level security. */
    sql: fixture.sql,
    async append({ entries, openings: texts, envelopes }: History, from = 0, to = entries.length) {
      for (const { digest, tenant, secret, version, sealed } of envelopes) {
        await pool.query(
          "INSERT INTO keyservice.envelope VALUES ($1, $2, $3, $4, $5, now()) ON CONFLICT DO NOTHING",
          [digest, tenant, secret, version, sealed],
        );
      }
      for (const { tenant, commitment, ...opening } of texts) {
        await openings.save(tenant, { [commitment]: opening });
      }
      const batch = entries.slice(from, to).map((it) => ledger.append(encodeEntry(it)));
      await Promise.all(batch);
    },
    /** Projects all there is, with a projector of its own. */
    async project() {
      const projector = createProjector();
      projector.start();
      await projector.reached(ledger.head().size - 1, 30_000);
      await projector.stop();
    },
  };
}

export type ProjectionRoom = Awaited<ReturnType<typeof createProjectionRoom>>;

/** A room that goes with the test that made it. */
export async function createOwnRoom(): Promise<ProjectionRoom> {
  const room = await createProjectionRoom();
  onTestFinished(() => room.dispose());
  return room;
}

function asConsole(url: string): string {
  const { name, password } = inject("postgres").roles.console;
  const address = new URL(url);
  address.username = name;
  address.password = password;
  return address.href;
}
