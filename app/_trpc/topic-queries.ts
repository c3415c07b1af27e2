import type { Topic } from "../../server/console/live/contract.ts";

/** Whose answers a change of each topic makes old: a room, or one procedure of it. */
const MADE_OLD = {
  requests: ["requests", "overview", "session.me", "secrets.detail", "people.detail"],
  secrets: ["secrets", "overview", "session.me"],
  workloads: ["workloads", "secrets.detail", "overview", "session.me"],
  people: ["people", "overview", "session.me"],
  audit: ["audit"],
  notifications: ["notifications", "requests.detail"],
} as const satisfies Record<Topic, readonly string[]>;

/** Whether the answer of a procedure (`requests.list`) may have changed with any of these topics. */
export function isMadeOld(procedure: string, topics: readonly Topic[]): boolean {
  return topics.some((topic) =>
    MADE_OLD[topic].some((it) => procedure === it || procedure.startsWith(`${it}.`)),
  );
}
