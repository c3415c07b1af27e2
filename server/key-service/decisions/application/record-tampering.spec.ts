import { instant } from "@countersign/protocol/instants";
import { refuse } from "@countersign/protocol/refusals";
import { describe, expect, it } from "vitest";
import { err, ok } from "../../../kernel/result.ts";
import type { CommandPath } from "./command-path.ts";
import { recordTampering } from "./record-tampering.ts";

type Answer = Awaited<ReturnType<CommandPath["record"]>>;
const event = { type: "TamperingFound", what: "a row", repaired: false } as const;
const unavailable = err(refuse("unavailable", "The ledger is being read again."));

function answering(answers: readonly Answer[]) {
  let calls = 0;
  const record: CommandPath["record"] = async () => {
    calls += 1;
    return answers[Math.min(calls, answers.length) - 1] ?? unavailable;
  };
  return { record, calls: () => calls };
}

describe("a report of tampering", () => {
  const recorded = ok({ index: 7, at: instant.parse("2026-01-01T00:00:00Z"), events: [event] });

  it("AUD-2 outlives the recovery that it belongs to", async () => {
    const path = answering([unavailable, unavailable, recorded]);
    await recordTampering(path, "c", event, 0);
    expect(path.calls()).toBe(3);
  });

  it("AUD-2 is given up where the ledger refuses it for another reason, or stays away", async () => {
    const differs = answering([err(refuse("clock-differs", "The clock differs."))]);
    await recordTampering(differs, "c", event, 0);
    expect(differs.calls()).toBe(1);
    const gone = answering([unavailable]);
    await recordTampering(gone, "c", event, 0);
    expect(gone.calls()).toBe(60);
  });
});
