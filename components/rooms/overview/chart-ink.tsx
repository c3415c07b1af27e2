"use client";
import { useId } from "react";

/*
 * How pieces of a chart are drawn. Each look differs from the others in shape as well as in colour, so that they can
 * be told apart by every eye, on paper, and where colours are forced.
 */
const INKS = {
  /** Done, approved. */
  solid: "fill-blue stroke-blue",
  /** Open, yet to come. */
  hollow: "fill-none stroke-blue",
  /** Refused. */
  hatched: "stroke-amber",
  /** In order. */
  well: "fill-verdigris stroke-verdigris",
  /** In order, not for long. */
  soon: "fill-none stroke-verdigris",
  /** Too late. */
  late: "fill-amber stroke-amber",
  /** Something is missing. */
  lacking: "stroke-amber",
  /** Nothing there yet. */
  bare: "fill-none stroke-edge [stroke-dasharray:2_2]",
} as const;
export type Ink = keyof typeof INKS;
const HATCHED: readonly Ink[] = ["hatched", "lacking"];

export type Box = { x: number; y: number; width: number; height: number };

/** A piece of the chart whose `Hatch` has this id. */
export function Piece({ ink, hatch, ...box }: Box & { ink: Ink; hatch: string }) {
  return (
    <rect
      {...box}
      rx="1"
      strokeWidth="1"
      vectorEffect="non-scaling-stroke"
      className={INKS[ink]}
      {...(HATCHED.includes(ink) ? { fill: `url(#${hatch})` } : {})}
    />
  );
}

export function Hatch({ id }: { id: string }) {
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

export type Series = { readonly word: string; readonly ink: Ink };

/** What each look means. */
export function Legend({ series }: { series: readonly Series[] }) {
  const id = useId();
  return (
    <figcaption className="flex flex-wrap items-center gap-x-4 gap-y-0.5 text-sm text-quiet">
      {series.map(({ word, ink }) => (
        <span key={word} className="inline-flex items-center gap-1.5">
          <svg viewBox="0 0 10 10" className="size-2.5" aria-hidden="true">
            <Hatch id={`${id}-${ink}`} />
            <Piece x={1} y={1} width={8} height={8} ink={ink} hatch={`${id}-${ink}`} />
          </svg>
          {word}
        </span>
      ))}
    </figcaption>
  );
}
