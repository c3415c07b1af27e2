import { ConfigurationFault } from "../config/environment.ts";
import { loadPrepareDatabaseConfig } from "../config/prepare-database-config.ts";
import { DatabaseFault } from "./database-fault.ts";
import { migrate } from "./migrate.ts";
import { applyRoles, CONSOLE_ROLE, KEY_SERVICE_ROLE } from "./roles.ts";

/**
 * A program that runs before the processes, as the database's administrator: migrates, then states
 * roles and privileges. Prints one line of JSON, `{ok: true, migrated}` or `{ok: false, what, todo}`.
 */
async function main(): Promise<object> {
  try {
    const { adminUrl, rootDir, passwords } = loadPrepareDatabaseConfig();
    const migrated = await migrate(adminUrl, rootDir);
    await applyRoles(adminUrl, {
      keyService: { name: KEY_SERVICE_ROLE, password: passwords.keyService },
      console: { name: CONSOLE_ROLE, password: passwords.console },
    });
    return { ok: true, migrated };
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof DatabaseFault) return { ok: false, what: error.message, todo: error.todo };
    if (error instanceof ConfigurationFault) {
      return { ok: false, what: error.message, todo: "Correct the variables named above." };
    }
    throw error;
  }
}

process.stdout.write(`${JSON.stringify(await main())}\n`);
