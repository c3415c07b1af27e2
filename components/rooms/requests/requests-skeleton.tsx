import { cx } from "../../ui/class-names.ts";
import { Skeleton } from "../../ui/skeleton.tsx";

const TITLES = ["w-3/4", "w-2/3", "w-4/5", "w-1/2", "w-3/5"] as const;

/** The shape of a list of requests: a sentence, why, and the lines to be signed. */
export function RequestsSkeleton({ rows = 5 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Reading the requests" className="border-t border-line">
      <div aria-hidden="true">
        {Array.from({ length: rows }, (_, i) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move
            key={i}
            className="border-b border-line px-2 py-[calc(var(--row-y)+0.25rem)]"
          >
            <div className="flex items-center justify-between gap-4">
              <Skeleton className={cx("h-5", TITLES[i % TITLES.length])} />
              <Skeleton className="h-4 w-20 flex-none" />
            </div>
            <Skeleton className="mt-2 h-4 w-2/5" />
            <div className="mt-4 flex max-w-2xl gap-5">
              <Skeleton className="h-6 w-34" />
              <Skeleton className="h-6 w-34" />
            </div>
          </div>
        ))}
      </div>
    </div>
  );
}
