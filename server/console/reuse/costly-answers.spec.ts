import { describe, expect, it } from "vitest";
import { CostlyAnswers } from "./costly-answers.ts";

/** Answers that count how often they were counted, each taking `tookMs` on a clock that only they move. */
function counting(tookMs: number) {
  let now = 0;
  let times = 0;
  const answers = new CostlyAnswers<number>({ monotonic: () => now });
  const count = async () => {
    times += 1;
    const mine = times;
    await Promise.resolve();
    now += tookMs;
    return mine;
  };
  return {
    ask: (...question: string[]) => answers.ask(question, count),
    fail: (...question: string[]) =>
      answers.ask(question, async () => {
        now += tookMs;
        throw new Error("gone");
      }),
    wait: (ms: number) => {
      now += ms;
    },
    times: () => times,
  };
}

describe("counts for charts", () => {
  it("are counted anew for everybody while that is quick", async () => {
    const { ask } = counting(49);
    expect([await ask("acme"), await ask("acme"), await ask("acme")]).toEqual([1, 2, 3]);
  });

  it("are kept for ten times as long as they took, and not longer", async () => {
    const { ask, wait } = counting(100);
    expect(await ask("acme")).toBe(1);
    wait(999);
    expect(await ask("acme")).toBe(1);
    wait(1);
    expect(await ask("acme")).toBe(2);
  });

  it("are kept for 30 seconds at most", async () => {
    const { ask, wait } = counting(9_000);
    await ask("acme");
    wait(29_999);
    expect(await ask("acme")).toBe(1);
    wait(1);
    expect(await ask("acme")).toBe(2);
  });

  it("TENANT-1 AUD-5 are given to nobody who asked another question", async () => {
    const { ask } = counting(100);
    expect([
      await ask("acme", "all"),
      await ask("globex", "all"),
      await ask("acme", "own"),
    ]).toEqual([1, 2, 3]);
  });

  it("are counted once for all who come while a costly count is under way", async () => {
    const { ask, wait, times } = counting(100);
    await ask("acme");
    wait(1_000);
    expect(await Promise.all([ask("acme"), ask("acme"), ask("acme")])).toEqual([2, 2, 2]);
    expect(times()).toBe(2);
  });

  it("are tried again after a failure, which all who waited are told", async () => {
    const { ask, fail, wait } = counting(100);
    await ask("acme");
    wait(1_000);
    const [first, second] = await Promise.allSettled([fail("acme"), ask("acme")]);
    expect([first.status, second.status]).toEqual(["rejected", "rejected"]);
    expect(await ask("acme")).toBe(2);
  });

  it("do not grow without end", async () => {
    const { ask, times } = counting(100);
    for (let tenant = 0; tenant <= 500; tenant += 1) await ask(`t${tenant}`);
    await ask("t500");
    expect(times()).toBe(501);
    await ask("t0");
    expect(times()).toBe(502);
  });
});
