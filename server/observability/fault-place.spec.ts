import { describe, expect, it } from "vitest";
import { placeOfFault } from "./fault-place.ts";

describe("LEAK-2 L12 what a log says of an exception", () => {
  it("is its kind, its code and where it was thrown, and nothing of its message", () => {
    const error = Object.assign(new TypeError("invalid input: hunter2"), { code: "22P02" });
    const said = placeOfFault(error);
    expect(said).toMatch(/^TypeError 22P02 at .*fault-place\.spec\.ts/);
    expect(said).not.toContain("hunter2");
  });

  it("is nothing of a message that spans lines, looks like a place, or stands in its cause, its name or its code", () => {
    const error = new Error("choked on\n    at hunter2 (file.ts:1:1)", {
      cause: new Error("hunter2"),
    });
    error.name = "hunter2 is the password";
    Object.assign(error, { code: "hunter2 hunter2" });
    expect(placeOfFault(error)).not.toContain("hunter2");
    expect(placeOfFault(error)).toContain("fault-place.spec.ts");
  });

  it("is the type alone of what is no error", () => {
    expect(placeOfFault("hunter2")).toBe("string");
    expect(placeOfFault({ value: "hunter2" })).toBe("object");
    expect(placeOfFault(null)).toBe("object");
  });
});
