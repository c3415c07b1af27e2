"use client";
import { Link } from "../../patterns/link.tsx";
import { Section } from "../../patterns/page-header.tsx";
import { paths } from "../../patterns/paths.ts";
import { counted, durationInWords } from "../../ui/time-words.ts";
import type { Overview } from "../views.ts";
import { DayBars } from "./day-bars.tsx";

const SUM = (parts: readonly number[]) => parts.reduce((sum, part) => sum + part, 0);

/** When values end, day by day: a month in which ten end on one day is seen before it comes. */
export function RotationChart({ of }: { of: NonNullable<Overview["rotation"]> }) {
  const due = SUM(of.days.map((it) => it.due));
  return (
    <Section
      title="Rotation, the next 28 days"
      aside={<Link href={paths.secrets({ state: ["expired", "due"] })}>Those due</Link>}
    >
      {of.overdue > 0 && (
        <p className="mb-2 text-sm text-amber">{counted(of.overdue, "value")} overdue already</p>
      )}
      {due === 0 ? (
        <p className="text-sm text-quiet">No value ends in these days.</p>
      ) : (
        <DayBars
          label="Values that end, by day"
          series={[{ word: "values that end", look: "hollow" }]}
          bars={of.days.map((it) => ({ day: it.day, parts: [it.due] }))}
        />
      )}
    </Section>
  );
}

/** What was asked for, and how long a decision took. */
export function RequestsChart({ of }: { of: Pick<Overview, "requestsPerDay" | "decisions"> }) {
  const asked = SUM(of.requestsPerDay.map((it) => it.asked + it.approved + it.refused));
  const median = of.decisions?.medianSeconds ?? null;
  return (
    <Section
      title="Requests, the last 28 days"
      aside={<Link href={paths.requests({ which: "all" })}>All</Link>}
    >
      {asked === 0 ? (
        <p className="text-sm text-quiet">Nobody asked in these days.</p>
      ) : (
        <DayBars
          label="Requests, by day"
          series={[
            { word: "approved", look: "solid" },
            { word: "refused", look: "hatched" },
            { word: "open or lapsed", look: "hollow" },
          ]}
          bars={of.requestsPerDay.map((it) => ({
            day: it.day,
            parts: [it.approved, it.refused, Math.max(0, it.asked - it.approved - it.refused)],
          }))}
        />
      )}
      {of.decisions !== null && median !== null && (
        <p className="mt-2 text-sm text-quiet">
          {of.decisions.count} decided in the last 30 days, half of them within{" "}
          {durationInWords(median)}.
        </p>
      )}
    </Section>
  );
}

/** How much happened, and how much of it was refused. */
export function ActivityChart({ of }: { of: NonNullable<Overview["activity"]> }) {
  return (
    <Section title="Entries, the last 14 days" aside={<Link href={paths.audit()}>Audit</Link>}>
      {SUM(of.days.map((it) => it.done + it.refused)) === 0 ? (
        <p className="text-sm text-quiet">Nothing happened in these days.</p>
      ) : (
        <DayBars
          label="Entries, by day"
          series={[
            { word: "done", look: "solid" },
            { word: "refused", look: "hatched" },
          ]}
          bars={of.days.map(({ day, done, refused }) => ({ day, parts: [done, refused] }))}
        />
      )}
    </Section>
  );
}
