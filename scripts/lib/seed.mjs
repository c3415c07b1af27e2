import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { keepColleagueKeys } from "./colleague-keys.mjs";
import { Failure } from "./failure.mjs";
import { inRoot, inState } from "./paths.mjs";
import {
  CLIENT_ID,
  clientSecretFile,
  consoleCredentialFile,
  consoleOrigin,
  deskOrigin,
  devIdpSpec,
  gatewaySpec,
  genesisFile,
  issuer,
  keyServiceSpec,
  ports,
  socketPath,
  witnessSpec,
  writeWitnessesFile,
} from "./processes.mjs";
import { removeInstallation } from "./removal.mjs";
import { mustRun } from "./run.mjs";
import { writePrivate } from "./secrets-files.mjs";
import { caFile, caKeyFile, ensureWorkloadCa } from "./workload-identities.mjs";

/**
 * @import { ProcessSpec, Supervisor } from "./supervisor.mjs"
 * @import { ColleagueKey } from "./colleague-keys.mjs"
 */

/** Genesis is so long ago, an hour before the first scene of the story. */
const DAYS = 36;
const DAY_MS = 86_400_000;

const program = () => inRoot("dist", "seed.mjs");
const people = () => inState("people.json");
const begun = () => inState("seed", "begun");
const finished = () => inState("seed", "finished");

/** Whether this start is the first, and not asked to begin empty. */
export function wantsHistory() {
  const empty = process.argv.includes("--empty") || process.env.COUNTERSIGN_EMPTY === "1";
  return !empty && !existsSync(people());
}

/**
 * Removes what is left of a first start that was stopped while it wrote its history: nobody has worked on that, and a
 * history without its end is no company. What stands in somebody else's database or token is not removed unasked.
 *
 * @returns whether there was one
 * @throws {Failure} where it is not all ours to remove
 */
export function removeHalfHistory() {
  if (!existsSync(begun()) || existsSync(finished())) return false;
  if (!JSON.parse(readFileSync(begun(), "utf8")).isAllOurs) {
    throw new Failure(
      "The first start was stopped while it wrote its history, which has no end now.",
      "Run `npm run reset` and start again. `npm start -- --empty` begins without a history.",
    );
  }
  removeInstallation();
  return true;
}

/** Names the cast and their colleagues to genesis. */
export async function writeGenesisFile() {
  const { stdout } = await mustRun(process.execPath, [program(), "genesis", issuer], {
    what: "The genesis file of the history could not be made",
    todo: "Read the lines above.",
  });
  writePrivate(genesisFile(), stdout);
}

/**
 * Runs witness, identity provider, key service and gateway in the past, has the history played on them until the
 * present, and ends them.
 *
 * @param {{ environment: Record<string, string>, supervisor: Supervisor, note: (text: string) => void,
 *   record: (running: { name: string, pid: number }[]) => void }} of `environment` is the key service's
 */
export async function writeHistory({ environment, supervisor, record, note }) {
  const present = Date.now();
  const shiftMs = -DAYS * DAY_MS;
  const clockSockets = ["witness", "dev-idp", "key-service"].map((it) => socketPath(`clock-${it}`));
  // Whether all that is written now stands where we made the place for it.
  const isAllOurs = !process.env.DATABASE_URL && !process.env.COUNTERSIGN_PKCS11_MODULE;
  writePrivate(begun(), JSON.stringify({ at: new Date(present).toISOString(), isAllOurs }));
  const start = async (/** @type {ProcessSpec} */ spec) => {
    await supervisor.start(spec);
    record(supervisor.running());
  };
  note("starting in the past");
  await start(shifted(witnessSpec(), shiftMs));
  writeWitnessesFile();
  await start(shifted(devIdpSpec(), shiftMs));
  await start(shifted(keyServiceSpec(environment), shiftMs));
  await ensureWorkloadCa(() => {});
  await start(gatewaySpec());
  const keys = await play(
    {
      deskOrigin,
      rpcSocket: socketPath("key-service"),
      consoleCredentialFile: consoleCredentialFile(),
      peopleFile: people(),
      clockSockets,
      shiftMs,
      present,
      identity: {
        issuer,
        clientId: CLIENT_ID,
        clientSecretFile: clientSecretFile(),
        consoleOrigin,
      },
      gateway: { port: ports.gateway, caFile: caFile(), caKeyFile: caKeyFile() },
    },
    note,
  );
  keepColleagueKeys(keys);
  note("coming back to the present");
  await supervisor.stop();
  writePrivate(finished(), new Date().toISOString());
  note(`five weeks, ${Object.keys(keys).length} colleagues`);
}

/**
 * The same process with another clock. Its own command is not changed otherwise.
 * @param {ProcessSpec} spec
 * @param {number} shiftMs
 * @returns {ProcessSpec}
 */
function shifted(spec, shiftMs) {
  const [node = process.execPath, ...args] = spec.command;
  const preload = pathToFileURL(inRoot("scripts", "seed", "shifted-clock.mjs")).href;
  return {
    ...spec,
    command: [node, "--import", preload, ...args],
    env: {
      ...spec.env,
      SHIFTED_CLOCK_MS: String(shiftMs),
      SHIFTED_CLOCK_SOCKET: socketPath(`clock-${spec.name}`),
    },
  };
}

/**
 * @param {object} on
 * @param {(note: string) => void} note
 * @returns {Promise<Record<string, ColleagueKey>>}
 */
async function play(on, note) {
  const child = spawn(process.execPath, ["--enable-source-maps", program(), "play"], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  /** @type {Record<string, ColleagueKey> | null} */
  let keys = null;
  let chapter = "";
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    complaints += text;
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const told = JSON.parse(line);
    if (told.chapter !== undefined) {
      chapter = told.chapter;
      note(chapter);
    }
    if (told.keys !== undefined) keys = told.keys;
  });
  const ended = new Promise((done, fail) => {
    child.once("error", fail).once("close", done);
  });
  child.stdin.end(JSON.stringify(on));
  const code = await ended;
  process.off("exit", end);
  if (code === 0 && keys !== null) return keys;
  throw new Failure(
    `The history could not be written to its end: it stopped at “${chapter || "the beginning"}”.`,
    "Run `npm run reset` and start again; `npm start -- --empty` begins without a history.",
    { details: complaints },
  );
}
