import { mkdirSync } from "node:fs";
import { readDeskTls } from "../config/desk-tls.ts";
import type { KeyServiceConfig } from "../config/key-service-config.ts";
import { createPool } from "../db/pool.ts";
import { systemClock } from "../kernel/clock.ts";
import type { Log } from "../observability/log.ts";
import { startStatusListener } from "../observability/status-listener.ts";
import { DeskSessions } from "./desk/infrastructure/desk-sessions.ts";
import { StateFiles } from "./genesis/infrastructure/state-files.ts";
import { measuredKeys } from "./keys/application/measured-keys.ts";
import { openToken, refuseWeakKeys } from "./open-keys.ts";
import { Closing } from "./start/closing.ts";
import { Figures } from "./start/figures.ts";
import { openCommandPath } from "./start/open-command-path.ts";
import { openHistory } from "./start/open-history.ts";
import {
  createProjection,
  startExpiry,
  startProjectionUpkeep,
} from "./start/projection-and-expiry.ts";
import { Reports } from "./start/reports.ts";
import { serveCallers } from "./start/serve-callers.ts";
import { watchVitals } from "./start/watch-vitals.ts";
import { DraftStore } from "./statements/infrastructure/draft-store.ts";

export type KeyService = {
  readonly deskPort: number;
  /** Reads the desk's certificate and key again. @throws ConfigurationFault; the ones before stay in use then */
  readonly renewCertificate: () => void;
  /** Answers what runs, gives up the pen, takes a snapshot, closes token and database. */
  readonly stop: () => Promise<void>;
};

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
  const figures = new Figures();
  const keys = measuredKeys(await openToken(config.pkcs11), (operation, outcome, seconds) =>
    figures.hsmOperations.observe({ operation, outcome }, seconds),
  );
  const pool = createPool({ url: config.databaseUrl, application: "countersign-key-service" });
  const closing = new Closing();
  closing.add(() => pool.end());
  closing.add(() => keys.close());
  const reports = new Reports(log, clock, figures);
  const foundation = { config, log, clock, files, keys, pool, reports, figures, closing };
  try {
    await refuseWeakKeys(keys, (sentence) => log.warn("key-attributes", sentence));
    const history = await openHistory(foundation, standby);
    const sessions = new DeskSessions({ clock });
    const projection = createProjection(foundation, history);
    const { projector } = projection;
    const opened = openCommandPath(foundation, { history, projector, sessions });
    const { path } = opened;
    const vitals = watchVitals(foundation, { history, path, projector });
    startProjectionUpkeep(foundation, history, projection, vitals.checked);
    const drafts = new DraftStore(pool, reports.tampering.looked);
    startExpiry(foundation, opened, drafts);
    const callers = { history, path, sessions, drafts, vitals };
    const listener = await serveCallers(foundation, callers);
    if (config.statusPort !== null) {
      const { whyNotReady } = vitals;
      const at = { port: config.statusPort, whyNotReady, metrics: figures.metrics };
      const status = await startStatusListener(at);
      closing.add(() => status.stop());
    }
    return {
      deskPort: listener.port,
      renewCertificate: () => {
        if (config.desk.tls !== null) listener.renewTls(readDeskTls(config.desk.tls));
      },
      stop: () => closing.close(),
    };
  } catch (error) {
    await closing.close();
    throw error;
  }
}
