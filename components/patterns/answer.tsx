"use client";
import type { ReactNode } from "react";
import { troubleOf } from "./trouble.ts";
import { TroublePanel } from "./trouble-panel.tsx";

/** What a page asked, as far as it needs to know: any query has this shape. */
export type Asked<T> = {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly refetch?: () => unknown;
};

/**
 * Draws what was asked for: its shape while it is read, what went wrong instead of it, or the answer.
 * An answer that is at hand stays in sight when asking again fails; stale is better than gone.
 */
export function Answer<T>({
  of,
  loading,
  forbidden,
  heading,
  children,
}: {
  of: Asked<T>;
  loading: ReactNode;
  /** Of what is drawn instead: `h1` where the answer would have brought the page's title. */
  heading?: "h1" | "h2";
  /** Who could see this, for those who cannot. */
  forbidden?: ReactNode;
  children: (data: T) => ReactNode;
}) {
  if (of.data !== undefined) return children(of.data);
  if (of.error === null || of.error === undefined) return loading;
  const trouble = troubleOf(of.error);
  return (
    <TroublePanel
      trouble={trouble}
      {...(heading === undefined ? {} : { heading })}
      onRetry={of.refetch === undefined ? undefined : () => of.refetch?.()}
    >
      {trouble.kind === "forbidden" ? forbidden : undefined}
    </TroublePanel>
  );
}
