import { describe, expect, it } from "vitest";
import { createLog, LOG_FIELDS, type LogFields, withFields } from "./log.ts";

const NOW = new Date("2026-11-23T10:00:00.000Z");

function written(format: "json" | "people" = "json") {
  const lines: string[] = [];
  const log = createLog({
    process: "key-service",
    format,
    write: (line) => lines.push(line),
    now: () => NOW,
  });
  return { log, lines };
}

describe("the log", () => {
  it("AUD-1 writes one JSON object a line: when, how bad, which process, what, and its fields", () => {
    const { log, lines } = written();
    log.warn("pen-lost", "Another writer took the pen.", { attempt: 2, correlationId: "c-1" });
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        time: "2026-11-23T10:00:00.000Z",
        level: "warn",
        process: "key-service",
        event: "pen-lost",
        message: "Another writer took the pen.",
        attempt: 2,
        correlationId: "c-1",
      },
    ]);
  });

  it("L12 LEAK-2 writes no field that is not on the list, and no object whole", () => {
    const { log, lines } = written();
    const lie: unknown = {
      value: "hunter2",
      authorization: "Bearer hunter2",
      count: { nested: "hunter2" },
      reason: ["hunter2"],
      kind: Buffer.from("hunter2"),
      code: "refused",
    };
    // A caller that lies about types, as plain JavaScript may.
    log.error("lie", "A caller passed what it should not.", lie as LogFields);
    expect(lines.join()).not.toContain("hunter2");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ code: "refused" });
    expect(Object.keys(JSON.parse(lines[0] ?? ""))).toHaveLength(6);
  });

  it("LEAK-2 has no field that is named like a secret", () => {
    expect(
      LOG_FIELDS.filter((name) => /value|secret(?!Id)|token|password|pin|header|body/i.test(name)),
    ).toEqual([]);
  });

  it("cuts long texts, so that nobody fills the disk through a field", () => {
    const { log, lines } = written();
    log.info("long", "Long.", { path: "x".repeat(10_000) });
    expect(lines[0]?.length).toBeLessThan(700);
  });

  it("lets no field forge a second line or move a terminal's cursor", () => {
    for (const format of ["json", "people"] as const) {
      const { log, lines } = written(format);
      log.info("forge", "One line.", { path: 'a\n{"level":"error"}\u001b[2J' });
      expect(lines[0]).not.toMatch(/\p{Cc}/u);
    }
  });

  it("carries what is common to one piece of work", () => {
    const { log, lines } = written();
    withFields(log, { correlationId: "c-9" }).info("done", "Done.", { count: 1 });
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ correlationId: "c-9", count: 1 });
  });

  it("leaves out what is less important than asked for", () => {
    const lines: string[] = [];
    const log = createLog({ process: "x", level: "warn", write: (line) => lines.push(line) });
    log.info("a", "A.");
    log.debug("b", "B.");
    log.error("c", "C.");
    expect(lines).toHaveLength(1);
  });
});
