import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { toBase32 } from "@countersign/protocol/bytes";
import { toInstant } from "@countersign/protocol/instants";
import type { KeyServiceConfig } from "../config/key-service-config.ts";
import { createPool } from "../db/pool.ts";
import { systemClock } from "../kernel/clock.ts";
import { err } from "../kernel/result.ts";
import type { Log } from "../observability/log.ts";
import { startConsoleRpc } from "./console-rpc/console-rpc.ts";
import { CommandPath, type Recorded } from "./decisions/application/command-path.ts";
import { recordTampering } from "./decisions/application/record-tampering.ts";
import { RefusalBudget } from "./decisions/application/refusal-budget.ts";
import { startSweep } from "./decisions/application/sweep.ts";
import { TimeKeeper } from "./decisions/application/time-keeper.ts";
import type { GenesisDeclared } from "./decisions/domain/event.ts";
import type { State } from "./decisions/domain/state.ts";
import { IntakeKeys } from "./delivery/infrastructure/intake-keys.ts";
import { allHandlers } from "./desk/application/all-handlers.ts";
import { deviceKeyLookup } from "./desk/application/device-key-lookup.ts";
import { DeskSessions } from "./desk/infrastructure/desk-sessions.ts";
import {
  type AuthenticateDevice,
  createDeviceAuthentication,
} from "./desk/infrastructure/device-authentication.ts";
import { startPeopleListener } from "./desk/infrastructure/listener.ts";
import { readPageAssets } from "./desk/infrastructure/page-assets.ts";
import { performGenesis } from "./genesis/application/perform-genesis.ts";
import { StateFiles } from "./genesis/infrastructure/state-files.ts";
import { Checker } from "./ledger/application/checker.ts";
import { loadFold } from "./ledger/application/load-fold.ts";
import { Projector } from "./ledger/application/projector.ts";
import { Snapshots } from "./ledger/application/snapshot.ts";
import { Snapshotter } from "./ledger/application/snapshotter.ts";
import { startUpkeep } from "./ledger/application/upkeep.ts";
import { PostgresLedger } from "./ledger/infrastructure/postgres-ledger.ts";
import { penLease } from "./ledger/infrastructure/timing.ts";
import { PostgresCheckedDatabase } from "./ledger/projection/infrastructure/postgres-checked-database.ts";
import { PostgresProjectionStore } from "./ledger/projection/infrastructure/postgres-projection-store.ts";
import { PostgresSnapshotStore } from "./ledger/projection/infrastructure/postgres-snapshot-store.ts";
import { listenerLog, logFault, logNoKeys } from "./log-adapters.ts";
import { LOG_KEY, openToken, RELEASE_KEY, refuseLeakyToken, refuseWeakKeys } from "./open-keys.ts";
import type { RegistrationPolicy } from "./roster/infrastructure/attestation.ts";
import { createReadCurrentValue } from "./secrets/application/read-current-value.ts";
import { createStageValue, createWhyValueMissing } from "./secrets/application/stage-value.ts";
import { DataKeyCache } from "./secrets/envelope/infrastructure/data-key-cache.ts";
import { EnvelopeStore } from "./secrets/infrastructure/envelope-store.ts";
import { trustedProviders } from "./sessions/application/trusted-providers.ts";
import { boundedGet } from "./sessions/infrastructure/bounded-get.ts";
import { Drafter } from "./statements/application/drafter.ts";
import { Signing } from "./statements/application/sign-drafts.ts";
import { DraftStore } from "./statements/infrastructure/draft-store.ts";
import { OpeningStore } from "./statements/infrastructure/opening-store.ts";

export type KeyService = {
  readonly deskPort: number;
  /** Answers what runs, gives up the pen, takes a snapshot, closes token and database. */
  readonly stop: () => Promise<void>;
};

const WITNESS_DEADLINE_MS = 10_000;

/**
 * Puts the key service together and starts it: token, ledger, fold, listeners, in this order, each
 * proven before the next.
 *
 * @param standby where another process holds the pen: waits for it until aborted
 * @throws with a sentence that says what to do, where anything it stands on is missing or not as it was
 */
