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
