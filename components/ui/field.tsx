import { TriangleAlert } from "lucide-react";
import { type ReactNode, useId } from "react";
import { cx } from "./class-names.ts";

/** What a control needs to be named, explained and refused. */
export type FieldControl = {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": true | undefined;
  readonly required: boolean;
};

/** A label, a control, a hint, and one place for what is wrong with it: a sentence that says what to do. */
export function Field({
  label,
  hint,
  error = null,
  required = false,
  saysOptional = true,
  className,
  children,
}: {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  required?: boolean;
  /** False where the form says once that nothing must be filled in. */
  saysOptional?: boolean;
  className?: string;
  children: (control: FieldControl) => ReactNode;
}) {
  const id = useId();
  const hintId = hint === undefined ? undefined : `${id}-hint`;
  const errorId = error === null ? undefined : `${id}-error`;
  return (
    <div className={cx("flex flex-col gap-1.5", className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
        {!required && saysOptional && (
          <span className="font-normal text-quiet"> (may be left empty)</span>
        )}
      </label>
      {children({
        id,
        "aria-describedby":
          [hintId, errorId].filter((it) => it !== undefined).join(" ") || undefined,
        "aria-invalid": error === null ? undefined : true,
        required,
      })}
      {hint !== undefined && (
        <p id={hintId} className="text-sm text-quiet">
          {hint}
        </p>
      )}
      {error !== null && (
        <p id={errorId} className="flex items-start gap-1.5 text-sm font-medium text-amber">
          <TriangleAlert aria-hidden="true" className="mt-0.5 size-4 flex-none" />
          {error}
        </p>
      )}
    </div>
  );
}
