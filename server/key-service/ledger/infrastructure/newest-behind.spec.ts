import { describe, expect, it } from "vitest";
import { NewestBehind } from "./newest-behind.ts";

/** Work that ends when it is told to. */
function createWork() {
  const ends: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const newest = new NewestBehind(
    () => new Promise<void>((resolve, reject) => ends.push({ resolve, reject })),
  );
  const end = (at: number) => ends[at] ?? expect.fail(`work ${at} has not begun`);
  return { newest, begun: () => ends.length, end };
}

describe("AUD-2 work that always does the newest there is", () => {
  it("begins once for whoever asks while it is under way, however many", async () => {
    const { newest, begun, end } = createWork();
    const first = newest.ask();
    const others = Array.from({ length: 1_000 }, () => newest.ask());
    expect(begun()).toBe(1);
    end(0).resolve();
    await first;
    await expect.poll(begun).toBe(2);
    end(1).resolve();
    await Promise.all(others);
    expect(begun()).toBe(2);
  });

  it("never runs twice at a time, whenever the next asker comes", async () => {
    let running = 0;
    let most = 0;
    const newest = new NewestBehind(async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
    });
    const asked: Promise<void>[] = [];
    for (let i = 0; i < 200; i++) {
      asked.push(newest.ask());
      for (let ticks = 0; ticks < i % 7; ticks++) await Promise.resolve();
    }
    await Promise.all(asked);
    expect(most).toBe(1);
  });

  it("tells a failure to those whose work it was, and goes on for those behind", async () => {
    const { newest, begun, end } = createWork();
    const first = newest.ask();
    const behind = newest.ask();
    end(0).reject(new Error("the witness hung up"));
    await expect(first).rejects.toThrow("hung up");
    await expect.poll(begun).toBe(2);
    end(1).resolve();
    await behind;
  });
});
