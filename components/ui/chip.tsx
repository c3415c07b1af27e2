import { X } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { cx } from "./class-names.ts";

const CHIP =
  "inline-flex min-h-[calc(var(--control)-0.5rem)] items-center gap-1.5 rounded-full border px-3 text-sm " +
  "transition-colors duration-100";

/** Of a filter: on or off. What draws it as a link puts the same classes on the link. */
export function chipStyle(on: boolean): string {
  return cx(
    CHIP,
    on
      ? "border-blue bg-blue-wash text-blue font-medium"
      : "border-line bg-sheet text-quiet hover:border-edge hover:text-ink",
  );
}

/** A toggle that says whether it is on. */
export function Chip({
  on,
  className,
  ...rest
}: ComponentProps<"button"> & { on: boolean; children: ReactNode }) {
  return (
    <button
      type="button"
      {...rest}
      data-slot="chip"
      aria-pressed={on}
      className={cx(chipStyle(on), className)}
    />
  );
}

/** Something chosen that can be taken away again. */
export function RemovableChip({ label, onRemove }: { label: string; onRemove: () => void }) {
  return (
    <span data-slot="chip" className={cx(chipStyle(true), "pr-1")}>
      {label}
      <button
        type="button"
        aria-label={`Remove ${label}`}
        onClick={onRemove}
        className="inline-flex size-5 items-center justify-center rounded-full hover:bg-sheet touch:size-8"
      >
        <X aria-hidden="true" className="size-3.5" />
      </button>
    </span>
  );
}
