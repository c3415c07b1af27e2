import { describe, expect, it } from "vitest";
import type { RequestChoices } from "../../../../components/rooms/views.ts";
import { durationChoices, readRequest } from "./read-request.ts";

const CHOICES = {
  devices: [{ device: "d-1", label: "Olivia's laptop" }],
  maxSecrets: 3,
  maxDurationSeconds: 28_800,
  maxUses: 5,
} as unknown as RequestChoices; // ids and times are branded; none is looked at here

const GOOD = {
  justification: "Pool exhausted since 03:10.",
  ticket: "OPS-4711",
  durationSeconds: "3600",
  maxUses: "1",
  device: "d-1",
};
function form(change: Partial<typeof GOOD> = {}): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries({ ...GOOD, ...change })) data.set(name, value);
  return data;
}
const problems = (change: Partial<typeof GOOD>, secrets: readonly string[] = ["a/prod/b"]) => {
  const read = readRequest(form(change), secrets, CHOICES);
  return read.ok ? [] : Object.keys(read.problems);
};

describe("JIT-1 the form of a request", () => {
  it("reads what was filled in, without blanks around it", () => {
    expect(readRequest(form({ ticket: "  OPS-4711 " }), ["a/prod/b"], CHOICES)).toEqual({
      ok: true,
      request: {
        secrets: ["a/prod/b"],
        justification: "Pool exhausted since 03:10.",
        ticket: "OPS-4711",
        notBefore: null,
        durationSeconds: 3600,
        maxUses: 1,
        device: "d-1",
      },
    });
  });

  it.each([
    [{ justification: "  " }, "justification"],
    [{ ticket: "" }, "ticket"],
    [{ durationSeconds: "0" }, "durationSeconds"],
    [{ durationSeconds: "28801" }, "durationSeconds"],
    [{ durationSeconds: "x" }, "durationSeconds"],
    [{ maxUses: "0" }, "maxUses"],
    [{ maxUses: "6" }, "maxUses"],
    [{ maxUses: "1.5" }, "maxUses"],
    [{ device: "d-2" }, "device"],
  ])("%j is a problem of its own field", (change, field) => {
    expect(problems(change)).toEqual([field]);
  });

  it("names all problems at once, and needs one secret at least and no more than allowed", () => {
    expect(problems({ justification: "", ticket: "" }, [])).toEqual([
      "secrets",
      "justification",
      "ticket",
    ]);
    expect(problems({}, ["a", "b", "c", "d"])).toEqual(["secrets"]);
  });

  it("offers no length of time that the installation refuses", () => {
    expect(durationChoices(3600).map((it) => it.words)).toEqual([
      "15 minutes",
      "30 minutes",
      "1 hour",
    ]);
  });
});
