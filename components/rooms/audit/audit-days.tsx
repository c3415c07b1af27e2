"use client";
import { Skeleton } from "../../ui/skeleton.tsx";
import { DayBars } from "../overview/day-bars.tsx";
import type { AuditHistogram } from "../views.ts";

/** How many entries each day has, as the filters leave them; its place is kept while they are counted. */
export function AuditDays({ of }: { of: AuditHistogram | undefined }) {
  if (of === undefined) return <Skeleton className="mb-4 h-38" />;
  if (of.days.length < 2) return null;
  return (
    <div className="mb-4">
      <DayBars
        label="Entries per day"
        series={[
          { word: "done", ink: "solid" },
          { word: "refused", ink: "hatched" },
        ]}
        bars={of.days.map(({ day, done, refused }) => ({ day, parts: [done, refused] }))}
      />
    </div>
  );
}
