import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { root } from "../../scripts/lib/paths.mjs";
import { run } from "../../scripts/lib/run.mjs";
import { createTestDatabase } from "../../tests/support/postgres.ts";
import { migrate } from "./migrate.ts";
import { inSession } from "./session.ts";

const database = await createTestDatabase();
afterAll(() => database.drop());

describe("migrate", () => {
  it("leaves no difference between the migrations and prisma/schema.prisma", async () => {
    const ended = await run(
      process.execPath,
      [
        ...["scripts/prisma.mjs", "migrate", "diff", "--from-config-datasource"],
        ...["--to-schema", "prisma/schema.prisma", "--exit-code"],
      ],
      { env: { ...process.env, DATABASE_URL: database.adminUrl } },
    );
    expect(ended.output).toContain("No difference detected");
    expect(ended.code).toBe(0);
  });

  it("starts nothing when every migration is recorded", async () => {
    expect(await migrate(database.adminUrl, root)).toBe("already-current");
  });

  it("creates a database that does not exist, and then finds it current", async () => {
    const url = new URL(database.adminUrl);
    url.pathname = `/${database.name}_new`;
    expect(await migrate(url.href, root)).toBe("migrated");
    expect(await migrate(url.href, root)).toBe("already-current");
    await inSession(database.adminUrl, (client) =>
      client.query(`DROP DATABASE "${database.name}_new"`),
    );
  });

  it("refuses a migration that was edited after it was applied", async () => {
    const copy = mkdtempSync(join(tmpdir(), "countersign-migrations-"));
    cpSync(join(root, "prisma"), join(copy, "prisma"), { recursive: true });
    for (const name of ["scripts", "node_modules"]) symlinkSync(join(root, name), join(copy, name));
    writeFileSync(
      join(copy, "prisma/migrations/20261123000000_init/migration.sql"),
      "-- nothing any more\n",
    );
    await expect(migrate(database.adminUrl, copy)).rejects.toMatchObject({
      reason: "migration-edited",
    });
    rmSync(copy, { recursive: true });
  });

  it("says what to do when the server is away, the password wrong or the role too weak", async () => {
    const closed = await closedPort();
    await expect(
      migrate(`postgresql://someone:hush@127.0.0.1:${closed}/x`, root),
    ).rejects.toMatchObject({
      reason: "unreachable",
      message: expect.not.stringContaining("hush"),
    });

    const wrong = new URL(database.adminUrl);
    wrong.password = "not-the-password";
    const error = await migrate(wrong.href, root).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ reason: "wrong-credentials" });
    expect(String(error)).not.toContain("not-the-password");

    await expect(migrate(database.consoleUrl, root)).rejects.toMatchObject({ reason: "no-rights" });
  });
});

function closedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}
