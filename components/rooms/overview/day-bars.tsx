"use client";
import { type ReactNode, useId } from "react";
import { Hatch, Legend, Piece, type Series } from "./chart-ink.tsx";
import { ChartTable } from "./chart-table.tsx";

export type Bar = {
  /** `2026-03-01`. */
  readonly day: string;
  readonly parts: readonly number[];
};

const HEIGHT = 72;
/** Width of a day in the chart's own measure, and of the gap on each side of its bar. */
export const DAY_STEP = 12;
export const DAY_GAP = 2;

/** One bar a day, stacked, with its table behind it. */
export function DayBars({
  label,
  series,
  bars,
  strip,
  more,
}: {
  label: string;
  series: readonly Series[];
  bars: readonly Bar[];
  /** A second chart of the same days, under the bars. */
  strip?: ReactNode;
  /** A column of the table for what the strip shows. */
  more?: { readonly word: string; readonly of: (day: string) => string };
}) {
  const id = useId();
  const most = Math.max(1, ...bars.map((bar) => bar.parts.reduce((sum, part) => sum + part, 0)));
  const scale = (HEIGHT - 4) / most;
  return (
    <figure>
      <Legend series={series} />
      <div className="mt-2 flex gap-1.5">
        <span
          aria-hidden="true"
          className="w-6 flex-none text-right text-2xs leading-none text-quiet"
        >
          {most}
        </span>
        <div className="min-w-0 flex-1">
          <svg
            viewBox={`0 0 ${bars.length * DAY_STEP} ${HEIGHT}`}
            preserveAspectRatio="none"
            className="h-20 w-full"
            aria-hidden="true"
          >
            <Hatch id={id} />
            {bars.map((bar, at) => {
              let y = HEIGHT - 1;
              return bar.parts.map((part, which) => {
                const height = part * scale;
                y -= height;
                const of = series[which];
                return part === 0 || of === undefined ? null : (
                  <Piece
                    key={`${bar.day} ${of.word}`}
                    x={at * DAY_STEP + DAY_GAP}
                    y={y}
                    width={DAY_STEP - 2 * DAY_GAP}
                    height={height}
                    ink={of.ink}
                    hatch={id}
                  />
                );
              });
            })}
            <line
              x1="0"
              x2={bars.length * DAY_STEP}
              y1={HEIGHT - 0.5}
              y2={HEIGHT - 0.5}
              className="stroke-edge"
            />
          </svg>
          {strip}
          <div className="mt-0.5 flex justify-between text-xs text-quiet" aria-hidden="true">
            <span>{bars[0]?.day}</span>
            <span>{bars.at(-1)?.day}</span>
          </div>
        </div>
      </div>
      <ChartTable
        label={label}
        heads={["Day", ...series.map((it) => it.word), ...(more === undefined ? [] : [more.word])]}
        rows={bars
          .filter((bar) => bar.parts.some((part) => part > 0) || (more?.of(bar.day) ?? "") !== "")
          .map(({ day, parts }) => ({
            name: day,
            cells: [
              ...series.map((_, which) => parts[which] ?? 0),
              ...(more === undefined ? [] : [more.of(day)]),
            ],
          }))}
      />
    </figure>
  );
}
