"use client";
import { Link } from "../../patterns/link.tsx";
import { Section } from "../../patterns/page-header.tsx";
import { paths } from "../../patterns/paths.ts";
import { cx } from "../../ui/class-names.ts";
import { counted } from "../../ui/time-words.ts";
import type { Overview } from "../views.ts";
import { type CalendarDay, weeksOf } from "./calendar-weeks.ts";

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MOST_MARKS = 5;

/** When values end, as a calendar: a Sunday on which ten end is seen a month before it comes. */
export function RotationCalendar({ of }: { of: NonNullable<Overview["rotation"]> }) {
  const [today] = of.days;
  return (
    <Section
      title="Rotation, the next 28 days"
      aside={<Link href={paths.secrets({ sort: "ends-first" })}>What to rotate first</Link>}
    >
      {of.overdue > 0 && (
        <p className="mb-2 text-sm">
          <Link href={paths.secrets({ state: "expired" })} className="text-amber underline">
            {counted(of.overdue, "value")} overdue already
          </Link>
        </p>
      )}
      <table aria-label="Values that end, by day" className="w-full table-fixed text-xs">
        <thead>
          <tr>
            {WEEKDAYS.map((word) => (
              <th key={word} scope="col" className="pb-1 text-left font-medium text-quiet">
                {word}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(of.days).map((week) => (
            <tr key={week.find((it) => it !== null)?.day}>
              {week.map((it, weekday) =>
                it === null ? (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a weekday's place is what it is
                  <td key={weekday} />
                ) : (
                  <Day key={it.day} of={it} isToday={it.day === today?.day} />
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Day({ of, isToday }: { of: CalendarDay; isToday: boolean }) {
  return (
    <td
      className={cx(
        "h-12 border border-line px-1.5 py-1 align-top",
        of.due > 0 ? "bg-amber-wash" : "text-quiet",
      )}
    >
      <time
        dateTime={of.day}
        className={cx(isToday && "font-semibold text-ink underline underline-offset-2")}
      >
        {of.word}
      </time>
      {isToday && <span className="sr-only">, today</span>}
      {of.due > 0 && (
        <span className="mt-1 flex items-center gap-1 font-semibold text-amber">
          {of.due}
          <Marks count={of.due} />
          <span className="sr-only">{of.due === 1 ? " value ends" : " values end"}</span>
        </span>
      )}
    </td>
  );
}

/** A stroke for each value, as on a tally; many are a block. */
function Marks({ count }: { count: number }) {
  const shown = Math.min(count, MOST_MARKS);
  return (
    <svg viewBox={`0 0 ${MOST_MARKS * 4} 8`} className="h-2 w-5 flex-none" aria-hidden="true">
      {Array.from({ length: shown }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: strokes are all alike
        <rect key={at} x={at * 4} y="0" width="2.5" height="8" className="fill-amber" />
      ))}
    </svg>
  );
}
