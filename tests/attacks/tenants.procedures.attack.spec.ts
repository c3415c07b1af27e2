import { type Assignment, assignment, isPerService, ROLES } from "@countersign/protocol/roles";
import { TRPCError } from "@trpc/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type FoundSession,
  SessionStore,
} from "../../server/console/sessions/infrastructure/session-store.ts";
import { inSession } from "../../server/db/session.ts";
import type { Caller } from "../support/console-world.ts";
import { answerOf, inputFor } from "../support/procedure-cases.ts";
import { allProcedures, callByPath } from "../support/procedures.ts";
import {
  ownerOf,
  type Side,
  startTwoTenants,
  TENANTS,
  type TwoTenants,
} from "../support/two-tenants.ts";

const PROCEDURES = allProcedures();
const PATHS = PROCEDURES.map((it) => it.path);
const ENDS_SESSIONS = ["session.signOut", "session.signOutEverywhere"];
/** They say how the processes are at this moment, which nothing holds still. */
const OF_THE_MOMENT = ["status.read", "session.state", "live.changes"];

/** Nobody; somebody without a role; every role there is, for the services of both tenants. */
const IDENTITIES: Readonly<Record<string, readonly Assignment[] | null>> = {
  "nobody signed in": null,
  "somebody without a role": [],
  ...Object.fromEntries(
    ROLES.map((role) => [
      `the role ${role}`,
      [assignment.parse({ role, service: isPerService(role) ? "payments" : null })],
    ]),
  ),
};
const other = (side: Side): Side => (side === "acme" ? "globex" : "acme");

/** A person of one tenant, with whatever roles. */
class WithRoles extends SessionStore {
  roles: readonly Assignment[] = [];

  override async find(...of: Parameters<SessionStore["find"]>): Promise<FoundSession> {
    const found = await super.find(...of);
    return { ...found, person: found.person && { ...found.person, roles: this.roles } };
  }
}

/*
 * People of one tenant, in every role, call every procedure that the router has with the real ids of the other. The
 * console's own queries and the database's row-level security each have to hold alone.
 */
