import { Skeleton, SkeletonRows } from "../../ui/skeleton.tsx";

/** The overview while it is read: its four numbers, what waits at the left, what is due at the right. */
export function OverviewSkeleton() {
  return (
    <>
      <div
        aria-hidden="true"
        className="grid grid-cols-2 gap-y-px border-y border-line sm:grid-cols-4"
      >
        {["waiting", "overdue", "incomplete", "refused"].map((key) => (
          <div key={key} className="px-3 py-3">
            <Skeleton className="h-8 w-10" />
            <Skeleton className="mt-1.5 h-4 w-24" />
          </div>
        ))}
      </div>
      <div className="mt-8 grid items-start gap-x-12 gap-y-8 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <SkeletonRows label="Reading what waits for you" />
        <div aria-hidden="true" className="space-y-8">
          <Skeleton className="h-56" />
          <Skeleton className="h-56" />
        </div>
      </div>
    </>
  );
}
