import { Metrics } from "../observability/metrics.ts";
import { addProcessMetrics } from "../observability/process-metrics.ts";
import type { Answer } from "./witness.ts";

const ANSWERS = {
  cosigned: true,
  conflict: true,
  malformed: true,
  "size-reversed": true,
  "unknown-log": true,
  "not-signed-by-log": true,
  inconsistent: true,
} as const satisfies Record<Answer["status"], true>;

export type WitnessFigures = {
  readonly metrics: Metrics;
  readonly answered: (status: Answer["status"], seconds: number) => void;
};

/** What a witness tells of itself. `inconsistent` is what it is there for: any is an incident. */
export function witnessFigures(): WitnessFigures {
  const metrics = new Metrics();
  addProcessMetrics(metrics);
  const submissions = metrics.histogram(
    "countersign_witness_submission_seconds",
    "Checkpoints that were submitted, by what became of them.",
    { answer: Object.keys(ANSWERS) },
  );
  let cosignedAt: number | null = null;
  metrics.gauge(
    "countersign_witness_last_cosigned_age_seconds",
    "Since this process last cosigned anything.",
    () => (cosignedAt === null ? null : (performance.now() - cosignedAt) / 1000),
  );
  return {
    metrics,
    answered: (answer, seconds) => {
      submissions.observe({ answer }, seconds);
      if (answer === "cosigned") cosignedAt = performance.now();
    },
  };
}
