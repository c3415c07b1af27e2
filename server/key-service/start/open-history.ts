import { randomBytes } from "node:crypto";
import { toBase32 } from "@countersign/protocol/bytes";
import { toInstant } from "@countersign/protocol/instants";
import type { GenesisDeclared } from "../decisions/domain/event.ts";
import type { State } from "../decisions/domain/state.ts";
import { performGenesis } from "../genesis/application/perform-genesis.ts";
import { recordedKeys } from "../genesis/application/recorded-keys.ts";
import {
  refuseOtherInstallation,
  refuseUnfitInstallation,
} from "../genesis/application/refuse-unfit-installation.ts";
import { refuseOtherKeys } from "../keys/application/prove-service-keys.ts";
import { loadFold } from "../ledger/application/load-fold.ts";
import { Snapshots } from "../ledger/application/snapshot.ts";
import { Snapshotter } from "../ledger/application/snapshotter.ts";
import { PostgresLedger } from "../ledger/infrastructure/postgres-ledger.ts";
import { penLease } from "../ledger/infrastructure/timing.ts";
import { PostgresSnapshotStore } from "../ledger/projection/infrastructure/postgres-snapshot-store.ts";
import { LOG_KEY } from "../open-keys.ts";
import { OpeningStore } from "../statements/infrastructure/opening-store.ts";
import type { Foundation } from "./foundation.ts";
import { proveLogKey } from "./prove-log-key.ts";

export type History = {
  readonly ledger: PostgresLedger;
  readonly openings: OpeningStore;
  readonly snapshots: Snapshots;
  readonly snapshotter: Snapshotter;
  readonly state: State;
  readonly genesis: GenesisDeclared;
  /** Folds again what is on the disk. */
  readonly fold: () => Promise<State>;
};

/**
 * The ledger with its pen, and the state that its entries give; with a genesis where it has none yet.
 *
 * @param standby where another process holds the pen: waits for it until aborted
 * @throws LedgerFault, FoldFault, RangeError, Error: whatever keeps the history from being proven
 */
export async function openHistory(of: Foundation, standby: AbortSignal): Promise<History> {
  const { config, log, clock, files, keys, pool, reports, figures, closing } = of;
  const origin = files.ledgerOrigin();
  const logPublicKey = await proveLogKey(keys, origin, config.logVerifierKeyFile);
  const signCheckpoint = (digest: Buffer) => keys.sign(LOG_KEY, digest);
  const ledger = await PostgresLedger.open(
    {
      origin,
      logPublicKey,
      signCheckpoint,
      database: { connectionString: config.databaseUrl },
      checkpointFile: files.checkpoint,
      holder: `${process.pid}-${toBase32(randomBytes(5))}`,
      witnesses: { endpoints: config.witnesses, quorum: config.witnessQuorum },
      clock,
      timing: penLease(config.penStaleMs),
      onFault: reports.ledgerFault,
      onWitnessOutage: reports.witnessOutage,
      onDurable: (waitedMs) => figures.appends.observe({}, waitedMs / 1000),
    },
    standby,
  );
  closing.add(() => ledger.close());

  const openings = new OpeningStore(pool, reports.tampering.looked);
  if (ledger.head().size === 0) {
    const now = toInstant(clock.wall());
    const parts = { config, keys, ledger, openings, files, origin, logPublicKey, now };
    const mode = await performGenesis(parts);
    log.info(
      "genesis",
      `The ${mode} genesis is done. The enrolment links of the first people stand in ${config.peopleFile}.`,
    );
  } else if (config.genesis?.mode === "production") {
    log.warn(
      "genesis",
      "This ledger has its genesis: the genesis file is not read. Leave COUNTERSIGN_GENESIS out from now on.",
    );
  }

  const snapshots = new Snapshots({
    store: new PostgresSnapshotStore(pool),
    key: { origin, publicKey: logPublicKey, sign: signCheckpoint },
    onRefused: (size, reason) => log.warn("snapshot-refused", reason, { size }),
  });
  let snapshotSize = 0;
  const fold = () =>
    loadFold({
      ledger,
      snapshots,
      onProgress: ({ fromSnapshot }) => {
        snapshotSize = fromSnapshot;
      },
    });
  const state = await fold();
  const { genesis } = state;
  if (genesis === null) throw new Error("a ledger with entries begins with its genesis");
  refuseOtherInstallation(genesis, config);
  refuseUnfitInstallation(genesis.mode, config, keys.capabilities);
  await refuseOtherKeys(keys, recordedKeys(genesis));
  const onFailed = () => log.warn("snapshot-failed", "A snapshot could not be taken.");
  const snapshotter = new Snapshotter({ ledger, snapshots, onFailed }, snapshotSize);
  closing.add(() => snapshotter.stop());
  return { ledger, openings, snapshots, snapshotter, state, genesis, fold };
}
