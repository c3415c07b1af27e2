import { BoundedJsonError, type Json, parseBoundedJson } from "@countersign/protocol/bounded-json";
import { utf8 } from "@countersign/protocol/bytes";
import {
  PEOPLE_API,
  type PeopleApiInput,
  type PeopleApiOutput,
  type PeopleApiPath,
} from "@countersign/protocol/people-api";
import { problem } from "@countersign/protocol/refusals";
import { Stop, stopFromProblem } from "../stop.ts";
import { type Answer, postJson } from "./post-json.ts";
import { type DeviceSigner, signDeviceCall } from "./sign-device-call.ts";

/** Deep enough for a proposal with its openings; JSON beyond is refused before it is parsed (lesson L6). */
const ANSWER_LIMITS = { maxBytes: 4 * 1024 * 1024, maxDepth: 24 };

export type PeopleClient = {
  readonly origin: string;
  /**
   * Calls one procedure and checks the answer against its schema; answers with unknown members are
   * not understood. What the answer *claims* is still the service's word only.
   * @throws Stop with the service's refusal, or why no answer could be used.
   */
  call<P extends PeopleApiPath>(path: P, input: PeopleApiInput<P>): Promise<PeopleApiOutput<P>>;
};

export type ClientOptions = {
  readonly origin: string;
  /** Null before the device is enrolled: only procedures that need no proof can be called. */
  readonly signer: DeviceSigner | null;
  readonly now: () => number;
  readonly signal?: AbortSignal;
  readonly deadlineMs?: number;
  /** Runs around each call, to show that something takes long. */
  readonly during?: <T>(work: Promise<T>) => Promise<T>;
};

export function openPeopleClient(options: ClientOptions): PeopleClient {
  const { origin, signer, now, signal, deadlineMs } = options;
  const during = options.during ?? ((work) => work);
  return {
    origin,
    call: async (path, input) => {
      const body = utf8(JSON.stringify(input));
      const headers: Record<string, string> = {};
      if (PEOPLE_API[path].caller === "device") {
        if (signer === null) throw notLoggedIn();
        headers.authorization = await signDeviceCall(signer, { path, body, nowMs: now() });
      }
      const answer = await during(
        postJson({
          url: new URL(path, origin),
          body,
          headers,
          ...(signal === undefined ? {} : { signal }),
          ...(deadlineMs === undefined ? {} : { deadlineMs }),
        }),
      );
      return understand(path, answer, origin);
    },
  };
}

/** Many calls in a row spend what a device may ask in a while: then this waits, half a minute at most. */
const MOST_PAUSES = 30;

/** The same client for many small calls: where the service asks to come back later, it does. */
export function patient(
  client: PeopleClient,
  world: {
    readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
    readonly interrupt: AbortSignal;
  },
): PeopleClient {
  return {
    origin: client.origin,
    call: async (path, input) => {
      for (let paused = 0; ; paused += 1) {
        try {
          return await client.call(path, input);
        } catch (error) {
          const again = error instanceof Stop && error.code === "rate-limited";
          if (!again || paused === MOST_PAUSES) throw error;
          await world.pause(1000, world.interrupt);
          if (world.interrupt.aborted) throw new Stop("interrupted", "Stopped.");
        }
      }
    },
  };
}

export function notLoggedIn(): Stop {
  return new Stop(
    "not-logged-in",
    "This device is not enrolled with a key service yet.",
    "secrets login",
  );
}

function understand<P extends PeopleApiPath>(
  path: P,
  answer: Answer,
  origin: string,
): PeopleApiOutput<P> {
  const json = jsonOf(answer);
  if (answer.status === 200 && answer.contentType === "application/json") {
    const parsed = PEOPLE_API[path].output.safeParse(json);
    // The table is keyed by the path: what its schema for P accepts is the output of P.
    if (parsed.success) return parsed.data as PeopleApiOutput<P>;
    throw notUnderstood(origin, path, parsed.error.issues[0]?.path.join(".") ?? "");
  }
  const refused = problem.safeParse(json);
  if (refused.success && answer.status >= 400) throw stopFromProblem(refused.data);
  throw notUnderstood(origin, path, `HTTP status ${answer.status}`);
}

function jsonOf(answer: Answer): Json | undefined {
  if (!/^application\/(problem\+)?json$/.test(answer.contentType)) return undefined;
  try {
    return parseBoundedJson(answer.body, ANSWER_LIMITS);
  } catch (error) {
    if (error instanceof BoundedJsonError) return undefined;
    throw error;
  }
}

function notUnderstood(origin: string, path: string, where: string): Stop {
  return new Stop(
    "answer-not-understood",
    `What answers at ${origin} does not speak as the key service does (${path}${where === "" ? "" : `: ${where}`}).`,
    "Check the address; where it is right, `secrets` and the service are of different versions.",
  );
}
