import { createHash, randomBytes } from "node:crypto";
import type { ConsoleApiOutput } from "@countersign/protocol/console-api";
import { toInstant } from "@countersign/protocol/instants";
import { Proven } from "../../observability/proven.ts";
import type { CommandPath } from "../decisions/application/command-path.ts";
import type { Projector } from "../ledger/application/projector.ts";
import { LOG_KEY } from "../open-keys.ts";
import { isLive } from "../sessions/domain/open-sessions.ts";
import type { Foundation } from "./foundation.ts";
import type { History } from "./open-history.ts";

export type ServiceStatus = ConsoleApiOutput<"/console/v1/status">;

export type Vitals = {
  /** Null when the service can decide and release; otherwise one sentence that says what is missing. */
  readonly whyNotReady: () => Promise<string | null>;
  readonly status: () => Promise<ServiceStatus>;
  /** Tells of a check that came to its end. */
  readonly checked: (report: { readonly rowsCompared: number; readonly found: number }) => void;
  /** Names who counts the gateways, once there is a door for them. */
  readonly countGateways: (count: () => { connected: number; underWay: number }) => void;
};

/** How the service and what it stands on are: for `/readyz`, for the console's status page, and as gauges. */
export function watchVitals(
  { config, clock, keys, pool, figures }: Foundation,
  of: { readonly history: History; readonly path: CommandPath; readonly projector: Projector },
): Vitals {
  const { ledger } = of.history;
  const startedAt = toInstant(clock.wall());
  const token = new Proven(
    () => keys.sign(LOG_KEY, createHash("sha256").update(randomBytes(32)).digest()),
    clock,
  );
  const database = new Proven(() => pool.query("SELECT 1"), clock);
  let lastCheck: ServiceStatus["lastCheck"] = null;
  let gateways: (() => { connected: number; underWay: number }) | null = null;

  const witnessAge = (): number | null => {
    const time = ledger.newestWitnessTime();
    return time === null ? null : Math.max(0, (clock.wall() - time.timestampSeconds * 1000) / 1000);
  };
  const newestWitnessed = () => {
    const checkpoint = ledger.witnessedCheckpoint();
    const ageSeconds = witnessAge();
    return checkpoint === null || ageSeconds === null
      ? null
      : { size: checkpoint.size, ageSeconds };
  };
  const openSessions = (): number => {
    const now = toInstant(clock.wall());
    let count = 0;
    for (const [session, tenant] of of.path.state.openSessions) {
      const found = of.path.state.tenants.get(tenant)?.sessions.get(session);
      if (found !== undefined && isLive(found, now)) count += 1;
    }
    return count;
  };

  const { metrics } = figures;
  const gauge = metrics.gauge.bind(metrics);
  gauge("countersign_ledger_entries", "Size of the ledger.", () => ledger.head().size);
  gauge(
    "countersign_ledger_queue_entries",
    "Entries that are not durable yet.",
    () => ledger.vitals().queued,
  );
  gauge(
    "countersign_ledger_pen_fence",
    "Grows when a process takes the pen.",
    () => ledger.vitals().fence,
  );
  gauge(
    "countersign_ledger_available",
    "1 while entries can be written, 0 while the ledger is read again.",
    () => (of.path.available ? 1 : 0),
  );
  gauge(
    "countersign_witnessed_entries",
    "Size of the newest checkpoint that a quorum of witnesses cosigned.",
    () => newestWitnessed()?.size ?? null,
  );
  gauge(
    "countersign_witness_age_seconds",
    "Age of the newest time that a quorum of witnesses signed. Beyond 900 nothing is released to workloads.",
    witnessAge,
  );
  gauge(
    "countersign_projection_behind_entries",
    "Durable entries that lists do not show yet.",
    () => of.projector.status.behind,
  );
  gauge(
    "countersign_projection_failures",
    "Attempts to write projections that failed since the last that worked.",
    () => of.projector.status.failures,
  );
  gauge("countersign_hsm_reachable", "1 while the HSM signs.", async () =>
    (await token.now()).isThere ? 1 : 0,
  );
  gauge("countersign_database_reachable", "1 while the database answers.", async () =>
    (await database.now()).isThere ? 1 : 0,
  );
  gauge("countersign_console_sessions", "Sessions of the console that are open.", openSessions);
  gauge(
    "countersign_gateways_connected",
    "Gateways that were welcomed and are connected.",
    () => gateways?.().connected ?? null,
  );
  gauge(
    "countersign_gateway_fetches_under_way",
    "Fetches that gateways wait for.",
    () => gateways?.().underWay ?? null,
  );

  return {
    whyNotReady: async () => {
      const [hsm, rows] = await Promise.all([token.now(), database.now()]);
      if (!rows.isThere) return "The database does not answer.";
      if (!hsm.isThere) return "The HSM does not answer.";
      return of.path.available ? null : "The ledger is being read again.";
    },
    status: async () => {
      const hsm = await token.now();
      const { state, behind } = of.projector.status;
      return {
        at: toInstant(clock.wall()),
        startedAt,
        hsm: { isReachable: hsm.isThere, latencyMs: hsm.latencyMs },
        ledger: { isAvailable: of.path.available, size: ledger.head().size, ...ledger.vitals() },
        witnesses: {
          asked: config.witnesses.length,
          quorum: config.witnessQuorum,
          newest: newestWitnessed(),
        },
        projection: { state, behind },
        lastCheck,
        gateways: gateways?.().connected ?? null,
      };
    },
    checked: ({ rowsCompared, found }) => {
      lastCheck = { at: toInstant(clock.wall()), rowsCompared, found };
      figures.checks.add({});
      figures.findings.add({}, found);
    },
    countGateways: (count) => {
      gateways = count;
    },
  };
}
