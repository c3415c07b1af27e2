import { cx } from "./class-names.ts";

/** `primary` is the one act that a page is for; `alarm` revokes or breaks glass and names its object. */
export type ButtonKind = "primary" | "plain" | "quiet" | "alarm";
export type ButtonSize = "md" | "sm";

const BASE =
  "inline-flex items-center justify-center gap-2 rounded-md font-medium whitespace-nowrap no-underline " +
  "border transition-colors duration-100 select-none " +
  "aria-disabled:cursor-default aria-disabled:bg-wash aria-disabled:text-quiet aria-disabled:border-line";

const KINDS = {
  primary: "border-blue bg-blue text-on-blue hover:bg-blue-deep hover:border-blue-deep",
  plain: "border-edge bg-sheet text-ink hover:bg-wash",
  quiet: "border-transparent bg-transparent text-blue hover:bg-wash",
  alarm: "border-vermilion bg-vermilion text-on-vermilion hover:opacity-90",
} as const satisfies Record<ButtonKind, string>;

const SIZES = {
  md: "min-h-(--control) px-3.5 text-base",
  sm: "min-h-[calc(var(--control)-0.375rem)] px-2.5 text-sm",
} as const satisfies Record<ButtonSize, string>;

/** For links that look like buttons, which the strata above draw with their own link. */
export function buttonStyle(kind: ButtonKind = "plain", size: ButtonSize = "md"): string {
  return cx(BASE, KINDS[kind], SIZES[size]);
}
