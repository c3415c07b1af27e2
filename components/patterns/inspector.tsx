"use client";
import { Maximize2, X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { Link } from "./link.tsx";
import { INSPECTOR } from "./use-list-keys.ts";

const CORNER =
  "inline-flex size-(--control) items-center justify-center rounded-md text-quiet hover:bg-wash hover:text-ink";

/** Opens beside a list, so that the list keeps its place; the same thing has a full page by link. */
export function Inspector({
  label,
  closeHref,
  fullHref,
  children,
}: {
  /** What is open: the thing's name. */
  label: string;
  closeHref: string;
  fullHref: string;
  children: ReactNode;
}) {
  const ref = useRef<HTMLElement>(null);
  // Where it covers the list the keyboard must be in it; beside the list it stays with the row.
  useEffect(() => {
    if (matchMedia("(max-width: 1023px)").matches) ref.current?.focus();
  }, []);
  return (
    <aside
      ref={ref}
      {...{ [INSPECTOR]: "" }}
      tabIndex={-1}
      aria-label={label}
      className="animate-arrive bg-sheet outline-none focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-blue max-lg:fixed max-lg:inset-0 max-lg:z-30 max-lg:overflow-y-auto lg:sticky lg:top-18 lg:max-h-[calc(100dvh-6rem)] lg:overflow-y-auto lg:rounded-lg lg:border lg:border-line"
    >
      <div className="sticky top-0 z-10 flex items-center justify-end gap-1 bg-sheet px-3 pt-2">
        <Link href={fullHref} aria-label="Open as a page" title="Open as a page" className={CORNER}>
          <Maximize2 aria-hidden="true" className="size-4" />
        </Link>
        <Link
          href={closeHref}
          scroll={false}
          aria-label="Close"
          title="Close (esc)"
          className={CORNER}
        >
          <X aria-hidden="true" className="size-4.5" />
        </Link>
      </div>
      <div className="px-5 pb-6">{children}</div>
    </aside>
  );
}
