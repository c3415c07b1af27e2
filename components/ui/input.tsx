import type { ComponentProps } from "react";
import { cx } from "./class-names.ts";

const CONTROL =
  "w-full rounded-md border border-edge bg-sheet px-3 text-base text-ink " +
  "aria-invalid:border-amber aria-invalid:border-2 disabled:bg-wash disabled:text-quiet";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input {...rest} className={cx(CONTROL, "min-h-(--control)", className)} />;
}

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea rows={4} {...rest} className={cx(CONTROL, "py-2 leading-normal", className)} />;
}

/** The browser's own list: it works with every keyboard, reader and phone. */
export function Select({ className, ...rest }: ComponentProps<"select">) {
  return <select {...rest} className={cx(CONTROL, "min-h-(--control) pr-8", className)} />;
}

export function Checkbox({ className, ...rest }: Omit<ComponentProps<"input">, "type">) {
  return (
    <input
      {...rest}
      type="checkbox"
      className={cx("size-4.5 flex-none accent-(--blue) touch:size-6", className)}
    />
  );
}
