import { deviceId } from "@countersign/protocol/ids";
import { toInstant, toMilliseconds } from "@countersign/protocol/instants";
import { refuse } from "@countersign/protocol/refusals";
import { describe, expect, it } from "vitest";
import { approvedGrant } from "../../../../tests/support/approved-grant.ts";
import { err, ok } from "../../../kernel/result.ts";
import { deviceKeyLookup } from "./device-key-lookup.ts";

const DAY_MS = 86_400_000;
const CLOCK_DIFFERS = err(refuse("clock-differs", "Nobody knows the time."));

describe("the key of a device", () => {
  const { command, state: makeState } = approvedGrant();
  const state = makeState();
  const lastAt = toMilliseconds(state.lastAt ?? toInstant(0));
  const lookup = (now: Parameters<typeof deviceKeyLookup>[0]["now"]) =>
    deviceKeyLookup({ state, now })(command.device);

  it("ID-2 is found while its enrolment lasts, and not afterwards", async () => {
    expect(await lookup(() => ok(toInstant(lastAt)))).toHaveLength(32);
    expect(await lookup(() => ok(toInstant(lastAt + 366 * DAY_MS)))).toBeNull();
  });

  it("JIT-1 is found while nobody knows the time: it is the clock that refuses, not the enrolment", async () => {
    expect(await lookup(() => CLOCK_DIFFERS)).toHaveLength(32);
  });

  it("ID-2 is nobody's for a device that was never enrolled, with a clock and without", async () => {
    const stranger = deviceId.parse(`d-${"0".repeat(26)}`);
    for (const now of [() => ok(toInstant(lastAt)), () => CLOCK_DIFFERS])
      expect(await deviceKeyLookup({ state, now })(stranger)).toBeNull();
  });
});
