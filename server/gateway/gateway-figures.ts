import { REFUSAL_CODES } from "@countersign/protocol/refusals";
import { Metrics } from "../observability/metrics.ts";
import { addProcessMetrics } from "../observability/process-metrics.ts";

/** What a gateway tells of itself: how fetches end, and its line to the key service. */
export function gatewayFigures(channel: { readonly isReady: boolean; readonly underWay: number }) {
  const metrics = new Metrics();
  addProcessMetrics(metrics);
  const fetches = metrics.histogram(
    "countersign_fetch_seconds",
    "Requests of workloads by how they ended: delivered, or the code of the refusal.",
    { outcome: ["delivered", ...REFUSAL_CODES] },
  );
  metrics.gauge("countersign_key_service_connected", "1 while the key service is connected.", () =>
    channel.isReady ? 1 : 0,
  );
  metrics.gauge(
    "countersign_fetches_under_way",
    "Fetches that wait for the key service's answer.",
    () => channel.underWay,
  );
  return {
    metrics,
    /** @param code of the refusal; empty where a value went out */
    answered: (code: string, durationMs: number): void =>
      fetches.observe({ outcome: code === "" ? "delivered" : code }, durationMs / 1000),
  };
}