describe("tenants: the console's procedures", () => {
  let two: TwoTenants;
  let now: TwoTenants["world"]["parts"]["now"];
  const secrets = new Map<Side, string>();

  beforeAll(async () => {
    two = await startTwoTenants();
    for (const side of TENANTS) secrets.set(side, await two.world.signIn(ownerOf(two.world, side)));
    const moment = two.world.parts.now();
    now = () => moment;
  }, 240_000);
  afterAll(() => two?.world.stop());

  const callerOf = (side: Side, roles: readonly Assignment[] | null): Caller => {
    const { world } = two;
    if (roles === null) return world.as(null);
    const sessions = new WithRoles(world.parts.database);
    sessions.roles = roles;
    return world.as(secrets.get(side) ?? null, { parts: { sessions, now } });
  };
  const outcome = async (caller: Caller, path: string, input: unknown): Promise<string> => {
    try {
      return JSON.stringify((await answerOf(callByPath(caller, path, input))) ?? null);
    } catch (error) {
      if (!(error instanceof TRPCError)) throw error;
      if (error.code === "INTERNAL_SERVER_ERROR") throw error;
      return `${error.code} ${error.message}`;
    }
  };
  /** What an answer tells of the target beyond what its asker sent. */
  const told = (target: Side, input: unknown, answer: string) => {
    const sent = JSON.stringify(input) ?? "";
    return two.telling[target].filter((it) => !sent.includes(it) && answer.includes(it));
  };
  const rowLevelSecurity = (state: "ENABLE" | "DISABLE") =>
    inSession(two.world.installation.database.adminUrl, async (client) => {
      const { rows } = await client.query<{ name: string }>(
        `SELECT DISTINCT format('%I.%I', schemaname, tablename) AS name FROM pg_policies
          WHERE schemaname IN ('projection', 'console')`,
      );
      expect(rows.length).toBeGreaterThan(10);
      for (const { name } of rows)
        await client.query(
          `ALTER TABLE ${name} ${state} ROW LEVEL SECURITY, ${state === "ENABLE" ? "FORCE" : "NO FORCE"} ROW LEVEL SECURITY`,
        );
    });
  const askAll = async (paths: readonly string[]) => {
    const answers = new Map<string, string>();
    for (const path of paths)
      for (const target of TENANTS)
        for (const [who, roles] of Object.entries(IDENTITIES)) {
          const input = inputFor(path, two.facts[target]);
          const answer = await outcome(callerOf(other(target), roles), path, input);
          expect([who, path, told(target, input, answer)]).toEqual([who, path, []]);
          answers.set(`${who} of ${other(target)}: ${path}`, answer);
        }
    return answers;
  };
  const queries = PROCEDURES.filter((it) => it.type !== "mutation").map((it) => it.path);
  const mutations = PATHS.filter((it) => !queries.includes(it) && !ENDS_SESSIONS.includes(it));

  it("TENANT-1 what is looked for tells of each tenant, and its own people are told it", async () => {
    for (const side of TENANTS) {
      expect(two.telling[side].length, side).toBeGreaterThan(60);
      const all = ROLES.flatMap((role) => IDENTITIES[`the role ${role}`] ?? []);
      const seen = new Set<string>();
      for (const path of queries) {
        const answer = await outcome(callerOf(side, all), path, inputFor(path, two.facts[side]));
        for (const text of told(side, {}, answer)) seen.add(text);
      }
      expect(seen.size, [...seen].join(" ")).toBeGreaterThan(25);
    }
  });

  it("TENANT-1 L11 L25 whoever of the other tenant asks whatever, nothing of this one is told", async () => {
    const guarded = await askAll(queries);
    await askAll(mutations);
    expect(guarded.size).toBe(queries.length * TENANTS.length * Object.keys(IDENTITIES).length);
  });

  it("TENANT-1 L11 the console's own queries hold alone: without row-level security every answer is the same", async () => {
    await two.world.settled();
    const held = queries.filter((it) => !OF_THE_MOMENT.includes(it));
    const guarded = await askAll(held);
    await rowLevelSecurity("DISABLE");
    try {
      expect(withoutProofs(await askAll(held))).toEqual(withoutProofs(guarded));
      await askAll(mutations);
    } finally {
      await rowLevelSecurity("ENABLE");
    }
  });

  it("TENANT-1 SEG-1 row-level security holds alone: no query as the console's role reaches another tenant's rows", async () => {
    const { database } = two.world.installation;
    for (const target of TENANTS) {
      await inSession(database.consoleUrl, async (client) => {
        const { rows: tables } = await client.query<{ name: string; ours: boolean }>(
          `SELECT format('%I.%I', table_schema, table_name) AS name, bool_or(column_name = 'tenant') AS ours
             FROM information_schema.columns WHERE table_schema IN ('projection', 'console')
               AND table_name <> 'session' OR table_schema = 'projection' GROUP BY 1`,
        );
        expect(tables.length).toBeGreaterThan(15);
        for (const { name, ours } of tables) {
          await client.query("BEGIN");
          await client.query("SELECT set_config('app.tenant', $1, true)", [other(target)]);
          const { rows } = await client.query(`SELECT * FROM ${name}`);
          expect([name, told(target, {}, JSON.stringify(rows))]).toEqual([name, []]);
          if (ours) {
            const named = `SELECT * FROM ${name} WHERE tenant = $1 OR tenant <> $2`;
            expect((await client.query(named, [target, other(target)])).rows, name).toEqual([]);
          }
          await client.query("ROLLBACK");
        }
      });
    }
  });

  it("TENANT-1 ID-1 leaving ends sessions of one's own person, in one's own tenant", async () => {
    const stays = two.world.as(secrets.get("acme") ?? null);
    for (const path of ENDS_SESSIONS) {
      const caller = two.world.as(await two.world.signIn(two.world.cast.ingrid));
      const answer = await outcome(caller, path, undefined);
      expect(told("acme", {}, answer)).toEqual([]);
      expect(answer).toContain("ended");
    }
    await two.world.settled();
    expect(await outcome(stays, "session.state", undefined)).toContain("open");
  });
});

/** A proof leads to the newest checkpoint, which goes on while the ledger does; it comes from the key service. */
function withoutProofs(answers: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...answers].map(([who, text]) => [who, text.split(',"proof":')[0] ?? text]));
}
