import { tenantId } from "@countersign/protocol/names";
import { describe, expect, it } from "vitest";
import { announcementOf, readAnnouncement } from "./changed-rows.ts";

const ANYTHING = { tenant: null, tables: [] };

describe("the announcement of changed rows", () => {
  it("names a tenant and tables, and comes back as it was", () => {
    const changed = { tenant: tenantId.parse("acme"), tables: ["proposal", "audit_entry"] };
    expect(readAnnouncement(announcementOf(changed))).toEqual(changed);
    expect(readAnnouncement(announcementOf(ANYTHING))).toEqual(ANYTHING);
  });

  it("means that anything may have changed where it cannot be read", () => {
    for (const payload of [
      "",
      "null",
      '{"tenant":"acme"}',
      '{"tenant":"ACME!","tables":[]}',
      '{"tenant":"acme","tables":["a"],"row":"payments/prod"}',
      "x".repeat(7_000),
    ])
      expect(readAnnouncement(payload), payload.slice(0, 40)).toEqual(ANYTHING);
  });
});
