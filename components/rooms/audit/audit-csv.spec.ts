import { describe, expect, it } from "vitest";
import type { AuditRow } from "../views.ts";
import { auditCsv } from "./audit-csv.ts";

const ROW = {
  entry: 7,
  at: "2026-03-01T08:00:00Z",
  door: "desk",
  correlation: "c-1",
  act: "request",
  eventTypes: [],
  actor: { person: "p-1", name: "Olivia Hart" },
  workload: null,
  about: null,
  actorRole: "service-owner",
  device: null,
  subject: null,
  secrets: [],
  statementDigest: null,
  outcome: "done",
  code: null,
  count: 1,
  justification: null,
  reason: null,
} as unknown as AuditRow; // ids and times are branded; the texts here are only written out

describe("AUD-5 the copy for a spreadsheet", () => {
  it("says in its first line that it proves nothing", () => {
    expect(auditCsv([]).split("\r\n")[0]).toMatch(/^"?Unproven copy/);
  });

  it("has one line for each entry, under the names of the columns", () => {
    const lines = auditCsv([ROW, ROW]).trimEnd().split("\r\n");
    expect(lines).toHaveLength(4);
    expect(lines[1]).toMatch(/^entry,at,act,/);
    expect(lines[2]).toBe(
      "7,2026-03-01T08:00:00Z,request,asked to use a secret,done,,Olivia Hart,p-1,service-owner,desk,,,,1,,,,c-1",
    );
  });

  it.each(["=HYPERLINK(1)", "+1", "-1", "@x", "\t=1"])(
    "defuses %j, which a sheet would run",
    (text) => {
      expect(auditCsv([{ ...ROW, justification: text }])).toContain(`'${text}`);
    },
  );

  it("keeps quotes, commas and lines of a justification within their cell", () => {
    const csv = auditCsv([{ ...ROW, justification: 'He said "now",\nso I did' }]);
    expect(csv).toContain('"He said ""now"",\nso I did"');
  });
});
