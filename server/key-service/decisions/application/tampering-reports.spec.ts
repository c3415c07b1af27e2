import { refuse } from "@countersign/protocol/refusals";
import { describe, expect, it } from "vitest";
import { err } from "../../../kernel/result.ts";
import { TamperingReports } from "./tampering-reports.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function createReports() {
  const clock = { now: 0, monotonic: () => clock.now };
  const logged: string[] = [];
  const recorded: string[] = [];
  const reports = new TamperingReports({ clock, log: (what) => logged.push(what), perMinute: 5 });
  reports.recordOn({
    record: async (_door, _correlation, [event]) => {
      if (event?.type === "TamperingFound") recorded.push(event.what);
      return err(refuse("clock-differs", "What became of it is not asked here."));
    },
  });
  return { clock, reports, logged, recorded };
}

describe("AUD-2 reports of rows that are not what the ledger says", () => {
  it("tell of a damaged row once, however often it is read, and again after an hour with how often", () => {
    const { clock, reports, recorded } = createReports();
    for (let read = 0; read < 1_000; read++) {
      reports.looked("the opening of c-1", "does not open it");
      clock.now += 3_000; // 50 minutes in all
    }
    expect(recorded).toEqual(["the opening of c-1 does not open it"]);
    clock.now = HOUR_MS;
    reports.looked("the opening of c-1", "does not open it");
    reports.looked("the opening of c-1", "does not open it");
    expect(recorded.slice(1)).toEqual([
      "the opening of c-1 does not open it; met 999 times since it was last reported",
    ]);
  });

  it("tell of it at once where it was whole in between, or was put right", () => {
    const { reports, recorded } = createReports();
    reports.looked("envelope 1", "is missing");
    reports.looked("envelope 1", null);
    reports.looked("envelope 1", "is missing");
    expect(recorded).toHaveLength(2);
    for (let check = 0; check < 2; check++) reports.found("projection.person, p-1: changed", true);
    for (let check = 0; check < 2; check++) reports.found("keyservice.opening, c: changed", false);
    expect(recorded.slice(2)).toEqual([
      "projection.person, p-1: changed",
      "projection.person, p-1: changed",
      "keyservice.opening, c: changed",
    ]);
  });

  it("name so many rows a minute, count the others, and say how many in one entry and one line", () => {
    const { clock, reports, recorded, logged } = createReports();
    for (let row = 0; row < 500; row++) reports.looked(`opening ${row}`, "does not open it");
    expect(recorded).toHaveLength(5);
    clock.now = MINUTE_MS;
    reports.sumUp();
    reports.sumUp();
    expect(recorded.slice(5)).toEqual([
      "495 further findings within a minute, too many to name each",
    ]);
    expect(logged).toEqual(recorded);
    clock.now = 2 * MINUTE_MS;
    reports.sumUp();
    expect(recorded).toHaveLength(6);
  });

  it("do not take a row for reported that was only counted", () => {
    const { clock, reports, recorded } = createReports();
    for (let row = 0; row < 6; row++) reports.looked(`opening ${row}`, "does not open it");
    clock.now = MINUTE_MS;
    reports.looked("opening 5", "does not open it");
    expect(recorded.at(-1)).toBe("opening 5 does not open it");
  });

  it("grow by a bounded number of entries a day, whatever an administrator damages and honest people read", () => {
    const { clock, reports, recorded } = createReports();
    for (let minute = 0; minute < 24 * 60; minute++) {
      clock.now = minute * MINUTE_MS;
      for (let row = 0; row < 50; row++) reports.looked(`row ${minute} ${row}`, "is missing");
    }
    expect(recorded.length).toBeLessThanOrEqual(24 * 60 * (5 + 1));
  });

  it("are lines of the log before there is a path to record them on", () => {
    const logged: string[] = [];
    const reports = new TamperingReports({
      clock: { monotonic: () => 0 },
      log: (what) => logged.push(what),
    });
    reports.looked("envelope 1", "is missing");
    expect(logged).toEqual(["envelope 1 is missing"]);
  });
});
