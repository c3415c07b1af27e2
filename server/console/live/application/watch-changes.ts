import { toMilliseconds } from "@countersign/protocol/instants";
import { refuse } from "@countersign/protocol/refusals";
import type { Action } from "../../authorise/grid.ts";
import { reachOf, whoMay } from "../../authorise/reach.ts";
import { type Caller, judgeSession } from "../../sessions/domain/session.ts";
import type { ConsoleParts } from "../../trpc/context.ts";
import { orThrow, procedure } from "../../trpc/procedure.ts";
import { RefusalError } from "../../trpc/refusal-error.ts";
import { type Changed, liveContract } from "../contract.ts";
import type { Topic } from "../domain/topics.ts";
import { NOT_LISTENING } from "../live-hub.ts";

/** However calm it is, a session is looked at this often: a row may have gone without a word. */
const LOOK_EVERY_MS = 10_000;

/** Of a topic hears who may read something of it. */
const READ_BY = {
  requests: "requests.list",
  secrets: "secrets.list",
  workloads: "workloads.list",
  people: "people.list",
  audit: "audit.search",
  notifications: "notifications.list",
} as const satisfies Record<Topic, Action>;

/**
 * Says what to ask again, as long as the session lasts. It reads nothing but the session itself and moves no idle
 * clock: a page that is only open ends as any other does.
 */
export const watchChanges = procedure("live.changes", liveContract.changes).subscription(
  async function* ({
    ctx: { parts, caller },
    input: { sinceMs },
    signal,
  }): AsyncGenerator<Changed> {
    const seat = orThrow(parts.live.join(caller));
    try {
      let now = caller;
      yield { topics: hearable(parts.live.changedWithin(caller.tenant, sinceMs), now) };
      while (true) {
        const news = await seat.next(untilLook(parts, now), signal);
        if (news.isOver) return;
        if (news.mustLook) now = await stillOpen(parts, now);
        const topics = hearable(news.topics, now);
        if (topics.length > 0) yield { topics };
      }
    } finally {
      seat.leave();
    }
  },
);

function hearable(topics: Iterable<Topic>, { roles }: Caller): Topic[] {
  return [...topics].filter((topic) => reachOf(READ_BY[topic], roles) !== null);
}

function untilLook({ now }: ConsoleParts, { idleAt, expiresAt }: Caller): number {
  const ends = Math.min(toMilliseconds(idleAt), toMilliseconds(expiresAt));
  return Math.max(0, Math.min(LOOK_EVERY_MS, ends - toMilliseconds(now())));
}

/** @throws RefusalError where it is over, or the caller may no longer be told, or nothing is heard of changes */
async function stillOpen(parts: ConsoleParts, { session }: Caller): Promise<Caller> {
  if (!parts.live.isListening) throw new RefusalError(NOT_LISTENING);
  const { started, signed, person } = await parts.sessions.find(session);
  const state = judgeSession(started, signed, person, parts.now());
  if (state.state !== "open") throw new RefusalError(refuse("not-signed-in", "Sign in to go on."));
  if (reachOf("live.changes", state.caller.roles) === null)
    throw new RefusalError(refuse("not-allowed", whoMay("live.changes")));
  return state.caller;
}
