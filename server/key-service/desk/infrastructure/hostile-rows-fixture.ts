import { expect, it } from "vitest";
import type { Reply } from "./desk-fixture.ts";
import { DESK, expectProblem, reached } from "./listener-fixture.ts";

/** A request that must be refused, and with what. */
export type HostileRow = [what: string, ask: () => Promise<Reply>, status: number, code: string];

/** A path of the desk that would reach its handler with `DRAFT`. */
export const DECLINE = "/desk/v1/drafts/decline";
export const DRAFT = `{"drafts":["x-${"0".repeat(26)}"]}`;

/** What the desk's page sends, without one header. */
export function without(name: keyof typeof DESK): Record<string, string> {
  const { [name]: _, ...rest } = DESK;
  return rest;
}

/** Each is refused as its row says, and nothing of it reaches a handler. */
export function refusesAll(rows: readonly HostileRow[]): void {
  it.each(rows)("refuses %s", async (_, ask, status, code) => {
    reached.length = 0;
    const reply = await ask();
    expectProblem(reply, status, code);
    expect(reached.filter((it) => it === "decline")).toEqual([]);
    if (status === 405) expect(reply.headers.allow).toMatch(/^(POST|GET, HEAD)$/);
  });
}
