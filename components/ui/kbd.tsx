import type { ReactNode } from "react";

/** A key of the keyboard. Hidden from those who have none: hints are for hands, not for ears. */
export function Kbd({ children }: { children: ReactNode }) {
  return (
    <span
      aria-hidden="true"
      className="inline-flex min-w-5 items-center justify-center rounded-sm border border-line bg-paper px-1 py-px font-mono text-2xs font-medium text-quiet touch:hidden"
    >
      {children}
    </span>
  );
}
