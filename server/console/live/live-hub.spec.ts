import { digest } from "@countersign/protocol/ids";
import { tenantId } from "@countersign/protocol/names";
import { describe, expect, it } from "vitest";
import { TOPICS } from "./domain/topics.ts";
import { LIVE_LIMITS, LiveHub } from "./live-hub.ts";

const ACME = tenantId.parse("acme");
const GLOBEX = tenantId.parse("globex");
const session = (n: number) => digest.parse(Buffer.alloc(32, n).toString("base64url"));
const SAM = { tenant: ACME, session: session(1) };

function hubAt(nowMs = 1_000_000) {
  const clock = { now: nowMs, monotonic: () => clock.now };
  const hub = new LiveHub(clock);
  return { clock, hub };
}
function seatIn(hub: LiveHub, of = SAM) {
  const joined = hub.join(of);
  if (!joined.ok) throw new Error(joined.error.message);
  return joined.value;
}
const NOBODY_LEFT = new AbortController().signal;

describe("who listens for changes", () => {
  it("TENANT-1 is told of a change in their own tenant at once, and of none in another", async () => {
    const { hub } = hubAt();
    hub.listening();
    const [sam, ingrid] = [seatIn(hub), seatIn(hub, { tenant: GLOBEX, session: session(2) })];
    hub.changed({ tenant: ACME, tables: ["proposal"] });
    expect(await sam.next(1_000, NOBODY_LEFT)).toEqual({
      isOver: false,
      topics: ["requests"],
      mustLook: false,
    });
    expect(await ingrid.next(0, NOBODY_LEFT)).toMatchObject({ topics: [], mustLook: true });
  });

  it("hears that anything may have changed when the database is heard again after a silence", async () => {
    const { hub } = hubAt();
    hub.listening();
    const sam = seatIn(hub);
    hub.lost();
    hub.listening();
    expect(await sam.next(1_000, NOBODY_LEFT)).toMatchObject({ topics: TOPICS, mustLook: true });
  });

  it("is not let in while nothing is heard of changes, nor when the process stops", () => {
    const { hub } = hubAt();
    expect(hub.join(SAM)).toMatchObject({ ok: false, error: { code: "unavailable" } });
    hub.listening();
    hub.lost();
    expect(hub.join(SAM)).toMatchObject({ ok: false, error: { code: "unavailable" } });
    hub.listening();
    seatIn(hub).leave();
    hub.stop();
    expect(hub.join(SAM)).toMatchObject({ ok: false, error: { code: "unavailable" } });
  });

  it("RATE-1 has three seats for one session, and so many in all; a seat that is left is free", () => {
    const { hub } = hubAt();
    hub.listening();
    const seats = Array.from({ length: LIVE_LIMITS.perSession }, () => seatIn(hub));
    expect(hub.join(SAM)).toMatchObject({ ok: false, error: { code: "rate-limited" } });
    seats[0]?.leave();
    seats[0]?.leave();
    expect(hub.size).toBe(2);
    seatIn(hub);
    const small = new LiveHub({ monotonic: () => 0 }, { perSession: 3, inTotal: 5 });
    small.listening();
    for (let n = 0; n < 5; n++) seatIn(small, { tenant: ACME, session: session(n) });
    const sixth = small.join({ tenant: GLOBEX, session: session(9) });
    expect(sixth).toMatchObject({ ok: false, error: { code: "rate-limited" } });
  });

  it("is woken at once when the process stops, and when the page goes", async () => {
    const { hub } = hubAt();
    hub.listening();
    const gone = new AbortController();
    const waiting = [seatIn(hub).next(60_000, NOBODY_LEFT), seatIn(hub).next(60_000, gone.signal)];
    gone.abort();
    hub.stop();
    expect(await Promise.all(waiting)).toEqual([{ isOver: true }, { isOver: true }]);
  });

  it("learns on arrival what changed since their page was read, and everything where that was not heard", () => {
    const { clock, hub } = hubAt();
    hub.listening();
    clock.now += 3_600_000;
    hub.changed({ tenant: ACME, tables: ["proposal"] });
    clock.now += 60_000;
    hub.changed({ tenant: ACME, tables: ["audit_entry"] });
    hub.changed({ tenant: GLOBEX, tables: ["secret"] });
    expect([...hub.changedWithin(ACME, 1_000)]).toEqual(["audit"]);
    expect([...hub.changedWithin(ACME, 58_000)]).toEqual(["requests", "audit"]);
    expect([...hub.changedWithin(ACME, 2 * 3_600_000)]).toEqual(TOPICS);
    clock.now += 60_000;
    expect([...hub.changedWithin(ACME, 1_000)]).toEqual([]);
    hub.changed({ tenant: null, tables: [] });
    expect([...hub.changedWithin(ACME, 1_000)]).toEqual(TOPICS);
  });
});
