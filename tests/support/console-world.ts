import { draftId } from "@countersign/protocol/ids";
import { toInstant } from "@countersign/protocol/instants";
import { tenantId } from "@countersign/protocol/names";
import { cookieName } from "../../server/console/http/cookies.ts";
import { createContext } from "../../server/console/http/create-context.ts";
import { providerHealth } from "../../server/console/identity-provider/provider-health.ts";
import { KeyServiceClient } from "../../server/console/key-service-client/key-service-client.ts";
import { LiveHub } from "../../server/console/live/live-hub.ts";
import { SessionStore } from "../../server/console/sessions/infrastructure/session-store.ts";
import { completeSignIn } from "../../server/console/sign-in/complete-sign-in.ts";
import { newSessionSecret, sessionDigest } from "../../server/console/sign-in/session-secret.ts";
import { type ConsoleParts, costlyAnswers } from "../../server/console/trpc/context.ts";
import { createCaller } from "../../server/console/trpc/procedure.ts";
import { appRouter } from "../../server/console/trpc/root.ts";
import { ChangeListener } from "../../server/db/change-listener.ts";
import { ConsoleDatabase } from "../../server/db/console-database.ts";
import { systemClock } from "../../server/kernel/clock.ts";
import { createLog } from "../../server/observability/log.ts";
import { type Installation, startInstallation } from "./installation.ts";
import type { TestPerson } from "./people.ts";
import { CONSOLE_ORIGIN, type SingleSignOn, startSingleSignOn } from "./single-sign-on.ts";
import { type Cast, enrolCast } from "./story.ts";
import type { TestDatabase } from "./test-database.ts";

const callerOf = createCaller(appRouter);
export type Caller = ReturnType<typeof callerOf>;

/** The console's own code on real parts: key service, database as its own role, identity provider. No Next. */
export type ConsoleWorld = {
  readonly installation: Installation;
  readonly sso: SingleSignOn;
  readonly cast: Cast;
  readonly parts: ConsoleParts;
  /** Token, row, signature at the desk. Returns the session's secret. */
  signIn(person: TestPerson): Promise<string>;
  /** Calls as the browser that holds this secret; null without one. */
  as(secret: string | null, options?: { active?: boolean; parts?: Partial<ConsoleParts> }): Caller;
  /** Until the lists show everything that the ledger has. */
  settled(): Promise<void>;
  stop(): Promise<void>;
};

export async function startConsoleWorld(
  options: {
    readonly database?: TestDatabase;
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<ConsoleWorld> {
  const sso = await startSingleSignOn();
  const environment = { ...sso.environment, ...options.environment };
  const installation = await startInstallation({ ...options, environment });
  const cast = await enrolCast(installation);
  const world = consoleOf({ installation, sso, cast });
  return {
    ...world,
    async stop() {
      await world.stop();
      await installation.stop();
      await sso.stop();
    },
  };
}

/** A console before an installation that runs already. `stop` ends the console alone. */
export function consoleOf({
  installation,
  sso,
  cast,
}: Pick<ConsoleWorld, "installation" | "sso" | "cast">): ConsoleWorld {
  const database = new ConsoleDatabase({ url: installation.database.consoleUrl });
  const keyService = new KeyServiceClient({
    socket: installation.rpcSocket,
    credential: installation.consoleCredential,
  });
  const live = new LiveHub(systemClock);
  const listener = new ChangeListener({
    url: installation.database.consoleUrl,
    application: "countersign-console-listener",
    onListening: () => live.listening(),
    onChange: (changed) => live.changed(changed),
    onLost: () => live.lost(),
  });
  listener.start();
  const parts: ConsoleParts = {
    database,
    sessions: new SessionStore(database),
    keyService,
    now: () => toInstant(systemClock.wall()),
    identityProviderAnswers: providerHealth(sso.idp.issuer, systemClock),
    log: createLog({ process: "console", write: () => undefined }),
    mailDomains: null,
    hasWebhook: false,
    costly: costlyAnswers(systemClock),
    live,
  };
  const settled = async () => {
    for (let tries = 0; tries < 400; tries++) {
      const head = await keyService.call("/console/v1/log/head", {});
      if (head.ok && (await projected(database)) >= head.value.size) return;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error("the projector did not catch up");
  };
  return {
    installation,
    sso,
    cast,
    parts,
    settled,
    async signIn(person) {
      const secret = newSessionSecret();
      const session = sessionDigest(secret);
      if (session === null) throw new Error("a fresh secret has a digest");
      const subject = person.name.split(" ")[0]?.toLowerCase() ?? "";
      const idToken = await sso.idp.idToken(subject, session);
      const { goTo, began } = await completeSignIn(parts, { secret, returnTo: "/" }, idToken);
      if (!began) throw new Error(`${person.name} could not sign in: ${goTo}`);
      // The desk's link ends with the draft's id.
      await person.mustSign([draftId.parse(new URL(goTo).pathname.split("/").at(-1))]);
      await settled();
      return secret;
    },
    as(secret, { active = false, parts: other = {} } = {}) {
      const headers = new Headers();
      if (secret !== null)
        headers.set("cookie", `${cookieName("session", CONSOLE_ORIGIN)}=${secret}`);
      if (active) headers.set("countersign-active", "1");
      return callerOf(
        createContext({ parts: { ...parts, ...other }, origin: CONSOLE_ORIGIN }, headers),
      );
    },
    async stop() {
      await listener.stop();
      await database.close();
    },
  };
}

/** How many entries the projector has read. Its cursor belongs to no tenant. */
async function projected(database: ConsoleDatabase): Promise<number> {
  const anyTenant = tenantId.parse("acme");
  const cursors = await database.withTenant(anyTenant, (tx) => tx.cursor.findMany());
  return Math.min(...cursors.map((it) => Number(it.nextIndex)));
}
