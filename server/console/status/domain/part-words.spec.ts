import { describe, expect, it } from "vitest";
import {
  checkerPart,
  type Figures,
  gatewayPart,
  hsmPart,
  keyServicePart,
  notificationsPart,
  witnessPart,
} from "./part-words.ts";

const well: Figures = {
  hsm: { isReachable: true },
  ledger: { isAvailable: true, queued: 3 },
  projection: { state: "running", behind: 0 },
  lastCheck: { rowsCompared: 900, found: 0 },
  gateways: 1,
};
const parts = (figures: Figures | null) =>
  [keyServicePart, hsmPart, checkerPart, gatewayPart].map((of) => of(figures).state);

describe("what Status says of each part", () => {
  it("OBS-1 every part works where every figure is well", () => {
    expect(parts(well)).toEqual(["up", "up", "up", "up"]);
  });

  it("OBS-1 while the key service does not answer, it is down and nothing is claimed of what it knows", () => {
    expect(parts(null)).toEqual(["down", "unknown", "unknown", "unknown"]);
    expect(witnessPart(null).state).toBe("unknown");
  });

  it.each([
    ["the ledger is read again", { ledger: { isAvailable: false, queued: 0 } }, [0]],
    ["the queue is long", { ledger: { isAvailable: true, queued: 513 } }, [0]],
    ["the token is gone", { hsm: { isReachable: false } }, [1]],
    ["lists are not written", { projection: { state: "retrying", behind: 9 } as const }, [2]],
    ["rows differed", { lastCheck: { rowsCompared: 9, found: 1 } }, [2]],
    ["no gateway is connected", { gateways: 0 }, [3]],
  ])("OBS-1 where %s, that part alone is down", (_, change, which) => {
    const states = parts({ ...well, ...change });
    expect(states.flatMap((it, at) => (it === "down" ? [at] : []))).toEqual(which);
  });

  it("OBS-1 a part that nobody asked for is not down: no gateway served, no comparison yet", () => {
    expect(gatewayPart({ ...well, gateways: null }).state).toBe("unknown");
    expect(checkerPart({ ...well, lastCheck: null }).state).toBe("unknown");
  });

  it.each([
    [0, "up"],
    [300, "up"],
    [301, "down"],
  ])("a witness that is quiet for %i seconds is %s", (quiet, state) => {
    expect(witnessPart(quiet).state).toBe(state);
  });

  it("messages that cannot be delivered are told with why, in our words", () => {
    const stuck = { queued: 5, failing: 2, trouble: "the webhook answered 503" };
    expect(notificationsPart(["mail", "webhook"], stuck)).toEqual({
      state: "down",
      sentence:
        "2 of 5 messages by mail and webhook cannot be delivered: the webhook answered 503. They are tried again; people see here what waits.",
    });
    expect(notificationsPart(["mail"], { queued: 1, failing: 0, trouble: null }).state).toBe("up");
    expect(notificationsPart([], { queued: 0, failing: 0, trouble: null }).sentence).toContain(
      "No mail server",
    );
  });
});
