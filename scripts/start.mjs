// `npm start`: everything from a fresh clone to running processes. Only Node's own modules are loaded
// before the packages are installed.
import { mkdirSync } from "node:fs";
import { ensureBundles } from "./lib/bundles.mjs";
import { ensureConsoleBuild } from "./lib/console-build.mjs";
import { clusterDir, consoleDatabase, openDatabase, prepareDatabase } from "./lib/database.mjs";
import {
  forgetInstance,
  recordInstance,
  requireFreePorts,
  requireNoInstance,
  stopOrphans,
} from "./lib/instance.mjs";
import { ensurePackages, requireNode } from "./lib/packages.mjs";
import { stateDir } from "./lib/paths.mjs";
import { readPeople, showPeople, yours } from "./lib/people.mjs";
import { ensurePkcs11 } from "./lib/pkcs11-build.mjs";
import { stopLeftover } from "./lib/postgres-server.mjs";
import { ensurePrismaClient } from "./lib/prisma-client.mjs";
import {
  consoleOrigin,
  consoleSpec,
  deskOrigin,
  devIdpSpec,
  ensureLogKey,
  gatewaySpec,
  keyServiceEnvironment,
  keyServiceSpec,
  ports,
  requireGatewayCredential,
  witnessSpec,
  writeWitnessesFile,
} from "./lib/processes.mjs";
import { bold, dim, duration, explain, green, indent, red, say, step, yellow } from "./lib/say.mjs";
import { removeHalfHistory, wantsHistory, writeGenesisFile, writeHistory } from "./lib/seed.mjs";
import { readableLine, showLine } from "./lib/show-line.mjs";
import { untilStopped } from "./lib/shutdown.mjs";
import { Supervisor } from "./lib/supervisor.mjs";
import { ensureToken } from "./lib/token.mjs";
import { ensureWorkloadCa } from "./lib/workload-identities.mjs";

const startedAt = performance.now();
const supervisor = new Supervisor({ onLine: showLine, onEvent: report });
/** Of the processes that live in the past while a first start writes its history. */
const seeding = new Supervisor({ onLine: () => {}, onEvent: report });
/** @type {import("./lib/database.mjs").OpenDatabase | undefined} */
let database;

const stopped = untilStopped({
  stop: async () => {
    say(`\n${bold("Stopping")}  ${dim("(Ctrl-C again ends everything at once)")}`);
    await seeding.stop();
    await supervisor.stop();
    await database?.stop();
    forgetInstance();
    say(`${green("✓")} stopped`);
  },
  force: () => {
    seeding.kill();
    supervisor.kill();
    if (database?.pid !== undefined) process.kill(database.pid, "SIGQUIT");
  },
});

try {
  await start();
} catch (error) {
  // Ctrl-C while starting makes the step at hand fail; then there is nothing to explain.
  if (!stopped.requested()) {
    explain(error);
    process.exitCode = 1;
    await seeding.stop();
    await supervisor.stop();
    await database?.stop();
    forgetInstance();
    process.exit();
  }
}

async function start() {
  requireNode();
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  requireNoInstance();
  const orphans = await stopOrphans();
  if (await stopLeftover(clusterDir())) orphans.push("PostgreSQL");
  if (orphans.length > 0)
    say(`${yellow("!")} ended what an earlier run left: ${orphans.join(", ")}`);
  if (removeHalfHistory()) {
    say(
      `${yellow("!")} the first start was stopped while it wrote its history; it begins anew, all of it`,
    );
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  }
  recordInstance([]);

  await step("packages", ensurePackages);
  await step("PKCS#11 binding", ensurePkcs11);
  await step("programs", ensureBundles);
  await step("database client", ensurePrismaClient);
  await step("console's pages", ensureConsoleBuild);
  const token = await step("token", ensureToken);
  await requireFreePorts(wantedPorts());
  const opened = await step("PostgreSQL", (note) => openDatabase(ports.postgres, note));
  database = opened;
  void watchDatabase(opened);
  const role = await step("schema and roles", (note) => prepareDatabase(opened.adminUrl, note));
  const withHistory = wantsHistory();
  if (withHistory) await writeGenesisFile();
  const environment = keyServiceEnvironment(token, role);
  await step("ledger key", (note) => ensureLogKey(environment, note));
  if (withHistory) {
    await step("a company’s history", (note) =>
      writeHistory({ environment, supervisor: seeding, record: recordInstance, note }),
    );
  }
  await step("witness", () => supervise(witnessSpec()));
  writeWitnessesFile();
  await step("identity provider", () => supervise(devIdpSpec()));
  await step("key service", () => supervise(keyServiceSpec(environment)));
  requireGatewayCredential();
  await step("workload issuer", ensureWorkloadCa);
  await step("gateway", () => supervise(gatewaySpec()));
  await step("console", () => supervise(consoleSpec(consoleDatabase(opened.adminUrl))));
  announce(opened.place);
}

