import type { ReactNode } from "react";
import { cx } from "./class-names.ts";

/** The quiet table of a detail page: terms at the left, what holds at the right, a hairline between. */
export function Facts({ children, className }: { children: ReactNode; className?: string }) {
  return <dl className={cx("text-sm", className)}>{children}</dl>;
}

export function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[7rem_minmax(0,1fr)] gap-x-4 border-t border-line py-[calc(var(--row-y)*0.7)] first:border-t-0 sm:grid-cols-[10rem_minmax(0,1fr)]">
      <dt className="text-quiet">{term}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}
