import type { PeopleApiOutput } from "@countersign/protocol/people-api";
import type { DigestWords } from "@countersign/protocol/words";
import type { Context } from "../context.ts";
import type { PeopleClient } from "../service/people-client.ts";
import { type DeviceKey, publicBytes } from "../state/login-file.ts";
import { Stop } from "../stop.ts";
import { deviceKeyWords, signDeviceLogin } from "./device-login-proof.ts";
import { listenForRedirect } from "./loopback-listener.ts";

export type Enrolled = Extract<
  PeopleApiOutput<"/people/v1/device-logins/finish">,
  { status: "enrolled" }
>;

type Enrolment = {
  readonly context: Context;
  readonly client: PeopleClient;
  readonly deviceKey: DeviceKey;
  readonly label: string;
  /** Shows link and words; called once, before anything waits. */
  readonly show: (link: string, words: DigestWords) => void;
};

/** Longer than a draft at the desk lives. */
const PATIENCE_MS = 15 * 60_000;
const POLL_MS = 1500;
/** A page or program of this machine that sends codes in a loop ends the login; it cannot guess one. */
const MAX_WRONG_CODES = 5;

/**
 * With a browser on this machine: the desk redirects it to a port of ours with a code that only the
 * browser in which the person signed has seen, so a link sent to somebody else enrols nothing.
 */
export async function enrolWithBrowser(of: Enrolment): Promise<Enrolled> {
  const { context, client, deviceKey } = of;
  let login = "";
  let wrongCodes = 0;
  let settle: { done: (enrolled: Enrolled) => void; fail: (error: unknown) => void };
  const outcome = new Promise<Enrolled>((done, fail) => {
    settle = { done, fail };
  });
  const listener = await listenForRedirect(async (code) => {
    try {
      const finished = await finish(client, deviceKey, login, code);
      if (finished.status !== "enrolled") return false;
      settle.done(finished);
      return true;
    } catch (error) {
      // A wrong code is somebody else's noise; anything else ends the login.
      if (
        error instanceof Stop &&
        (error.code === "not-found" || error.code === "malformed" || error.code === "not-allowed")
      ) {
        wrongCodes += 1;
        if (wrongCodes >= MAX_WRONG_CODES) settle.fail(disturbed());
        return false;
      }
      settle.fail(error);
      throw error;
    }
  });
  const patience = new AbortController();
  try {
    const begun = await begin(of, listener.port);
    login = begun.login;
    const tooLong = context.world
      .pause(PATIENCE_MS, AbortSignal.any([context.world.interrupt, patience.signal]))
      .then((): never => {
        throw context.world.interrupt.aborted ? stopped() : nobodySigned();
      });
    return await Promise.race([outcome, tooLong]);
  } finally {
    patience.abort();
    await listener.close();
  }
}

/** Without one: the person types, at the desk, one of the words that this terminal shows. */
export async function enrolWithTypedWord(of: Enrolment): Promise<Enrolled> {
  const { context, client, deviceKey } = of;
  const { login } = await begin(of, null);
  const until = context.now() + PATIENCE_MS;
  while (context.now() < until) {
    const finished = await finish(client, deviceKey, login, null);
    if (finished.status === "enrolled") return finished;
    await context.world.pause(POLL_MS, context.world.interrupt);
    if (context.world.interrupt.aborted) throw stopped();
  }
  throw nobodySigned();
}

async function begin(of: Enrolment, loopbackPort: number | null) {
  const { client, deviceKey, label, show } = of;
  const words = await deviceKeyWords(publicBytes(deviceKey));
  const begun = await client.call("/people/v1/device-logins/begin", {
    publicKey: deviceKey.publicKey,
    label,
    loopbackPort,
  });
  requireDeskLink(begun.link, client.origin);
  show(begun.link, words);
  return begun;
}

async function finish(
  client: PeopleClient,
  deviceKey: DeviceKey,
  login: string,
  code: string | null,
) {
  const signature = await signDeviceLogin(deviceKey.key, login, code);
  return client.call("/people/v1/device-logins/finish", { login, code, signature });
}

/** @throws Stop `draft-differs`: a link to elsewhere would send the person to a page that is not the desk. */
export function requireDeskLink(link: string, deskOrigin: string): void {
  if (URL.canParse(link) && new URL(link).origin === new URL(deskOrigin).origin) return;
  throw new Stop(
    "draft-differs",
    `The service gave a link that does not lead to its desk at ${deskOrigin}. It is not shown.`,
    "Tell a security admin.",
  );
}

const disturbed = () =>
  new Stop(
    "ended",
    "Something on this machine keeps sending wrong codes to this login; it was ended.",
    "secrets login --no-browser",
  );
const stopped = () => new Stop("interrupted", "Stopped. Nothing was enrolled.", "secrets login");
const nobodySigned = () =>
  new Stop("ended", "Nobody enrolled this device within 15 minutes.", "secrets login");
