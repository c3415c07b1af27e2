import { describe, expect, it } from "vitest";
import { TABLE_NAMES } from "../../../key-service/ledger/projection/domain/tables.ts";
import { TOPICS, TOPICS_OF_TABLE, topicsOf, touchesSessions } from "./topics.ts";

describe("what a change of rows means to pages", () => {
  it("is known of every table that the projector writes", () => {
    expect(TABLE_NAMES.filter((table) => TOPICS_OF_TABLE[table] === undefined)).toEqual([]);
  });

  it("is the rooms that are drawn from them, each once", () => {
    expect([...topicsOf(["proposal", "signature_line", "audit_entry"])]).toEqual([
      "requests",
      "audit",
    ]);
    expect([...topicsOf(["session"])]).toEqual([]);
  });

  it("is everything where it is not known what changed", () => {
    expect([...topicsOf([])]).toEqual(TOPICS);
    expect([...topicsOf(["table_of_tomorrow"])]).toEqual(TOPICS);
  });

  it("L19 calls for a look at sessions where one may have ended or its person's roles have changed", () => {
    for (const table of ["session", "person", "console_session"])
      expect(touchesSessions(["proposal", table]), table).toBe(true);
    expect(touchesSessions([])).toBe(true);
    expect(touchesSessions(["proposal", "audit_entry"])).toBe(false);
  });
});
