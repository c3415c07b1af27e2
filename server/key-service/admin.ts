import { loadBackupConfig } from "../config/backup-config.ts";
import { ConfigurationFault } from "../config/environment.ts";
import { DatabaseFault } from "../db/database-fault.ts";
import { backUp, createBackupKey, restore, verify } from "./backup/application/admin-commands.ts";
import { ADMIN_HELP, type AdminCommand, parseAdminCommand } from "./backup/domain/admin-command.ts";
import { BackupFault } from "./backup/domain/backup-fault.ts";
import { reportText } from "./backup/domain/backup-report.ts";

/*
 * `secrets admin …`: what an operator does at the server itself, with the key service's own configuration. Exit
 * codes: 0 done, 1 a fault, 2 wrong use, 5 refused. A report goes to standard output, everything else to standard error.
 */
try {
  const command = parseAdminCommand(process.argv.slice(2));
  if (command.do === "help") process.stdout.write(ADMIN_HELP);
  else process.stdout.write(await run(command));
} catch (error) {
  const [exitCode, what, todo] = explained(error);
  process.stderr.write(`secrets admin: ${what}\n${todo === "" ? "" : `${todo}\n`}`);
  process.exitCode = exitCode;
}

async function run(command: Exclude<AdminCommand, { do: "help" }>): Promise<string> {
  if (command.do === "new-backup-key") {
    const publicKey = await createBackupKey(command.out);
    return `${publicKey}\n`;
  }
  const config = loadBackupConfig();
  const report =
    command.do === "backup"
      ? await backUp(config, command)
      : command.do === "restore"
        ? await restore(config, command)
        : await verify(config, command);
  return command.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report);
}

function explained(error: unknown): [exitCode: number, what: string, todo: string] {
  if (error instanceof BackupFault) return [error.exitCode, error.message, error.todo];
  if (error instanceof DatabaseFault) return [1, error.message, error.todo];
  if (error instanceof ConfigurationFault)
    return [2, error.message, "Correct the variables above."];
  return [1, error instanceof Error ? error.message : "Something failed.", ""];
}
