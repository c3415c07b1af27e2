import { describe, expect, it } from "vitest";
import { inView, soughtName } from "./palette-words.ts";

describe("what somebody looks for in the palette", () => {
  it.each([
    ["ask for postgres", "postgres"],
    ["Ask to use payments/prod", "payments/prod"],
    ["explain app-password", "app-password"],
    ["why can I not app-password", "app-password"],
    ["open secret://payments/prod/postgres/app-password", "payments/prod/postgres/app-password"],
    ["postgres", "postgres"],
    ["used-keys", "used-keys"],
    ["open", "open"],
    ["approve next", ""],
    ["approve next postgres", "postgres"],
    ["  ", ""],
  ])("%s", (typed, sought) => {
    expect(soughtName(typed)).toBe(sought);
  });
});

describe("what stands before the reader", () => {
  it("is what is open beside the list, or the page itself", () => {
    expect(inView("/requests", "abc")).toEqual({ room: "requests", id: "abc" });
    expect(inView("/secrets/s-1", null)).toEqual({ room: "secrets", id: "s-1" });
  });

  it("is nothing on lists, on forms and in other rooms", () => {
    expect(inView("/requests", null)).toBeNull();
    expect(inView("/requests/new", null)).toBeNull();
    expect(inView("/secrets/fix", "s-1")).toBeNull();
    expect(inView("/people/p-1", "p-1")).toBeNull();
    expect(inView("/", null)).toBeNull();
  });
});
