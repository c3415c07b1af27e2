import { toInstant } from "@countersign/protocol/instants";
import { type ConsoleConfig, loadConsoleConfig, tellNextAuth } from "../config/console-config.ts";
import { loadNotificationsConfig } from "../config/notifications-config.ts";
import { ChangeListener } from "../db/change-listener.ts";
import { ConsoleDatabase } from "../db/console-database.ts";
import { systemClock } from "../kernel/clock.ts";
import { createLog } from "../observability/log.ts";
import { providerHealth } from "./identity-provider/provider-health.ts";
import { KeyServiceClient } from "./key-service-client/key-service-client.ts";
import { theLiveHub } from "./live/live-hub.ts";
import { startNotifications } from "./notifications/start-notifications.ts";
import { SessionStore } from "./sessions/infrastructure/session-store.ts";
import { type ConsoleParts, costlyAnswers } from "./trpc/context.ts";

export type Console = {
  readonly config: ConsoleConfig;
  readonly parts: ConsoleParts;
  /** Whether it can serve: its database answers. Without the key service it still shows what was recorded. */
  readonly isReady: () => Promise<boolean>;
};

const KEPT = Symbol.for("countersign.console");
const FORGET_EVERY_MS = 10 * 60_000;

/**
 * The one console of this process, made at the first call. Next bundles each route by itself, so that a module's own
 * variable would be one for each route.
 *
 * @throws ConfigurationFault naming every variable that is wrong
 */
export function theConsole(): Console {
  // Only this file writes the property, so its type is known.
  const realm = globalThis as { [KEPT]?: Console };
  realm[KEPT] ??= makeConsole(loadConsoleConfig());
  return realm[KEPT];
}

function makeConsole(config: ConsoleConfig): Console {
  tellNextAuth(config);
  const log = createLog({ process: "console" });
  const database = new ConsoleDatabase({ url: config.databaseUrl });
  const sessions = new SessionStore(database);
  const now = () => toInstant(systemClock.wall());
  setInterval(() => {
    sessions.forgetExpired(now()).catch(() => {
      log.warn("forget-failed", "Sessions that are over could not be forgotten yet.");
    });
  }, FORGET_EVERY_MS).unref();
  const live = theLiveHub();
  new ChangeListener({
    url: config.databaseUrl,
    application: "countersign-console-listener",
    onListening: () => live.listening(),
    onChange: (changed) => live.changed(changed),
    onLost: () => {
      live.lost();
      log.warn(
        "changes-unheard",
        "The database does not tell of changes now. Pages ask meanwhile.",
      );
    },
  }).start();
  const notifications = loadNotificationsConfig();
  const parts: ConsoleParts = {
    database,
    sessions,
    keyService: new KeyServiceClient({
      socket: config.rpcSocket,
      credential: config.rpcCredential,
    }),
    now,
    identityProviderAnswers: providerHealth(config.identityProvider.issuer, systemClock),
    log,
    mailDomains: notifications.mail?.domains ?? null,
    hasWebhook: notifications.webhook !== null,
    costly: costlyAnswers(systemClock),
    live,
  };
  startNotifications(parts, { ...notifications, origin: config.origin });
  return { config, parts, isReady: () => database.answers() };
}
