import { describe, expect, it } from "vitest";
import { troubleOf } from "./trouble.ts";

describe("the one door for errors", () => {
  it("shows the sentence of a refusal, its code and the number that finds it", () => {
    const error = Object.assign(new Error("You cannot approve this: you asked for it yourself."), {
      data: { code: "FORBIDDEN", refusal: "own-proposal", correlation: "c-17" },
    });
    expect(troubleOf(error)).toEqual({
      kind: "forbidden",
      message: "You cannot approve this: you asked for it yourself.",
      code: "own-proposal",
      correlation: "c-17",
    });
  });

  it("says that a procedure refused even where it gives no code of ours", () => {
    const error = { message: "No such request.", data: { code: "NOT_FOUND" } };
    expect(troubleOf(error)).toMatchObject({ kind: "not-found", code: "not-found" });
  });

  it("LEAK-2 never shows the text of a fault, which may hold anything", () => {
    const error = {
      message: "select * from secret where value = 'hunter2'",
      data: { code: "INTERNAL_SERVER_ERROR", correlation: "c-18" },
    };
    const trouble = troubleOf(error);
    expect(trouble.kind).toBe("fault");
    expect(trouble.message).not.toContain("hunter2");
    expect(trouble.correlation).toBe("c-18");
  });

  it.each([
    new TypeError("Failed to fetch https://internal/x?token=t"),
    "text",
    null,
    undefined,
    3,
  ])("LEAK-2 what was not said by the console is shown as silence: %s", (error) => {
    expect(troubleOf(error)).toMatchObject({ kind: "unavailable", code: null, correlation: null });
    expect(troubleOf(error).message).not.toContain("internal");
  });
});
