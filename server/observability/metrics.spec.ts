import { describe, expect, it } from "vitest";
import { Metrics } from "./metrics.ts";
import { addProcessMetrics } from "./process-metrics.ts";

describe("OBS-1 metrics of one process", () => {
  it("LEAK-2 a label has a closed list of values: what is not on it is counted as other, whatever it says", async () => {
    const metrics = new Metrics();
    const decisions = metrics.counter("decisions_total", "Decisions.", {
      act: ["request", "approve"],
      outcome: ["accepted"],
    });
    decisions.add({ act: "request", outcome: "accepted" });
    decisions.add({ act: 'payments"} 1\nforged_total{a="b', outcome: "hunter2" }, 3);
    for (let n = 0; n < 10_000; n++) decisions.add({ act: `s-${n}`, outcome: "accepted" });
    const text = await metrics.text();
    expect(text).not.toMatch(/hunter2|payments|forged|s-\d/);
    expect(text.trim().split("\n")).toEqual([
      "# HELP decisions_total Decisions.",
      "# TYPE decisions_total counter",
      'decisions_total{act="request",outcome="accepted"} 1',
      'decisions_total{act="other",outcome="other"} 3',
      'decisions_total{act="other",outcome="accepted"} 10000',
    ]);
  });

  it("a histogram's buckets are cumulative, its bounds belong to them, and it counts what is beyond the last", async () => {
    const metrics = new Metrics();
    const took = metrics.histogram("took_seconds", "Duration.", { of: ["a"] }, [0.1, 1]);
    for (const seconds of [0.05, 0.1, 0.5, 1, 20]) took.observe({ of: "a" }, seconds);
    expect((await metrics.text()).trim().split("\n").slice(2)).toEqual([
      'took_seconds_bucket{of="a",le="0.1"} 2',
      'took_seconds_bucket{of="a",le="1"} 4',
      'took_seconds_bucket{of="a",le="+Inf"} 5',
      'took_seconds_sum{of="a"} 21.65',
      'took_seconds_count{of="a"} 5',
    ]);
  });

  it("a metric without labels is there from the start, at zero, so that its first rise is seen", async () => {
    const metrics = new Metrics();
    metrics.counter("findings_total", "Findings.", {});
    metrics.histogram("append_seconds", "Appends.", {}, [1]);
    const text = await metrics.text();
    expect(text).toContain("findings_total 0\n");
    expect(text).toContain('append_seconds_bucket{le="+Inf"} 0\n');
  });

  it("a gauge that has nothing to say, or cannot be read, is left out, and the others are told", async () => {
    const metrics = new Metrics();
    metrics.gauge("nothing", "Nothing.", () => null);
    metrics.gauge("broken", "Broken.", () => {
      throw new Error("gone");
    });
    metrics.gauge("late", "Late.", async () => 7);
    expect(await metrics.text()).toBe("# HELP late Late.\n# TYPE late gauge\nlate 7\n");
  });

  it("one name is one metric, and labels are words", () => {
    const metrics = new Metrics();
    metrics.gauge("twice", "Twice.", () => 1);
    expect(() => metrics.gauge("twice", "Twice.", () => 2)).toThrow(RangeError);
    expect(() => metrics.gauge("no name", "None.", () => 1)).toThrow(RangeError);
    expect(() => metrics.counter("odd_total", "Odd.", { of: ['a"b'] })).toThrow(RangeError);
  });

  it("every process tells its memory, its CPU time, its age and how late its event loop is", async () => {
    const metrics = new Metrics();
    addProcessMetrics(metrics);
    const text = await metrics.text();
    const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
    expect(value("process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
    expect(value("process_cpu_seconds_total")).toBeGreaterThan(0);
    expect(value("countersign_event_loop_lag_p99_seconds")).toBeGreaterThanOrEqual(0);
    expect(Math.abs(value("process_start_time_seconds") - Date.now() / 1000)).toBeLessThan(3600);
  });
});
