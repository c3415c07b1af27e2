import { REFUSAL_CODES } from "@countersign/protocol/refusals";
import { Metrics } from "../../observability/metrics.ts";
import { addProcessMetrics } from "../../observability/process-metrics.ts";
import { ACTIONS } from "../authorise/grid.ts";

const KEPT = Symbol.for("countersign.console.figures");

export type ConsoleFigures = {
  readonly metrics: Metrics;
  /** @param outcome `answered`, the code of a refusal, `malformed`, or `fault` */
  readonly called: (procedure: string, outcome: string, seconds: number) => void;
};

/**
 * The one set of figures of this process. Next bundles each route by itself, and the listener that tells the figures
 * stands in no route, so that a module's own variable would be one for each.
 */
export function consoleFigures(): ConsoleFigures {
  // Only this file writes the property, so its type is known.
  const realm = globalThis as { [KEPT]?: ConsoleFigures };
  realm[KEPT] ??= makeFigures();
  return realm[KEPT];
}

function makeFigures(): ConsoleFigures {
  const metrics = new Metrics();
  addProcessMetrics(metrics);
  const calls = metrics.histogram(
    "countersign_procedure_seconds",
    "Procedures that pages called, by how they ended: answered, the code of the refusal, or fault.",
    { procedure: ACTIONS, outcome: ["answered", "fault", ...REFUSAL_CODES] },
  );
  return {
    metrics,
    called: (procedure, outcome, seconds) => calls.observe({ procedure, outcome }, seconds),
  };
}
