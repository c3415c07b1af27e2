import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Metrics } from "./metrics.ts";

const SECONDS_PER_NANOSECOND = 1e-9;
const LOOK_EVERY_MS = 20;

/** What every process says of itself: how late its event loop is, memory, CPU, age. */
export function addProcessMetrics(metrics: Metrics): void {
  const delay = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
  delay.enable();
  const started = Math.floor(Date.now() / 1000 - process.uptime());
  metrics.gauge(
    "countersign_event_loop_lag_p99_seconds",
    "How late timers run beyond the 20 ms they are looked at, 99th percentile since the last scrape.",
    () => {
      const late = delay.percentile(99) * SECONDS_PER_NANOSECOND - LOOK_EVERY_MS / 1000;
      delay.reset();
      return Number.isFinite(late) ? Math.max(0, late) : 0;
    },
  );
  metrics.gauge("process_resident_memory_bytes", "Resident memory.", () =>
    process.memoryUsage.rss(),
  );
  metrics.gauge(
    "nodejs_heap_used_bytes",
    "Memory in use by JavaScript.",
    () => process.memoryUsage().heapUsed,
  );
  metrics.total("process_cpu_seconds_total", "CPU time of user and system.", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  metrics.gauge("process_start_time_seconds", "Start, seconds since 1970.", () => started);
}
