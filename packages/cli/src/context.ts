import type { Environment } from "./environment.ts";
import { type LedgerStep, type LedgerWatch, watchLedger } from "./log/watch-ledger.ts";
import { notLoggedIn, openPeopleClient, type PeopleClient } from "./service/people-client.ts";
import { type DeviceKey, type Login, readLogin } from "./state/login-file.ts";
import { type Hello, readPin, requirePinned } from "./state/pinned-service.ts";
import type { StateDir } from "./state/state-dir.ts";
import type { Channel } from "./terminal/channel.ts";
import type { World } from "./world.ts";

/** What a command works with. */
export type Context = {
  readonly world: World;
  readonly environment: Environment;
  readonly state: StateDir;
  /** Results for people. Silent with `--json`. */
  readonly out: Channel;
  /** Progress, warnings and questions, on stderr. Silent with `--json`. */
  readonly say: Channel;
  readonly isJson: boolean;
  /** One JSON document on one line of stdout; nothing without `--json`. */
  readonly json: (document: unknown) => void;
  readonly now: () => number;
  /** While lines are being redrawn in place nothing else may be written between them. */
  readonly live: { active: boolean };
};

/** An enrolled device, a key service that is still the pinned one, and a ledger that still continues. */
export type Session = {
  readonly client: PeopleClient;
  readonly login: Login;
  readonly deviceKey: DeviceKey;
  readonly pin: Hello;
  readonly ledger: LedgerWatch;
  /** From the last checkpoint seen before this command to the newest one. */
  readonly step: LedgerStep;
};

/** Who is enrolled here. Asked before somebody types a value in vain. @throws Stop `not-logged-in` */
export function requireLogin(context: Context): Pick<Session, "login" | "deviceKey" | "pin"> {
  const found = readLogin(context.state);
  const pin = found === null ? null : readPin(context.state, found.login.origin);
  if (found === null || pin === null) throw notLoggedIn();
  return { ...found, pin };
}

/**
 * Opens the way to the key service: compares its keys with the pinned ones, then proves that its ledger
 * continues what this machine saw last. Nothing of the command has been sent before both held.
 * @throws Stop `not-logged-in`, `service-changed`, `log-differs`, or why nothing answered.
 */
export async function openSession(context: Context): Promise<Session> {
  const { login, deviceKey, pin } = requireLogin(context);
  const client = openPeopleClient({
    ...clientOptions(context, login.origin),
    signer: { device: login.device.device, key: deviceKey.key },
  });
  requirePinned(login.origin, pin, await client.call("/people/v1/hello", {}));
  const ledger = watchLedger({ client, pin, ...watchOptions(context) });
  const step = await ledger.advance();
  return { client, login, deviceKey, pin, ledger, step };
}

/** What each client of this run shares: clock, Ctrl-C, and a sign of life after a second. */
export function clientOptions(context: Context, origin: string) {
  return {
    origin,
    now: context.now,
    signal: context.world.interrupt,
    during: <T>(work: Promise<T>) => withSignOfLife(context, origin, work),
  };
}

/** What each watch of a ledger in this run shares. */
export function watchOptions({ state, now, world, say, live }: Context) {
  return {
    state,
    now,
    pause: (milliseconds: number) => world.pause(milliseconds, world.interrupt),
    interrupt: world.interrupt,
    onWait: () => {
      if (!live.active) say.line({ text: "… waiting for the witnesses to cosign", style: "quiet" });
    },
  };
}

async function withSignOfLife<T>(context: Context, origin: string, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => {
    if (!context.live.active) context.say.line({ text: `… waiting for ${origin}`, style: "quiet" });
  }, 1000);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
