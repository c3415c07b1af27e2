import type { TenantId } from "@countersign/protocol/names";
import type { AttestationConfig } from "../../config/attestation-files.ts";
import { readDeskTls } from "../../config/desk-tls.ts";
import { err } from "../../kernel/result.ts";
import { startConsoleRpc } from "../console-rpc/console-rpc.ts";
import type { CommandPath } from "../decisions/application/command-path.ts";
import type { GenesisDeclared } from "../decisions/domain/event.ts";
import { IntakeKeys } from "../delivery/infrastructure/intake-keys.ts";
import { allHandlers } from "../desk/application/all-handlers.ts";
import { deviceKeyLookup } from "../desk/application/device-key-lookup.ts";
import type { DeskSessions } from "../desk/infrastructure/desk-sessions.ts";
import {
  type AuthenticateDevice,
  createDeviceAuthentication,
} from "../desk/infrastructure/device-authentication.ts";
import { type PeopleListener, startPeopleListener } from "../desk/infrastructure/listener.ts";
import { readPageAssets } from "../desk/infrastructure/page-assets.ts";
import { recordedKek } from "../genesis/application/recorded-keys.ts";
import { requireKek } from "../keys/application/prove-tenant-keks.ts";
import { listenerLog, logConsoleCall, logNoKeys } from "../log-adapters.ts";
import { RELEASE_KEY } from "../open-keys.ts";
import type { RegistrationPolicy } from "../roster/infrastructure/attestation.ts";
import {
  createAskForRow,
  createReadCurrentValue,
} from "../secrets/application/read-current-value.ts";
import { createStageValue, createWhyValueMissing } from "../secrets/application/stage-value.ts";
import { ValueKeyCache } from "../secrets/envelope/infrastructure/value-key-cache.ts";
import { EnvelopeStore } from "../secrets/infrastructure/envelope-store.ts";
import { trustedProviders } from "../sessions/application/trusted-providers.ts";
import { boundedGet } from "../sessions/infrastructure/bounded-get.ts";
import { Drafter } from "../statements/application/drafter.ts";
import { Signing } from "../statements/application/sign-drafts.ts";
import type { DraftStore } from "../statements/infrastructure/draft-store.ts";
import { startWorkloadDoor } from "../workloads/start-workload-door.ts";
import type { Foundation } from "./foundation.ts";
import type { History } from "./open-history.ts";
import type { Vitals } from "./watch-vitals.ts";

const WITNESS_DEADLINE_MS = 10_000;
const VALUE_KEYS = { maxAgeMs: 60_000, maxEntries: 10_000 };

export type Callers = {
  readonly history: History;
  readonly path: CommandPath;
  readonly sessions: DeskSessions;
  readonly drafts: DraftStore;
  readonly vitals: Vitals;
};

/** Opens the doors: the desk and the people-API, then the console's socket. */
export async function serveCallers(
  { config, log, clock, keys, pool, reports, figures, closing }: Foundation,
  { history, path, sessions, drafts, vitals }: Callers,
): Promise<PeopleListener> {
  const { ledger, openings, genesis } = history;
  // All at once: while one answers what runs, none takes anything new.
  const doors: (() => Promise<void>)[] = [];
  closing.add(() => Promise.all(doors.map((stop) => stop())));
  const { rpId, origin: deskOrigin } = config.desk;

  const envelopes = new EnvelopeStore(pool);
  const intake = new IntakeKeys({ keys, releaseKey: RELEASE_KEY, clock });
  const valueKeys = new ValueKeyCache({ clock, ...VALUE_KEYS });
  const onLook = reports.tampering.looked;
  const readCurrentValue = createReadCurrentValue({ keys, valueKeys, envelopes, onLook });
  const kekOf = (tenant: TenantId) => requireKek(keys, recordedKek(genesis, tenant));
  const stageValueFor = createStageValue({ keys, intake, envelopes, kekOf });
  const whyValueMissing = createWhyValueMissing(envelopes);
  const drafter = new Drafter({ path, ledger, openings, drafts });
  const signing = new Signing({
    path,
    ledger,
    drafts,
    openings,
    rpId,
    deskOrigin,
    whyValueMissing,
  });
  const parts = { path, drafter, signing, drafts, openings, clock, rpId, deskOrigin };
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
      onLook,
      open,
      witnessQuorum: config.witnessQuorum,
      stageValueFor,
      intake,
      console: config.singleSignOn.console,
      readCurrentValue,
      registration: registrationPolicy(genesis, config.attestation),
    }),
    authenticateDevice: authenticateInTime(
      path,
      createDeviceAuthentication({ clock, lookup: deviceKeyLookup(path) }),
    ),
    sessions,
    log: listenerLog(log, figures),
    notReady: vitals.whyNotReady,
    tls: config.desk.tls === null ? null : readDeskTls(config.desk.tls),
  });
  doors.push(() => listener.stop());

  const rpc = await startConsoleRpc(
    {
      ...parts,
      ledger,
      status: vitals.status,
      credential: genesis.consoleCredential,
      stageGenerated: stageValueFor(null),
      tokens: trustedProviders(genesis, config.singleSignOn.identityProviders, {
        clock,
        get: boundedGet,
        onFailed: (error) => logNoKeys(log, error),
        warn: (sentence) => log.warn("identity-provider", sentence),
      }),
      onFault: reports.fault,
      onAnswered: (line) => {
        const outcome = line.code ?? "answered";
        figures.consoleCalls.observe({ path: line.path, outcome }, line.durationMs / 1000);
        logConsoleCall(log, line);
      },
    },
    config.rpcSocket,
  );
  doors.push(() => rpc.stop());
  if (config.gatewaySocket !== undefined) {
    const askForRow = createAskForRow(envelopes);
    const door = { path, ledger, askForRow, readCurrentValue, onFault: reports.fault };
    const { stop, count } = await startWorkloadDoor(door, config.gatewaySocket);
    doors.push(stop);
    vitals.countGateways(count);
  }
  return listener;
}

/** Production enrols attested models that the operator allows, and without any nobody. */
function registrationPolicy(
  { mode }: GenesisDeclared,
  attestation: AttestationConfig | null,
): RegistrationPolicy {
  return mode === "development"
    ? { mode }
    : { mode, ...(attestation ?? { roots: [], aaguids: [] }) };
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
