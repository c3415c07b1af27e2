import type { Tier } from "@countersign/protocol/taxonomy";
import { cx } from "../../ui/class-names.ts";

/** Bars of each tier; `none` is a secret that names none that is known. */
export const TIER_BARS = {
  critical: 4,
  high: 3,
  medium: 2,
  low: 1,
  none: 0,
} as const satisfies Record<Tier | "none", number>;
const isTier = (of: string): of is Tier => of !== "none" && Object.hasOwn(TIER_BARS, of);

/** A tier as a word with as many bars as it is protected: found at a glance down a column. */
export function TierMark({ tier }: { tier: string | null }) {
  const known = tier !== null && isTier(tier) ? tier : null;
  const filled = known === null ? 0 : TIER_BARS[known];
  return (
    <span
      className={cx(
        "inline-flex items-center gap-2 whitespace-nowrap",
        known === null && "text-amber",
      )}
    >
      <svg viewBox="0 0 16 12" className="h-3 w-4 flex-none" aria-hidden="true">
        {[0, 1, 2, 3].map((bar) => (
          <rect
            key={bar}
            x={bar * 4}
            y={9 - bar * 3}
            width="3"
            height={3 + bar * 3}
            className={bar < filled ? "fill-current" : "fill-line"}
          />
        ))}
      </svg>
      {known ?? "no tier"}
    </span>
  );
}
