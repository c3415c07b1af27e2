import { Skeleton, SkeletonFacts } from "../../ui/skeleton.tsx";

const PARTS = 8;

/** The board while each part is asked: parts at the left, the ledger at the right. */
export function StatusSkeleton() {
  return (
    <div className="grid items-start gap-x-12 gap-y-8 lg:grid-cols-2">
      <div aria-hidden="true" className="mt-9 border-t border-line">
        {Array.from({ length: PARTS }, (_, at) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts are all alike and never move
            key={at}
            className="flex items-start justify-between gap-4 border-b border-line py-(--row-y)"
          >
            <span className="min-w-0 flex-1">
              <Skeleton className="mt-1 h-4 w-32" />
              <Skeleton className="mt-2 h-4 w-3/4" />
            </span>
            <Skeleton className="mt-1 h-4 w-20" />
          </div>
        ))}
      </div>
      <SkeletonFacts label="Asking each part" facts={12} />
    </div>
  );
}
