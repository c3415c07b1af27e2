"use client";
import { SlidersHorizontal } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { Button } from "../ui/button.tsx";
import { cx } from "../ui/class-names.ts";
import { useAddress } from "./use-address.ts";

/** Keys of the address that filter nothing. */
const NO_FILTER: readonly string[] = ["q", "open", "sort", "which"];

/**
 * Search at the left, acts on the list at the right, filters below. On a telephone the filters stand behind a button
 * that says how many hold, so that the list begins on the first screen.
 */
export function ListTools({
  search,
  acts,
  children,
}: {
  search: ReactNode;
  acts?: ReactNode;
  /** The filters. */
  children?: ReactNode;
}) {
  const id = useId();
  const address = useAddress();
  const [isOpen, setOpen] = useState(false);
  const holding = address.keys().filter((key) => !NO_FILTER.includes(key)).length;
  return (
    <div className="pb-3">
      <div className="flex flex-wrap items-center gap-2">
        {search}
        {children !== undefined && (
          <Button
            className="sm:hidden"
            aria-expanded={isOpen}
            aria-controls={id}
            onClick={() => setOpen(!isOpen)}
          >
            <SlidersHorizontal aria-hidden="true" className="size-4" />
            {holding === 0 ? "Filters" : `Filters: ${holding}`}
          </Button>
        )}
        {acts}
      </div>
      {children !== undefined && (
        <div
          id={id}
          className={cx(
            "mt-2.5 flex flex-wrap items-center gap-x-5 gap-y-2",
            !isOpen && "max-sm:hidden",
          )}
        >
          {children}
        </div>
      )}
    </div>
  );
}
