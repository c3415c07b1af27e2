import { cx } from "../../ui/class-names.ts";

/** Production stands out in ink; everything else is quiet. */
export function EnvironmentMark({ environment }: { environment: string }) {
  return (
    <code
      className={cx(
        "rounded-sm border px-1.5 py-px text-xs",
        environment === "prod" ? "border-ink font-semibold text-ink" : "border-line text-quiet",
      )}
    >
      {environment}
    </code>
  );
}
