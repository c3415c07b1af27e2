import { toInstant, toMilliseconds } from "@countersign/protocol/instants";
import { assignment } from "@countersign/protocol/roles";
import { TRPCError } from "@trpc/server";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { LIVE_LIMITS } from "../../server/console/live/live-hub.ts";
import { IDLE_SECONDS } from "../../server/console/sessions/domain/session.ts";
import {
  type FoundSession,
  SessionStore,
} from "../../server/console/sessions/infrastructure/session-store.ts";
import type { ConsoleParts } from "../../server/console/trpc/context.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console-world.ts";
import { ask, register, registration, SECRET } from "../support/story.ts";

type Event = { readonly topics: readonly string[] };

/** Whoever signs in is nothing but a tenant admin, who sees no secret and no workload. */
class TenantAdmins extends SessionStore {
  override async find(...of: Parameters<SessionStore["find"]>): Promise<FoundSession> {
    const found = await super.find(...of);
    const roles = [assignment.parse({ role: "tenant-admin", service: null })];
    return { ...found, person: found.person && { ...found.person, roles } };
  }
}

describe("the stream of changes", () => {
  let world: ConsoleWorld;
  let olivia: string;
  let sam: string;

  beforeAll(async () => {
    world = await startConsoleWorld();
    const { cast } = world;
    await register(cast, registration(SECRET));
    olivia = await world.signIn(cast.olivia);
    sam = await world.signIn(cast.sam);
    await vi.waitFor(() => expect(world.parts.live.isListening).toBe(true));
  }, 180_000);
  afterAll(() => world?.stop());
  beforeEach(() => vi.waitFor(() => expect(world.parts.live.size).toBe(0)));

  /** The events as one browser has them, the first one read; `events` grows by itself. */
  async function listen(secret: string, parts: Partial<ConsoleParts> = {}) {
    const stream = await world.as(secret, { parts }).live.changes({ sinceMs: 0 });
    const iterator = (stream as AsyncIterable<Event>)[Symbol.asyncIterator](); // as the contract says
    const first = await iterator.next();
    const events: Event[] = [];
    const ended = (async () => {
      for (;;) {
        const { done, value } = await iterator.next();
        if (done) return "ended";
        events.push(value);
      }
    })().catch((error: unknown) => {
      if (!(error instanceof TRPCError)) throw error;
      return "refusal" in error ? (error.refusal as { code: string }).code : error.code;
    });
    return { first: first.value as Event, events, ended };
  }
  const heard = ({ events }: { events: readonly Event[] }) =>
    new Set(events.flatMap((it) => it.topics));
  const leaveAll = async (secret: string) => {
    await world.as(secret).session.signOut();
    await expect.poll(() => world.parts.live.size).toBe(0);
  };

  it("TENANT-1 L11 tells Sam within a second what Olivia did, and somebody of another tenant nothing", async () => {
    const { cast } = world;
    const theirs = await world.signIn(cast.ingrid);
    const mine = await world.signIn(cast.sam);
    await world.settled();
    const [samHears, ingridHears] = [await listen(mine), await listen(theirs)];
    await ask(cast);
    const from = performance.now();
    await expect.poll(() => heard(samHears).has("requests"), { interval: 5 }).toBe(true);
    expect(performance.now() - from).toBeLessThan(1_000);
    await world.settled();
    // What is hers still reaches her: her silence is not deafness.
    const own = world.as(theirs).session.signOut();
    expect(await ingridHears.ended).toBe("not-signed-in");
    await own;
    expect(ingridHears.events).toEqual([]);
    await leaveAll(mine);
  });

  it("says what to ask again, and nothing of what it is", async () => {
    const mine = await world.signIn(world.cast.sam);
    const stream = await listen(mine);
    await ask(world.cast);
    await expect.poll(() => heard(stream).has("audit")).toBe(true);
    for (const event of [stream.first, ...stream.events]) {
      expect(Object.keys(event)).toEqual(["topics"]);
      for (const topic of event.topics) expect(topic).toMatch(/^[a-z]+$/);
    }
    await leaveAll(mine);
  });

  it("ID-2 tells of a topic only who may read something of it", async () => {
    const mine = await world.signIn(world.cast.sam);
    const { tenant } = await world.as(mine).session.me();
    const sessions = new TenantAdmins(world.parts.database);
    const { first, events } = await listen(mine, { sessions });
    world.parts.live.changed({ tenant, tables: [] });
    await expect.poll(() => events.length).toBeGreaterThan(0);
    const topics = new Set([first, ...events].flatMap((it) => it.topics));
    expect(topics).toEqual(new Set(["requests", "people", "audit", "notifications"]));
    await leaveAll(mine);
  });

  it("ID-1 ends within a second when the key service ends the session, though the console still has its row", async () => {
    const mine = await world.signIn(world.cast.priya);
    const { tenant, person } = await world.as(mine).session.me();
    const { ended } = await listen(mine);
    await world.parts.keyService.call("/console/v1/sessions/end", { tenant, person, all: true });
    const from = performance.now();
    expect(await ended).toBe("not-signed-in");
    expect(performance.now() - from).toBeLessThan(2_000);
  });

  it("ID-1 ends when its person signs out in another window, and when they are signed out everywhere", async () => {
    const [one, other] = [await world.signIn(world.cast.sam), await world.signIn(world.cast.sam)];
    const [first, second] = [await listen(one), await listen(other)];
    await world.as(one).session.signOut();
    expect(await first.ended).toBe("not-signed-in");
    expect(world.parts.live.size).toBe(1);
    await world.as(sam).session.signOutEverywhere();
    expect(await second.ended).toBe("not-signed-in");
    sam = await world.signIn(world.cast.sam);
  });

  it("ID-1 keeps no session from going idle: an open stream moves no clock, and ends with it", async () => {
    const mine = await world.signIn(world.cast.priya);
    const { idleAt } = (await world.as(mine).session.me()).session;
    const almost = toMilliseconds(idleAt) - 1_500;
    const from = performance.now();
    // The clock stands a moment before the end, and goes on.
    const now = () => toInstant(Math.round(almost + performance.now() - from));
    const { ended, events } = await listen(mine, { now });
    await ask(world.cast);
    await expect.poll(() => events.length).toBeGreaterThan(0);
    expect((await world.as(mine).session.me()).session.idleAt).toBe(idleAt);
    expect(await ended).toBe("not-signed-in");
    const waited = performance.now() - from;
    expect(waited).toBeGreaterThan(1_400);
    expect(waited).toBeLessThan(6_000);
    expect(IDLE_SECONDS).toBe(900);
  });

  it("RATE-1 three windows of a session are told, a fourth asks by itself, and another session is not hindered", async () => {
    const mine = await world.signIn(world.cast.sam);
    for (let n = 0; n < LIVE_LIMITS.perSession; n++) await listen(mine);
    await expect(listen(mine)).rejects.toMatchObject({ refusal: { code: "rate-limited" } });
    const hers = await listen(olivia);
    expect(hers.first.topics).toBeInstanceOf(Array);
    await world.as(mine).session.signOut();
    await expect.poll(() => world.parts.live.size).toBe(1);
    await world.as(olivia).session.signOut();
    expect(await hers.ended).toBe("not-signed-in");
    olivia = await world.signIn(world.cast.olivia);
  });

  it("says of what changed while nobody listened, to whoever comes", async () => {
    await ask(world.cast);
    await world.settled();
    const mine = await world.signIn(world.cast.sam);
    const { first } = await listen(mine);
    expect(first.topics).toContain("requests");
    await leaveAll(mine);
  });
});
