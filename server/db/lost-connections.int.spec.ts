import { once } from "node:events";
import type pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase } from "../../tests/support/postgres.ts";
import { TappedProxy } from "../../tests/support/tapped-proxy.ts";
import { createPool, inTransaction } from "./pool.ts";
import { inSession } from "./session.ts";

const database = await createTestDatabase();
afterAll(() => database.drop());

/** What nobody caught: each of these would have ended a process. */
const uncaught: unknown[] = [];
const keep = (error: unknown) => uncaught.push(error);
beforeAll(() => process.on("uncaughtException", keep).on("unhandledRejection", keep));
afterAll(() => process.off("uncaughtException", keep).off("unhandledRejection", keep));

/** A rejection that nobody handles is told of at the end of the tick in which it happens. */
const nextTick = () => new Promise((done) => setImmediate(done));

describe("AUD-2 a connection to the database that breaks ends no process", () => {
  let proxy: TappedProxy;
  let url: string;
  let pool: pg.Pool;
  let idle: Error[];

  beforeEach(async () => {
    const address = new URL(database.url);
    proxy = await TappedProxy.start({
      host: address.hostname,
      port: Number(address.port || 5432),
    });
    address.hostname = "127.0.0.1";
    address.port = String(proxy.port);
    url = address.href;
    idle = [];
    pool = createPool({
      url,
      application: "test",
      connectTimeoutMs: 2_000,
      onIdleError: (error) => idle.push(error),
    });
  });
  afterEach(async () => {
    await proxy.close();
    await pool.end();
    await nextTick();
    expect(uncaught.splice(0)).toEqual([]);
  });

  type Break = (proxy: TappedProxy) => void;
  const BREAKS: readonly (readonly [string, Break])[] = [
    ["closed", (it) => it.cut()],
    ["reset", (it) => it.reset()],
  ];
  /** Breaks everything when so many chunks have passed, in whichever direction. */
  function breakAt(chunk: number, breaks: Break): () => number {
    let seen = 0;
    proxy.look = ({ bytes }) => {
      seen += 1;
      if (seen !== chunk) return bytes;
      breaks(proxy);
      return null;
    };
    return () => seen;
  }
  const outcome = (work: Promise<unknown>) =>
    work.then(
      () => "done",
      (error: unknown) => (error instanceof Error ? "failed" : String(error)),
    );

  describe.each(BREAKS)("%s", (_, breaks) => {
    it("at any moment of connecting, authenticating and a first query: the query fails, the next one works", async () => {
      const passed = breakAt(0, breaks);
      expect(await outcome(pool.query("SELECT 1"))).toBe("done");
      await pool.end();
      const chunks = passed();
      expect(chunks).toBeGreaterThan(5);
      const outcomes = new Set<string>();
      for (let chunk = 1; chunk <= chunks; chunk++) {
        pool = createPool({ url, application: "test", connectTimeoutMs: 2_000 });
        breakAt(chunk, breaks);
        outcomes.add(await outcome(pool.query("SELECT 1")));
        proxy.clear();
        expect((await pool.query("SELECT 2 AS two")).rows, `after ${chunk}`).toEqual([{ two: 2 }]);
        await pool.end();
      }
      expect(outcomes).toContain("failed");
      pool = createPool({ url, application: "test" });
    });

    it("at any moment of a transaction, between its statements too: it fails, the next one works", async () => {
      const work = () =>
        inTransaction(pool, async (client) => {
          await client.query("SELECT 1");
          await nextTick();
          await client.query("SELECT 2");
        });
      await work();
      const passed = breakAt(0, breaks);
      await work();
      for (let chunk = 1; chunk <= passed(); chunk++) {
        breakAt(chunk, breaks);
        await outcome(work());
        proxy.clear();
        await work();
      }
      const between = inTransaction(pool, async (client) => {
        const gone = once(client, "end");
        breaks(proxy);
        await gone;
        await client.query("SELECT 1");
      });
      expect(await outcome(between)).toBe("failed");
      await work();
    });

    it("while it lies idle: the pool tells, and replaces it", async () => {
      await Promise.all(Array.from({ length: 4 }, () => pool.query("SELECT pg_sleep(0.02)")));
      expect(pool.idleCount).toBeGreaterThan(1);
      breaks(proxy);
      await expect.poll(() => pool.totalCount).toBe(0);
      expect(idle.length).toBeGreaterThan(1);
      await pool.query("SELECT 1");
    });

    it("while it is being returned, or lent to the next caller", async () => {
      for (let round = 0; round < 20; round++) {
        const client = await pool.connect();
        const next = outcome(pool.query("SELECT 1"));
        const after = round % 4;
        if (after === 0) breaks(proxy);
        client.release();
        if (after === 1) breaks(proxy);
        if (after === 2) queueMicrotask(() => breaks(proxy));
        if (after === 3) setImmediate(() => breaks(proxy));
        await next;
      }
      await pool.query("SELECT 1");
    });

    it("while the pool is being ended", async () => {
      let asked = 0;
      proxy.look = ({ bytes }) => {
        if (bytes.includes("pg_sleep(60)")) asked += 1;
        return bytes;
      };
      const running = Array.from({ length: 4 }, () => outcome(pool.query("SELECT pg_sleep(60)")));
      await expect.poll(() => asked).toBe(4);
      const ended = pool.end();
      breaks(proxy);
      expect(new Set(await Promise.all(running))).toEqual(new Set(["failed"]));
      await ended;
      pool = createPool({ url, application: "test" });
    });

    it("at any moment of an administrator's session: its work fails, or is done", async () => {
      const passed = breakAt(0, breaks);
      const work = () => inSession(url, (client) => client.query("SELECT 1"));
      await work();
      for (let chunk = 1; chunk <= passed(); chunk++) {
        breakAt(chunk, breaks);
        expect(await outcome(work())).toMatch(/^(failed|done)$/);
        proxy.clear();
      }
      await work();
    });
  });

  it("nor does one that says nothing any more hold a caller up: each wait has its end", async () => {
    await pool.end();
    const timing = { connectTimeoutMs: 300, statementTimeoutMs: 200, answerGraceMs: 100 };
    pool = createPool({ url, application: "test", ...timing });
    await pool.query("SELECT 1");
    proxy.stall();
    await expect(pool.query("SELECT 2")).rejects.toThrow(/timeout/);
    await expect(pool.query("SELECT 3")).rejects.toThrow(/timeout/);
    proxy.clear();
    await expect.poll(() => outcome(pool.query("SELECT 4")), { timeout: 10_000 }).toBe("done");
  });
});
