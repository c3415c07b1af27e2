"use client";
import { useId } from "react";
import { cx } from "../../ui/class-names.ts";

export type Bar = {
  /** `2026-03-01`. */
  readonly day: string;
  readonly parts: readonly number[];
};

export type Series = {
  readonly word: string;
  /** Of the palette; shapes differ too: filled, hollow, hatched. */
  readonly look: "solid" | "hollow" | "hatched";
};

const FILLS = {
  solid: "fill-blue stroke-blue",
  hollow: "fill-none stroke-blue",
  hatched: "stroke-amber",
} as const;

const HEIGHT = 72;
const STEP = 12;

/**
 * One bar a day, stacked, with its table behind it. Series differ in shape as well as in colour, so that
 * they can be told apart by every eye and on paper.
 */
export function DayBars({
  label,
  series,
  bars,
}: {
  label: string;
  series: readonly Series[];
  bars: readonly Bar[];
}) {
  const id = useId();
  const most = Math.max(1, ...bars.map((bar) => bar.parts.reduce((sum, part) => sum + part, 0)));
  const scale = (HEIGHT - 4) / most;
  return (
    <figure>
      <figcaption className="flex flex-wrap items-center gap-x-4 text-sm text-quiet">
        {series.map((it) => (
          <span key={it.word} className="inline-flex items-center gap-1.5">
            <svg viewBox="0 0 10 10" className="size-2.5" aria-hidden="true">
              <Hatch id={`${id}-key-${it.look}`} />
              <Piece
                x={1}
                y={1}
                width={8}
                height={8}
                look={it.look}
                hatch={`${id}-key-${it.look}`}
              />
            </svg>
            {it.word}
          </span>
        ))}
      </figcaption>
      <svg
        viewBox={`0 0 ${bars.length * STEP} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="mt-2 h-20 w-full"
        aria-hidden="true"
      >
        <Hatch id={id} />
        {bars.map((bar, at) => {
          let y = HEIGHT - 1;
          return bar.parts.map((part, which) => {
            const height = part * scale;
            y -= height;
            const look = series[which]?.look ?? "solid";
            return part === 0 ? null : (
              <Piece
                key={`${bar.day} ${series[which]?.word}`}
                x={at * STEP + 2}
                y={y}
                width={STEP - 4}
                height={height}
                look={look}
                hatch={id}
              />
            );
          });
        })}
        <line
          x1="0"
          x2={bars.length * STEP}
          y1={HEIGHT - 0.5}
          y2={HEIGHT - 0.5}
          className="stroke-edge"
        />
      </svg>
      <div className="flex justify-between text-xs text-quiet" aria-hidden="true">
        <span>{bars[0]?.day}</span>
        <span>{bars.at(-1)?.day}</span>
      </div>
      <details className="mt-1 text-sm">
        <summary className="text-blue">As a table</summary>
        <table aria-label={label} className="mt-1 w-full text-left">
          <thead>
            <tr>
              <th scope="col" className="py-1 font-medium text-quiet">
                Day
              </th>
              {series.map((it) => (
                <th key={it.word} scope="col" className="py-1 text-right font-medium text-quiet">
                  {it.word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {bars
              .filter((bar) => bar.parts.some((part) => part > 0))
              .map((bar) => (
                <tr key={bar.day} className="border-t border-line">
                  <th scope="row" className="py-1 font-normal">
                    {bar.day}
                  </th>
                  {series.map((it, which) => (
                    <td key={it.word} className="py-1 text-right">
                      {bar.parts[which] ?? 0}
                    </td>
                  ))}
                </tr>
              ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function Piece({
  look,
  hatch,
  ...box
}: {
  look: Series["look"];
  hatch: string;
  x: number;
  y: number;
  width: number;
  height: number;
}) {
  return (
    <rect
      {...box}
      rx="1"
      strokeWidth="1"
      vectorEffect="non-scaling-stroke"
      className={cx(FILLS[look])}
      {...(look === "hatched" ? { fill: `url(#${hatch})` } : {})}
    />
  );
}

function Hatch({ id }: { id: string }) {
  return (
    <defs>
      <pattern
        id={id}
        width="3"
        height="3"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <line x1="0" x2="0" y1="0" y2="3" className="stroke-amber" strokeWidth="1.6" />
      </pattern>
    </defs>
  );
}
