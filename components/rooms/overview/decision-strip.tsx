"use client";
import { DAY_GAP, DAY_STEP } from "./day-bars.tsx";
import { durationHeight } from "./duration-height.ts";

const HEIGHT = 48;
const GUIDES = [
  [60, "1 min"],
  [3_600, "1 h"],
  [86_400, "1 day"],
] as const;

/** Under the requests of each day: the median time to a decision, a stroke on a ladder of minute, hour and day. */
export function DecisionStrip({
  days,
  of,
}: {
  /** In the order of the bars above. */
  days: readonly string[];
  of: ReadonlyMap<string, number>;
}) {
  const yOf = (seconds: number) => HEIGHT - 4 - durationHeight(seconds) * (HEIGHT - 8);
  return (
    <div aria-hidden="true" className="mt-2">
      <p className="text-xs text-quiet">median time to a decision</p>
      <div className="relative h-14">
        <svg
          viewBox={`0 0 ${days.length * DAY_STEP} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="h-14 w-full"
          aria-hidden="true"
        >
          {GUIDES.map(([seconds, word]) => (
            <line
              key={word}
              x1="0"
              x2={days.length * DAY_STEP}
              y1={yOf(seconds)}
              y2={yOf(seconds)}
              vectorEffect="non-scaling-stroke"
              className="stroke-line"
            />
          ))}
          {days.map((day, at) => {
            const seconds = of.get(day);
            return seconds === undefined ? null : (
              <line
                key={day}
                x1={at * DAY_STEP + DAY_GAP}
                x2={(at + 1) * DAY_STEP - DAY_GAP}
                y1={yOf(seconds)}
                y2={yOf(seconds)}
                strokeWidth="3"
                vectorEffect="non-scaling-stroke"
                className="stroke-ink"
              />
            );
          })}
        </svg>
        <ul className="absolute inset-y-0 -left-8 flex w-7 flex-col-reverse justify-between text-right text-2xs leading-none whitespace-nowrap text-quiet">
          {GUIDES.map(([, word]) => (
            <li key={word}>{word}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}
