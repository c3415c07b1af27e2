import { ArrowRight } from "lucide-react";
import { Link } from "../../patterns/link.tsx";
import { cx } from "../../ui/class-names.ts";
import { TONE_TEXT, type Tone } from "../../ui/tone.ts";

export type Count = {
  readonly count: number;
  /** What is counted, after the number. */
  readonly what: string;
  readonly href: string;
  /** While the count is not zero. */
  readonly tone: Tone;
};

/** A few numbers that each lead to the list they count. Nothing that leads nowhere is counted. */
export function Tally({ counts }: { counts: readonly Count[] }) {
  return (
    <ul className="grid grid-cols-2 border-y border-line sm:grid-cols-4">
      {counts.map(({ count, what, href, tone }) => (
        <li
          key={what}
          className="border-line px-3 py-3 even:border-l sm:border-l sm:first:border-l-0 max-sm:nth-[n+3]:border-t"
        >
          <Link href={href} className="group block text-ink no-underline">
            <span
              className={cx(
                "block text-2xl font-[620] tracking-[-0.02em]",
                count > 0 ? TONE_TEXT[tone] : "text-quiet",
              )}
            >
              {count}
            </span>
            <span className="inline-flex items-center gap-1 text-sm text-quiet group-hover:text-ink">
              {what}
              <ArrowRight
                aria-hidden="true"
                className="size-3.5 opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100"
              />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
