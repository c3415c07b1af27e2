import { CircleCheck, Info, OctagonAlert, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./class-names.ts";
import { TONE_FILL, type Tone } from "./tone.ts";

const ICONS = {
  plain: Info,
  accent: Info,
  proven: CircleCheck,
  due: TriangleAlert,
  alarm: OctagonAlert,
} as const satisfies Record<Tone, unknown>;

/** A sentence that somebody should read before they go on. */
export function Notice({
  tone = "plain",
  children,
  className,
  id,
}: {
  tone?: Tone;
  children: ReactNode;
  className?: string;
  id?: string;
}) {
  const Icon = ICONS[tone];
  return (
    <div
      id={id}
      className={cx(
        "flex items-start gap-2.5 rounded-md px-3.5 py-2.5",
        TONE_FILL[tone],
        className,
      )}
    >
      <Icon aria-hidden="true" className="mt-1 size-4 flex-none" />
      <div className="min-w-0 flex-1 text-ink">{children}</div>
    </div>
  );
}
