"use client";
import { ChartTable } from "./chart-table.tsx";

export type Bar = { readonly label: string; readonly parts: readonly number[] };

const WIDTH = 400;
const HEIGHT = 18;

/** From young to old: fuller, then hatched by its frame alone, so that no eye and no printer needs the colour. */
const FILLS = [
  "fill-blue opacity-25",
  "fill-blue opacity-50",
  "fill-blue opacity-75",
  "fill-blue",
  "fill-none stroke-amber stroke-2",
] as const;

/** One row for each label, its parts beside each other, the numbers in a table behind it. */
export function StackedRows({
  label,
  head,
  series,
  bars,
}: {
  label: string;
  /** Of the table's first column. */
  head: string;
  series: readonly string[];
  bars: readonly Bar[];
}) {
  const sum = (bar: Bar) => bar.parts.reduce((total, part) => total + part, 0);
  const most = Math.max(1, ...bars.map(sum));
  return (
    <figure>
      <figcaption className="flex flex-wrap gap-x-4 text-sm text-quiet">
        {series.map((word, at) => (
          <span key={word} className="inline-flex items-center gap-1.5">
            <svg viewBox="0 0 10 10" className="size-2.5" aria-hidden="true">
              <rect x="1" y="1" width="8" height="8" className={FILLS[at] ?? ""} />
            </svg>
            {word}
          </span>
        ))}
      </figcaption>
      <div
        className="mt-2 grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-3 gap-y-1"
        aria-hidden="true"
      >
        {bars.map((bar) => (
          <Row key={bar.label} bar={bar} scale={WIDTH / most} />
        ))}
      </div>
      <ChartTable
        label={label}
        heads={[head, ...series]}
        rows={bars.map((bar) => ({
          name: bar.label,
          cells: series.map((_, at) => bar.parts[at] ?? 0),
        }))}
      />
    </figure>
  );
}

function Row({ bar, scale }: { bar: Bar; scale: number }) {
  let x = 0;
  return (
    <>
      <span className="text-sm">{bar.label}</span>
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-4.5 w-full"
      >
        {bar.parts.map((part, at) => {
          const from = x;
          x += part * scale;
          return part === 0 ? null : (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: parts keep their order; it is what they mean
              key={at}
              x={from + 1}
              y="2"
              width={Math.max(1, part * scale - 2)}
              height={HEIGHT - 4}
              vectorEffect="non-scaling-stroke"
              className={FILLS[at] ?? ""}
            />
          );
        })}
      </svg>
    </>
  );
}
