import { cx } from "./class-names.ts";

const WIDTHS = ["w-2/3", "w-1/2", "w-3/4", "w-2/5", "w-3/5"] as const;

/** A quiet bar where a word will stand. Give it the height of the text that it stands for. */
export function Skeleton({ className }: { className?: string }) {
  return <span className={cx("block h-4 animate-breathe rounded-sm bg-wash", className)} />;
}

/** Rows of the shape of a list, while it is read. What is going on is said once, to those who listen. */
export function SkeletonRows({ rows = 8, label }: { rows?: number; label: string }) {
  return (
    <div role="status" aria-label={label}>
      <div aria-hidden="true">
        {Array.from({ length: rows }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move
          <div key={i} className="flex items-center gap-6 border-b border-line px-1 py-(--row-y)">
            <Skeleton className={cx("h-4", WIDTHS[i % WIDTHS.length])} />
            <Skeleton className="ml-auto h-4 w-24" />
          </div>
        ))}
      </div>
    </div>
  );
}

/** One thing and its quiet table of facts, while it is read. */
export function SkeletonFacts({ facts = 7, label }: { facts?: number; label: string }) {
  return (
    <div role="status" aria-label={label}>
      <div aria-hidden="true">
        <Skeleton className="h-6 w-3/4" />
        <Skeleton className="mt-3 h-5 w-24" />
        <div className="mt-6 border-y border-line">
          {Array.from({ length: facts }, (_, i) => (
            <div
              // biome-ignore lint/suspicious/noArrayIndexKey: the facts are all alike and never move
              key={i}
              className="grid grid-cols-[7rem_minmax(0,1fr)] gap-x-4 border-t border-line py-[calc(var(--row-y)*0.7)] first:border-t-0 sm:grid-cols-[10rem_minmax(0,1fr)]"
            >
              <Skeleton className="h-4 w-20" />
              <Skeleton className={cx("h-4", WIDTHS[i % WIDTHS.length])} />
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
