import { REFUSAL_CODES, refuse } from "@countersign/protocol/refusals";
import { describe, expect, expectTypeOf, it } from "vitest";
import * as z from "zod";
import { ACTIONS, type Action } from "../authorise/grid.ts";
import { procedure } from "./procedure.ts";
import { RefusalError } from "./refusal-error.ts";
import { appRouter } from "./root.ts";

type Walked = {
  readonly _def: {
    readonly meta?: { action?: string };
    readonly inputs?: readonly unknown[];
    readonly output?: unknown;
  };
};
// tRPC keeps its procedures flat under their paths; what a definition holds is looked at, not trusted.
const procedures = appRouter._def.procedures as unknown as Readonly<Record<string, Walked>>;
const PATHS = Object.keys(procedures).sort();

describe("every procedure of the console", () => {
  it("stands in the grid of rights under its own path, and nothing else stands there", () => {
    expect(PATHS).toEqual([...ACTIONS].sort());
    for (const path of PATHS) expect(procedures[path]?._def.meta?.action).toBe(path);
  });

  for (const path of PATHS) {
    it(`${path} has a schema for what comes in and one for what goes out`, () => {
      const { inputs = [], output } = procedures[path]?._def ?? {};
      expect(inputs).toHaveLength(1);
      expect(inputs[0]).toBeInstanceOf(z.ZodType);
      expect(output).toBeInstanceOf(z.ZodType);
    });
  }

  it("names its action, or does not compile", () => {
    expectTypeOf(procedure).parameter(0).toEqualTypeOf<Exclude<Action, "session.state">>();
    // @ts-expect-error an action that is not in the grid
    const unnamed: Parameters<typeof procedure>[0] = "secrets.destroyAll";
    expect(PATHS).not.toContain(unnamed);
  });
});

describe("the one door for refusals", () => {
  it("knows every code, and none of them as a fault but tampering", () => {
    for (const code of REFUSAL_CODES) {
      const error = new RefusalError(refuse(code, "A sentence."));
      expect(error.message).toBe("A sentence.");
      expect(error.code === "INTERNAL_SERVER_ERROR").toBe(code === "tampering-found");
    }
  });
});
