import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { attackFiles, readPromises } from "../../scripts/lib/proofs.mjs";

describe("what `npm run prove` shows", () => {
  it("AUD-2 every attack belongs to a promise: none is run without saying what it proves", () => {
    const proving = readPromises().flatMap((it) => it.attacks.flatMap(attackFiles));
    const all = readdirSync(inRoot("tests", "attacks"))
      .filter((it) => it.endsWith(".attack.spec.ts"))
      .map((it) => `tests/attacks/${it}`);
    expect(all.length).toBeGreaterThan(15);
    expect(all.filter((it) => !proving.includes(it))).toEqual([]);
  });
});