/** @param {import("./lib/supervisor.mjs").ProcessSpec} spec */
async function supervise(spec) {
  await supervisor.start(spec);
  recordInstance(supervisor.running());
}

/** @param {string} place of the database */
function announce(place) {
  say(`\n${bold("Countersign runs")}, ready in ${duration(performance.now() - startedAt)}\n`);
  say(`  console      ${bold(consoleOrigin)}`);
  say(`  desk         ${bold(deskOrigin)}`);
  say(
    `  gateway      https://localhost:${ports.gateway}  ${dim("npm run svid makes an identity to fetch with")}`,
  );
  say(`  witness      http://127.0.0.1:${ports.witness}`);
  say(`  PostgreSQL   ${place}`);
  say(`  state, logs  ${stateDir}\n`);
  const people = yours(readPeople() ?? []);
  if (people.length > 0) {
    say("The development cast. Open a person's link to enrol a first key; it works once:\n");
    showPeople(people);
  }
  say(
    `\n${dim("npm run people shows this again, npm run reset starts afresh, Ctrl-C stops everything.")}`,
  );
}

function wantedPorts() {
  return [
    { name: "desk", port: ports.desk, variable: "COUNTERSIGN_DESK_PORT" },
    { name: "witness", port: ports.witness, variable: "COUNTERSIGN_WITNESS_PORT" },
    { name: "gateway", port: ports.gateway, variable: "COUNTERSIGN_GATEWAY_PORT" },
    {
      name: "gateway's health",
      port: ports.gatewayStatus,
      variable: "COUNTERSIGN_GATEWAY_STATUS_PORT",
    },
    { name: "console", port: ports.console, variable: "COUNTERSIGN_CONSOLE_PORT" },
    {
      name: "key service's metrics",
      port: ports.keyServiceStatus,
      variable: "COUNTERSIGN_KEY_SERVICE_STATUS_PORT",
    },
    {
      name: "witness's metrics",
      port: ports.witnessStatus,
      variable: "COUNTERSIGN_WITNESS_STATUS_PORT",
    },
    {
      name: "console's metrics",
      port: ports.consoleStatus,
      variable: "COUNTERSIGN_CONSOLE_STATUS_PORT",
    },
    {
      name: "development identity provider",
      port: ports.devIdp,
      variable: "COUNTERSIGN_DEV_IDP_PORT",
    },
    ...(process.env.DATABASE_URL
      ? []
      : [{ name: "database", port: ports.postgres, variable: "COUNTERSIGN_POSTGRES_PORT" }]),
  ];
}

/** @param {import("./lib/supervisor.mjs").SupervisorEvent} event */
function report(event) {
  if (event.kind === "died" && !event.wasReady) {
    say(`\n${yellow("!")} ${bold(event.name)} ${event.how} while starting; trying again`);
  } else if (event.kind === "died") {
    say(`\n${red("✗")} ${bold(event.name)} ${event.how}. Its last words:`);
    say(dim(indent(event.lastLines.map(readableLine).join("\n") || "(none)")));
    say(`  starting it again in ${duration(event.restartInMs)}`);
  } else if (event.kind === "restarted") {
    recordInstance(supervisor.running());
    say(`${green("✓")} ${bold(event.name)} started again`);
  } else {
    say(`${yellow("!")} ${bold(event.name)} did not end in time and was killed`);
  }
}

/**
 * An embedded PostgreSQL that ends by itself is started again on the same folder; the processes
 * reconnect by themselves.
 * @param {import("./lib/database.mjs").OpenDatabase} opened
 */
async function watchDatabase(opened) {
  if (opened.exited === undefined) return;
  const how = await opened.exited;
  if (stopped.requested() || process.exitCode === 1) return;
  say(`\n${red("✗")} ${bold("PostgreSQL")} ${how}; starting it again`);
  try {
    database = await openDatabase(ports.postgres, () => {});
    say(`${green("✓")} ${bold("PostgreSQL")} started again`);
    void watchDatabase(database);
  } catch (error) {
    explain(error);
  }
}
