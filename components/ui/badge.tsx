import type { LucideIcon } from "lucide-react";
import { cx } from "./class-names.ts";
import { TONE_FILL, TONE_TEXT, type Tone } from "./tone.ts";

/** A state: an icon and a word, so that colour never stands alone. */
export type BadgeLook = { readonly icon: LucideIcon; readonly word: string; readonly tone: Tone };

export function Badge({
  look,
  plain = false,
  className,
}: {
  look: BadgeLook;
  /** Without a ground: for rows, where twenty grounds would shout. */
  plain?: boolean;
  className?: string;
}) {
  const Icon = look.icon;
  return (
    <span
      data-slot="badge"
      className={cx(
        "inline-flex items-center gap-1.5 whitespace-nowrap text-sm font-medium",
        plain ? TONE_TEXT[look.tone] : cx("rounded-full px-2 py-0.5", TONE_FILL[look.tone]),
        className,
      )}
    >
      <Icon aria-hidden="true" className="size-3.5 flex-none" strokeWidth={2} />
      {look.word}
    </span>
  );
}
