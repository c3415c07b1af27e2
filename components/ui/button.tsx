"use client";
import { type ComponentProps, type MouseEvent, useId } from "react";
import { type ButtonKind, type ButtonSize, buttonStyle } from "./button-style.ts";
import { cx } from "./class-names.ts";
import { useSaidReason } from "./reasons.tsx";

export type ButtonProps = Omit<ComponentProps<"button">, "disabled"> & {
  kind?: ButtonKind;
  size?: ButtonSize;
  /**
   * Why it cannot be used now, and who could: a sentence. A button that is refused stays in sight and in
   * the tab order, and says so; it is never hidden and never a dead end.
   */
  disabledReason?: string | null;
  /** Where the reason stands on the page already, its element's id: then it is not written again. */
  reasonId?: string;
};

export function Button({
  kind,
  size,
  disabledReason = null,
  reasonId,
  className,
  onClick,
  children,
  ...rest
}: ButtonProps) {
  const ownId = useId();
  const saidId = useSaidReason(disabledReason);
  const elsewhere = reasonId ?? saidId;
  const refused = disabledReason !== null;
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (refused) event.preventDefault();
    else onClick?.(event);
  };
  const button = (
    <button
      type="button"
      {...rest}
      className={cx(buttonStyle(kind, size), className)}
      aria-disabled={refused || undefined}
      aria-describedby={refused ? (elsewhere ?? ownId) : rest["aria-describedby"]}
      onClick={press}
    >
      {children}
    </button>
  );
  if (!refused || elsewhere !== undefined) return button;
  return (
    <span className="inline-flex max-w-xs flex-col items-start gap-1.5">
      {button}
      <span id={ownId} className="text-sm text-quiet">
        {disabledReason}
      </span>
    </span>
  );
}

/** A square button with an icon; `label` is what it does, said aloud and on hover. */
export function IconButton({
  label,
  className,
  ...rest
}: Omit<ComponentProps<"button">, "aria-label" | "title"> & { label: string }) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className={cx(
        "inline-flex size-(--control) flex-none items-center justify-center rounded-md text-quiet",
        "hover:bg-wash hover:text-ink transition-colors duration-100",
        className,
      )}
    />
  );
}
