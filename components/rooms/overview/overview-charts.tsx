"use client";
import { Link } from "../../patterns/link.tsx";
import { Section } from "../../patterns/page-header.tsx";
import { paths } from "../../patterns/paths.ts";
import { durationInWords } from "../../ui/time-words.ts";
import type { Overview } from "../views.ts";
import { DayBars } from "./day-bars.tsx";
import { DecisionStrip } from "./decision-strip.tsx";

const SUM = (parts: readonly number[]) => parts.reduce((sum, part) => sum + part, 0);

/** What was asked for, and how long a decision took. */
export function RequestsChart({
  of,
}: {
  of: Pick<Overview, "requestsPerDay" | "decisionDays" | "decisions">;
}) {
  const asked = SUM(of.requestsPerDay.map((it) => it.asked + it.approved + it.refused));
  const median = of.decisions?.medianSeconds ?? null;
  const medians = new Map(of.decisionDays.map((it) => [it.day, it.medianSeconds]));
  const medianOf = (day: string) => {
    const seconds = medians.get(day);
    return seconds === undefined ? "" : durationInWords(seconds);
  };
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
          strip={<DecisionStrip days={of.requestsPerDay.map((it) => it.day)} of={medians} />}
          more={{ word: "median to a decision", of: medianOf }}
          series={[
            { word: "approved", ink: "solid" },
            { word: "refused", ink: "hatched" },
            { word: "open or lapsed", ink: "hollow" },
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
            { word: "done", ink: "solid" },
            { word: "refused", ink: "hatched" },
          ]}
          bars={of.days.map(({ day, done, refused }) => ({ day, parts: [done, refused] }))}
        />
      )}
    </Section>
  );
}
