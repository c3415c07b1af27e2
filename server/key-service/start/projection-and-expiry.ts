import { createPool } from "../../db/pool.ts";
import { startSweep } from "../decisions/application/sweep.ts";
import { Checker } from "../ledger/application/checker.ts";
import { Projector } from "../ledger/application/projector.ts";
import { startUpkeep } from "../ledger/application/upkeep.ts";
import { PostgresCheckedDatabase } from "../ledger/projection/infrastructure/postgres-checked-database.ts";
import { PostgresProjectionStore } from "../ledger/projection/infrastructure/postgres-projection-store.ts";
import type { DraftStore } from "../statements/infrastructure/draft-store.ts";
import { OpeningStore } from "../statements/infrastructure/opening-store.ts";
import type { Foundation, Pool } from "./foundation.ts";
import type { OpenedPath } from "./open-command-path.ts";
import type { History } from "./open-history.ts";
import type { Vitals } from "./watch-vitals.ts";

export type Projection = {
  readonly pool: Pool;
  readonly store: PostgresProjectionStore;
  readonly openings: OpeningStore;
  readonly projector: Projector;
};

/** One each for the projector, the checker, and a repair. */
const UPKEEP_CONNECTIONS = 3;

/**
 * Writes the tables that everybody reads, once it is started. On connections of its own, so that a rebuild of
 * everything takes none from a release.
 */
export function createProjection(
  { config, reports, closing }: Foundation,
  { ledger }: History,
): Projection {
  const pool = createPool({
    url: config.databaseUrl,
    application: "countersign-upkeep",
    maxConnections: UPKEEP_CONNECTIONS,
  });
  closing.add(() => pool.end());
  const store = new PostgresProjectionStore(pool);
  // What does not open is left out here; the checker, which reads every opening, reports it.
  const openings = new OpeningStore(pool, () => {});
  const projector = new Projector({
    ledger,
    store,
    openings,
    onFault: (error) => reports.fault(error),
    onDamage: (what) => reports.tampering.found(what, false),
  });
  return { pool, store, openings, projector };
}

/** Starts the projector and the checker. */
export function startProjectionUpkeep(
  { log, config, reports, closing }: Foundation,
  { ledger, snapshots }: History,
  { pool, store, openings, projector }: Projection,
  checked: Vitals["checked"],
): void {
  const database = new PostgresCheckedDatabase(pool);
  const upkeep = startUpkeep({
    projector,
    checker: new Checker({ ledger, database, store, openings, snapshots }),
    verifyFully: () => ledger.verifyFully(() => {}),
    everySeconds: config.checkEverySeconds,
    onFound: reports.tampering.found,
    onChecked: ({ rowsCompared, found }) => {
      checked({ rowsCompared, found });
      log.info("checked", "What is stored was compared with the ledger.", {
        size: rowsCompared,
        count: found,
      });
    },
    onFault: reports.fault,
  });
  closing.add(() => upkeep.stop());
}

/** Starts what happens by time alone. */
export function startExpiry(
  { reports, closing }: Foundation,
  opened: OpenedPath,
  drafts: DraftStore,
): void {
  const { tampering, fault: onFault } = reports;
  const sweep = startSweep({ ...opened, tampering, drafts, onFault });
  closing.add(() => sweep.stop());
}
