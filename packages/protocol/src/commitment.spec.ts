import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { aSalt, aTextFor } from "../testing/arbitrary-values.ts";
import { commit, openCommitment, opening } from "./commitment.ts";
import { salt } from "./ids.ts";
import { TEXT_LABELS } from "./text.ts";

// Properties over many statements or code points, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const SALT = salt.parse("A".repeat(43));
const OTHER_SALT = salt.parse(`E${"A".repeat(42)}`);

describe("commitments", () => {
  it("open to the text, under the label and with the salt that they were made with", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .constantFrom(...TEXT_LABELS)
          .chain((label) => fc.tuple(fc.constant(label), aTextFor(label))),
        aSalt,
        async ([label, value], fresh) => {
          const made = await commit(label, value, fresh);
          expect(await openCommitment(made, label, { label, salt: fresh, value })).toBe(value);
        },
      ),
    );
  });

  it("open to nothing where the opening was erased", async () => {
    expect(
      await openCommitment(await commit("reason", "Freeze", SALT), "reason", undefined),
    ).toBeNull();
  });

  it.each([
    ["another text", { label: "reason", salt: SALT, value: "Freezes" }],
    ["another salt", { label: "reason", salt: OTHER_SALT, value: "Freeze" }],
    ["another label", { label: "justification", salt: SALT, value: "Freeze" }],
    ["a blank more", { label: "reason", salt: SALT, value: "Freeze " }],
    ["a text not fit to be shown", { label: "reason", salt: SALT, value: "Fre\u200beze" }],
  ] as const)("open to nothing for %s", async (_what, given) => {
    const made = await commit("reason", "Freeze", SALT);
    expect(
      await openCommitment(made, "reason", { label: "reason", salt: SALT, value: "Freeze" }),
    ).toBe("Freeze");
    expect(await openCommitment(made, "reason", given)).toBeNull();
  });

  it("made under one label open under no other, even with their own opening", async () => {
    const value = "https://idp.example olivia"; // fit for every label
    for (const made of TEXT_LABELS) {
      const target = await commit(made, value, SALT);
      for (const asked of TEXT_LABELS) {
        const own = await openCommitment(target, asked, {
          label: made,
          salt: SALT,
          value,
        });
        const relabelled = await openCommitment(target, asked, {
          label: asked,
          salt: SALT,
          value,
        });
        expect(own).toBe(made === asked ? value : null);
        expect(relabelled).toBe(made === asked ? value : null);
      }
    }
  });

  it("L6 to a text that is not fit to be signed never open, though they can be made", async () => {
    for (const value of ["a\u202eb", " a", "", "e\u0301", "a".repeat(1001)]) {
      const made = await commit("reason", value, SALT);
      expect(
        await openCommitment(made, "reason", { label: "reason", salt: SALT, value }),
      ).toBeNull();
    }
  });

  it("show nothing of equality: the same text with another salt gives another commitment", async () => {
    expect(await commit("reason", "Freeze", SALT)).not.toBe(
      await commit("reason", "Freeze", OTHER_SALT),
    );
  });

  it("openings from outside are read strictly", () => {
    const good = { label: "reason", salt: SALT, value: "Freeze" };
    expect(opening.safeParse(good).success).toBe(true);
    expect(opening.safeParse({ ...good, extra: 1 }).success).toBe(false);
    expect(opening.safeParse({ ...good, label: "name" }).success).toBe(false);
    expect(opening.safeParse({ ...good, salt: "" }).success).toBe(false);
    expect(opening.safeParse({ ...good, value: "a".repeat(1001) }).success).toBe(false);
  });
});
