import { paths } from "../../patterns/paths.ts";
import type { Overview, SecretState } from "../views.ts";
import type { Count } from "./tally.tsx";

/** The four numbers at the top: each leads to the list that it counts. What one may not see is not counted. */
export function overviewCounts(of: Overview): Count[] {
  const inState = (...states: readonly SecretState[]) =>
    (of.secrets?.states ?? [])
      .filter((it) => states.includes(it.state))
      .reduce((sum, it) => sum + it.count, 0);
  return [
    { count: of.waiting.count, what: "wait for you", href: paths.requests(), tone: "accent" },
    ...(of.secrets === null
      ? []
      : [
          {
            count: inState("expired"),
            what: "rotation overdue",
            href: paths.secrets({ state: "expired" }),
            tone: "due" as const,
          },
          {
            count: inState("incomplete"),
            what: "incomplete",
            href: paths.secrets({ state: "incomplete" }),
            tone: "due" as const,
          },
        ]),
    ...(of.activity === null
      ? []
      : [
          {
            count: of.activity.refusedToday,
            what: "refused today",
            href: paths.audit({ outcome: "refused" }),
            tone: "plain" as const,
          },
        ]),
  ];
}
