import { describe, expect, it } from "vitest";
import { readArgs } from "./command.ts";

const OPTIONS = {
  json: { type: "boolean", help: "" },
  proposal: { type: "string", help: "" },
  key: { type: "string", multiple: true, help: "" },
} as const;
const read = (...args: string[]) => readArgs(OPTIONS, args, "help");
const hyphen = `-${"a".repeat(42)}`;
const hyphens = `--${"B".repeat(41)}`;

describe("arguments", () => {
  it("an id that begins with hyphens is an id, alone, among others and as what an option takes", () => {
    expect(read(hyphen, "--json", "name", hyphens)).toEqual({
      values: { json: true },
      positionals: [hyphen, "name", hyphens],
    });
    expect(read("--proposal", hyphen, "--key", hyphens, "--key", "c").values).toEqual({
      proposal: hyphen,
      key: [hyphens, "c"],
    });
  });

  it("an option that there is not is refused, and not repeated", () => {
    for (const odd of ["--nothing", "-x", `-${"a".repeat(41)}`, `-${"a".repeat(43)}`]) {
      expect(() => read(odd)).toThrow("There is an option that this command does not have.");
      expect(() => read(odd)).not.toThrow(odd);
    }
  });
});
