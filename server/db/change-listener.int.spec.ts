import { tenantId } from "@countersign/protocol/names";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../tests/support/postgres.ts";
import { ChangeListener } from "./change-listener.ts";
import { announcementOf, CHANGES_CHANNEL } from "./changed-rows.ts";
import { inSession } from "./session.ts";

const ACME = tenantId.parse("acme");
const APPLICATION = "listener-under-test";

describe("the listener for changes", () => {
  let database: TestDatabase;
  let listener: ChangeListener;
  const heard: unknown[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    listener = new ChangeListener({
      url: database.consoleUrl,
      application: APPLICATION,
      onListening: () => heard.push("listening"),
      onChange: (changed) => heard.push(changed),
      onLost: () => heard.push("lost"),
    });
    listener.start();
    await vi.waitFor(() => expect(heard).toEqual(["listening"]));
  });
  afterAll(async () => {
    await listener.stop();
    await database.drop();
  });

  const announce = (table: string, end: "COMMIT" | "ROLLBACK") =>
    inSession(database.url, async (client) => {
      await client.query("BEGIN");
      const payload = announcementOf({ tenant: ACME, tables: [table] });
      await client.query("SELECT pg_notify($1, $2)", [CHANGES_CHANNEL, payload]);
      await client.query(end);
    });
  const connections = () =>
    inSession(database.adminUrl, async (client) => {
      const { rows } = await client.query<{ pid: number }>(
        "SELECT pid FROM pg_stat_activity WHERE application_name = $1",
        [APPLICATION],
      );
      return rows.map((it) => it.pid);
    });

  it("hears, as the console's role, what the key service's role announces, and nothing that was rolled back", async () => {
    heard.length = 0;
    await announce("person", "ROLLBACK");
    await announce("proposal", "COMMIT");
    await expect.poll(() => heard.length).toBe(1);
    expect(heard).toEqual([{ tenant: "acme", tables: ["proposal"] }]);
  });

  it("listens again by itself when its connection is ended, and says that it may have missed something", async () => {
    heard.length = 0;
    const [pid] = await connections();
    await inSession(database.adminUrl, (client) =>
      client.query("SELECT pg_terminate_backend($1)", [pid]),
    );
    await expect.poll(() => heard).toEqual(["lost", "listening"]);
    await announce("secret", "COMMIT");
    await expect.poll(() => heard.at(-1)).toEqual({ tenant: "acme", tables: ["secret"] });
    expect(await connections()).not.toContain(pid);
  });

  it("keeps trying where the database takes nobody, and listens when it does again", async () => {
    heard.length = 0;
    const { name, roles } = database;
    const allow = (yes: boolean) =>
      inSession(database.adminUrl, (client) =>
        client.query(
          `${yes ? "GRANT" : "REVOKE"} CONNECT ON DATABASE "${name}" ${yes ? "TO" : "FROM"} "${roles.console.name}"`,
        ),
      );
    await allow(false);
    try {
      for (const pid of await connections())
        await inSession(database.adminUrl, (client) =>
          client.query("SELECT pg_terminate_backend($1)", [pid]),
        );
      await expect.poll(() => heard).toEqual(["lost"]);
    } finally {
      await allow(true);
    }
    await expect.poll(() => heard).toEqual(["lost", "listening"]);
  });

  it("holds one connection, and none when it is stopped", async () => {
    expect(await connections()).toHaveLength(1);
    heard.length = 0;
    await listener.stop();
    await expect.poll(connections).toEqual([]);
    expect(heard).toEqual([]);
  });
});
