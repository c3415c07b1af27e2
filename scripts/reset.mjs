// `npm run reset [-- --yes]`: forgets this development installation, keys and ledger included.
import { createInterface } from "node:readline/promises";
import { clusterDir } from "./lib/database.mjs";
import { Failure } from "./lib/failure.mjs";
import { requireNoInstance, stopOrphans } from "./lib/instance.mjs";
import { stopLeftover } from "./lib/postgres-server.mjs";
import { installationFolders, removeEverything } from "./lib/removal.mjs";
import { bold, green, runMain, say } from "./lib/say.mjs";

/** What the external database holds of ours. */
const SCHEMAS = ["keyservice", "projection", "console"];

await runMain(async () => {
  requireNoInstance();
  const external = process.env.DATABASE_URL;
  say(bold("This removes, without a way back:"));
  for (const folder of installationFolders()) say(`  ${folder}`);
  say("  (the token with its keys, the ledger, the witness's memory, enrolled people, logs)");
  if (external) {
    const { host, pathname } = new URL(external);
    say(`  the schemas ${SCHEMAS.join(", ")} of the database ${host}${pathname} (DATABASE_URL)`);
  }
  await confirm();

  await stopOrphans();
  await stopLeftover(clusterDir());
  if (external) await dropSchemas(external);
  removeEverything();
  say(`${green("✓")} removed. \`npm start\` begins afresh.`);
});

async function confirm() {
  if (process.argv.includes("--yes")) return;
  const question = createInterface({ input: process.stdin, output: process.stderr });
  const answer = process.stdin.isTTY ? await question.question("\nType yes to go on: ") : "";
  question.close();
  if (answer.trim().toLowerCase() === "yes") return;
  throw new Failure("Nothing was removed.", "Answer yes, or run `npm run reset -- --yes`.");
}

/** @param {string} url */
async function dropSchemas(url) {
  const { default: pg } = await import("pg");
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(`DROP SCHEMA IF EXISTS ${SCHEMAS.join(", ")} CASCADE`);
    await client.query("DROP TABLE IF EXISTS public._prisma_migrations");
  } finally {
    await client.end();
  }
}
