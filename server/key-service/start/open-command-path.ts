import { CommandPath, type Recorded } from "../decisions/application/command-path.ts";
import { RefusalBudget } from "../decisions/application/refusal-budget.ts";
import { TimeKeeper } from "../decisions/application/time-keeper.ts";
import type { DeskSessions } from "../desk/infrastructure/desk-sessions.ts";
import type { StateFiles } from "../genesis/infrastructure/state-files.ts";
import type { Projector } from "../ledger/application/projector.ts";
import type { Foundation } from "./foundation.ts";
import type { History } from "./open-history.ts";

/** What follows on an entry. */
type Followers = {
  readonly history: History;
  readonly projector: Projector;
  readonly sessions: DeskSessions;
};

export type OpenedPath = { readonly path: CommandPath; readonly refusals: RefusalBudget };

/** The one path on which anything happens, and what follows on each entry of it. */
export function openCommandPath(
  { log, clock, files, reports, figures }: Foundation,
  followers: Followers,
): OpenedPath {
  const { ledger, state, fold } = followers.history;
  const refusals = new RefusalBudget(clock);
  const path: CommandPath = new CommandPath(state, {
    ledger,
    time: new TimeKeeper(clock, () => ledger.newestWitnessTime()),
    refusals,
    rebuild: async () => {
      await ledger.reopen();
      return fold();
    },
    onRecovery: (outcome, cause) => {
      const reason = cause instanceof Error ? cause.message : "unknown";
      if (outcome === "recovered")
        log.warn("recovered", "The ledger was read again from the disk.", { reason });
      else
        log.error("recovery-failed", "The ledger cannot be read yet; it is tried again.", {
          reason,
        });
    },
    onRecorded: (recorded) => {
      figures.recorded(recorded.events);
      follow(followers, files, path, recorded);
    },
    onDecided: (act, outcome) => figures.decisions.add({ act, outcome }),
  });
  reports.recordOn(path);
  return { path, refusals };
}

function follow(
  { history, projector, sessions }: Followers,
  files: StateFiles,
  path: CommandPath,
  { events }: Recorded,
): void {
  history.snapshotter.consider();
  // Nobody waits to see a fetch: with hundreds a second, many are projected together at the next look.
  if (events.some((it) => it.type !== "FetchIntended" && it.type !== "FetchesDone"))
    projector.wake();
  for (const event of events) {
    if (event.type === "KeyEnrolled") files.markEnrolled(event.person);
    if (event.type === "PersonRevoked") sessions.endAllOf(event.person);
    if (event.type === "KeyRevoked" || event.type === "KeyLocked") {
      const key = path.state.keys.get(event.credential);
      if (key !== undefined) sessions.endAllOf(key.person);
    }
  }
}
