import { expect, it } from "vitest";
import { paths, withQuery } from "./paths.ts";

it("leaves out of an address what is not chosen", () => {
  expect(withQuery("/secrets", { q: "", tier: null, env: undefined, state: [] })).toBe("/secrets");
  expect(paths.secrets({ q: "a b", tier: ["critical", "high"] })).toBe(
    "/secrets?q=a+b&tier=critical&tier=high",
  );
});

it("L8 an id never becomes another path, whatever it holds", () => {
  expect(paths.secret("../status")).toBe("/secrets/..%2Fstatus");
  expect(paths.person("p-1?all#x")).toBe("/people/p-1%3Fall%23x");
});
