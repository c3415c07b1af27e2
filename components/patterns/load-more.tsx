"use client";
import { Button } from "../ui/button.tsx";

/** The end of what is read so far, said aloud, and the way on. */
export function LoadMore({
  shown,
  what,
  more,
  isLoading,
  onMore,
}: {
  shown: number;
  /** In the plural: `entries`. */
  what: string;
  more: boolean;
  isLoading: boolean;
  onMore: () => void;
}) {
  return (
    <div className="flex items-center gap-4 px-1 py-4 text-sm text-quiet">
      <p role="status">
        {more
          ? `${shown} ${what} so far`
          : shown === 1
            ? "This is all"
            : `${shown} ${what}, no more`}
      </p>
      {more && (
        <Button size="sm" onClick={onMore} disabledReason={null} aria-busy={isLoading}>
          {isLoading ? "Reading…" : "Show more"}
        </Button>
      )}
    </div>
  );
}
