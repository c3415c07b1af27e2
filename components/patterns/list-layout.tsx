"use client";
import type { ReactNode, RefObject } from "react";
import { cx } from "../ui/class-names.ts";

/**
 * A list, and beside it what is open; on a small screen what is open covers the list. The tools stand above both, so
 * that the rows stay where they are when something opens.
 */
export function ListLayout({
  keys,
  tools,
  children,
  inspector,
}: {
  /** From `useListKeys`. */
  keys: RefObject<HTMLDivElement | null>;
  /** Search and filters. */
  tools?: ReactNode;
  children: ReactNode;
  inspector: ReactNode;
}) {
  return (
    <div ref={keys}>
      {tools}
      <div
        className={cx(
          "grid items-start gap-x-6",
          inspector !== null && "lg:grid-cols-[minmax(0,1fr)_minmax(22rem,28rem)]",
        )}
      >
        <div className="min-w-0">{children}</div>
        {inspector}
      </div>
    </div>
  );
}
