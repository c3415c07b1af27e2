// `npm run admin -- <command>`: `secrets admin` on this development installation, while `npm start` runs. On a server
// its environment comes from where the key service's does: docs/runbooks/backup.md.
import { spawn } from "node:child_process";
import { DATABASE } from "./lib/database.mjs";
import { Failure } from "./lib/failure.mjs";
import { runningInstance } from "./lib/instance.mjs";
import { inRoot, inState } from "./lib/paths.mjs";
import { keyServiceEnvironment, ports } from "./lib/processes.mjs";
import { runMain } from "./lib/say.mjs";
import { ensureToken } from "./lib/token.mjs";

await runMain(async () => {
  const args = process.argv.slice(2);
  if (args[0] === "restore") {
    throw new Failure(
      "A development installation is not restored into: it has a token and a ledger of its own.",
      "docs/runbooks/restore.md says how an empty place is prepared.",
    );
  }
  if (runningInstance() === null) {
    throw new Failure("Countersign does not run from this checkout.", "Start it with `npm start`.");
  }
  const token = await ensureToken(() => {});
  const child = spawn(process.execPath, [inRoot("dist", "admin.mjs"), ...args], {
    stdio: "inherit",
    env: keyServiceEnvironment(token, databaseRole()),
  });
  process.exitCode = await new Promise((done) => child.once("exit", (code) => done(code ?? 1)));
});

/** The key service's role at the database of this installation. */
function databaseRole() {
  const url = new URL(
    process.env.DATABASE_URL ?? `postgresql://127.0.0.1:${ports.postgres}/${DATABASE}`,
  );
  url.username = "countersign_key_service";
  url.password = "";
  return {
    COUNTERSIGN_DATABASE_URL: url.href,
    COUNTERSIGN_DATABASE_PASSWORD_FILE: inState("database", "key-service-password"),
  };
}