export async function startKeyService(
  config: KeyServiceConfig,
  log: Log,
  standby: AbortSignal,
): Promise<KeyService> {
  const clock = systemClock;
  mkdirSync(config.stateDir, { recursive: true, mode: 0o700 });
  const files = new StateFiles(config.stateDir, config.peopleFile);
  const keys = await openToken(config.pkcs11);
  const pool = createPool({ url: config.databaseUrl, application: "countersign-key-service" });
  const closing: (() => Promise<unknown>)[] = [() => pool.end(), () => keys.close()];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    await refuseWeakKeys(keys, (sentence) => log.warn("key-attributes", sentence));
    const origin = files.ledgerOrigin();
    const logPublicKey = await keys.publicKey(LOG_KEY);
    const signCheckpoint = (digest: Buffer) => keys.sign(LOG_KEY, digest);
    // Until there is a fold, a fault ends the start.
    let recoverFrom = (_fault: unknown) => {};
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
        onFault: (fault) => {
          log.error("ledger-fault", fault.message, { reason: fault.reason });
          recoverFrom(fault);
        },
      },
      standby,
    );
    closing.push(() => ledger.close());

    const openings = new OpeningStore(pool, (what) => reportTampering(what));
    if (ledger.head().size === 0) {
      await performGenesis({
        config,
        keys,
        ledger,
        openings,
        files,
        origin,
        logPublicKey,
        now: toInstant(clock.wall()),
      });
      log.info("genesis", "The development genesis is done: two tenants and their people.");
    }
    const snapshots = new Snapshots({
      store: new PostgresSnapshotStore(pool),
      key: { origin, publicKey: logPublicKey, sign: signCheckpoint },
      onRefused: (size, reason) => log.warn("snapshot-refused", reason, { size }),
    });
    let snapshotSize = 0;
    const fold = (): Promise<State> =>
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
    refuseLeakyToken(keys, genesis.mode);
    const snapshotter = new Snapshotter(
      {
        ledger,
        snapshots,
        onFailed: () => log.warn("snapshot-failed", "A snapshot could not be taken."),
      },
      snapshotSize,
    );
    closing.push(() => snapshotter.stop());

    const sessions = new DeskSessions({ clock });
    const refusals = new RefusalBudget(clock);
    const path = new CommandPath(state, {
      ledger,
      time: new TimeKeeper(clock, () => ledger.newestWitnessTime()),
      refusals,
      rebuild: async () => {
        await ledger.reopen();
        return fold();
      },
      onRecovery: (outcome, cause) => {
        const reason = cause instanceof Error ? cause.message : "unknown";
        if (outcome === "recovered")
          log.warn("recovered", "The ledger was read again from the disk.", { reason });
        else
          log.error("recovery-failed", "The ledger cannot be read yet; it is tried again.", {
            reason,
          });
      },
      onRecorded: (recorded) => onRecorded(recorded),
    });
    recoverFrom = (fault) => path.recoverFrom(fault);
    const onRecorded = ({ events }: Recorded) => {
      snapshotter.consider();
      projector.wake();
      for (const event of events) {
        if (event.type === "KeyEnrolled") files.markEnrolled(event.person);
        if (event.type === "PersonRevoked") sessions.endAllOf(event.person);
        if (event.type === "KeyRevoked" || event.type === "KeyLocked") {
          const key = path.state.keys.get(event.credential);
          if (key !== undefined) sessions.endAllOf(key.person);
        }
      }
    };
    const reportTampering = (
      what: string,
      correlation = toBase32(randomBytes(10)),
      repaired = false,
    ) => {
      log.error("tampering", "Something stored is not what the ledger records.", {
        reason: what,
        correlationId: correlation,
      });
      void recordTampering(path, correlation, { type: "TamperingFound", what, repaired });
    };

    const store = new PostgresProjectionStore(pool);
    const projector = new Projector({
      ledger,
      store,
      openings,
      onFault: (error) => logFault(log, error),
      onDamage: (what) => reportTampering(what),
    });
    const upkeep = startUpkeep({
      projector,
      checker: new Checker({
        ledger,
        database: new PostgresCheckedDatabase(pool),
        store,
        openings,
        snapshots,
      }),
      verifyFully: () => ledger.verifyFully(() => {}),
      everySeconds: config.checkEverySeconds,
      onFound: (what, repaired) => reportTampering(what, undefined, repaired),
      onChecked: ({ rowsCompared, found }) =>
        log.info("checked", "What is stored was compared with the ledger.", {
          size: rowsCompared,
          count: found,
        }),
      onFault: (error) => logFault(log, error),
    });
    closing.push(() => upkeep.stop());

    const drafts = new DraftStore(pool, (what) => reportTampering(what));
    const envelopes = new EnvelopeStore(pool);
    const intake = new IntakeKeys({ keys, releaseKey: RELEASE_KEY, clock });
    const dataKeys = new DataKeyCache({ clock, maxAgeMs: 60_000, maxEntries: 10_000 });
    const readCurrentValue = createReadCurrentValue({
      keys,
      dataKeys,
      envelopes,
      onTampering: reportTampering,
    });
    const stageValueFor = createStageValue({ keys, intake, envelopes });
    const { rpId, origin: deskOrigin } = config.desk;
    const drafter = new Drafter({ path, ledger, openings, drafts });
    const whyValueMissing = createWhyValueMissing(envelopes);
    const signing = new Signing({ path, drafts, openings, rpId, deskOrigin, whyValueMissing });
    const parts = { path, drafter, signing, drafts, openings, clock, rpId, deskOrigin };

    const sweep = startSweep({ path, refusals, drafts, onFault: (error) => logFault(log, error) });
    closing.push(() => sweep.stop());

    const open = {
      path,
      ledger,
      keys,
      releaseKey: RELEASE_KEY,
      readCurrentValue,
      witnessDeadlineMs: WITNESS_DEADLINE_MS,
    };
    const listener = await startPeopleListener({
      host: config.desk.host,
      port: config.desk.port,
      deskOrigin,
      assets: await readPageAssets(config.desk.pageDir),
      handlers: allHandlers({
        ...parts,
        ledger,
        open,
        stageValueFor,
        intake,
        console: config.singleSignOn.console,
        readCurrentValue,
        registration: registrationPolicy(genesis),
      }),
      authenticateDevice: authenticateInTime(
        path,
        createDeviceAuthentication({ clock, lookup: deviceKeyLookup(path) }),
      ),
      sessions,
      log: listenerLog(log),
      notReady: () => (path.available ? null : "The ledger is being read again."),
      tls: null,
    });
    closing.push(() => listener.stop());

    const rpc = await startConsoleRpc(
      {
        ...parts,
        ledger,
        credential: genesis.consoleCredential,
        stageGenerated: stageValueFor(null),
        tokens: trustedProviders(genesis, config.singleSignOn.identityProviders, {
          clock,
          get: boundedGet,
          onFailed: (error) => logNoKeys(log, error),
          warn: (sentence) => log.warn("identity-provider", sentence),
        }),
        onFault: (error) => logFault(log, error),
      },
      config.rpcSocket,
    );
    closing.push(() => rpc.stop());
    return { deskPort: listener.port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Production demands attested models; until an operator names some, nobody enrols. */
function registrationPolicy({ mode }: GenesisDeclared): RegistrationPolicy {
  return mode === "development" ? { mode } : { mode, roots: [], aaguids: [] };
}

/**
 * With a clock that cannot be trusted nobody's enrolment can be judged: callers are told of the clock, which
 * an administrator must set, and not that they are not enrolled, which sends them to log in again.
 */
function authenticateInTime(
  path: Pick<CommandPath, "now">,
  authenticate: AuthenticateDevice,
): AuthenticateDevice {
  return async (call) => {
    const caller = await authenticate(call);
    const now = path.now(); // Asked last: the clock may jump in between.
    return now.ok ? caller : err(now.error);
  };
}
