import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../scripts/lib/free-port.mjs";
import { inRoot } from "../../scripts/lib/paths.mjs";
import type { InvitedPerson } from "../../server/key-service/genesis/application/declare-genesis.ts";
import type { TestDatabase } from "./test-database.ts";
import { createSoftHsmToken, type TestToken } from "./tokens.ts";

export type Service = {
  readonly name: string;
  readonly child: ChildProcess;
  /** Everything it has written so far. */
  readonly output: () => string;
  /** Resolves when it has ended, however. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
};

/**
 * A whole installation of real parts, each process its own: witness, key service, PostgreSQL database,
 * PKCS#11 token. Stopped and removed by `stop`.
 */
export type Installation = {
  readonly folder: string;
  readonly deskPort: number;
  readonly deskOrigin: string;
  readonly rpcSocket: string;
  readonly gatewaySocket: string;
  readonly database: TestDatabase;
  readonly token: TestToken;
  readonly people: () => InvitedPerson[];
  readonly consoleCredential: () => string;
  readonly gatewayCredential: () => string;
  readonly witness: Service;
  readonly witnessPort: number;
  /** Holds the newest checkpoint of the witness, as a note. */
  readonly witnessDir: string;
  /** Names the witness to the key service. */
  readonly witnessesFile: string;
  /** Starts a witness on the same state and port: after `witness` has ended. */
  startWitness(): Promise<Service>;
  /** Holds the last checkpoint outside the database. */
  readonly stateDir: string;
  readonly keyService: () => Service;
  /** Starts a (further) key service; `environment` adds to or replaces the usual one. */
  startKeyService(environment?: Readonly<Record<string, string>>): Promise<Service>;
  stop(): Promise<void>;
};

export async function startInstallation(
  options: {
    readonly environment?: Readonly<Record<string, string>>;
    readonly wrap?: readonly string[];
    /** Instead of one on the server of the run; dropped by `stop` all the same. */
    readonly database?: TestDatabase;
    /** Further witnesses, as production wants them. They have nothing to tell and are stopped by `stop`. */
    readonly furtherWitnesses?: number;
  } = {},
): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-test-"));
  const [database, token] = await Promise.all([
    options.database ?? testDatabase(),
    createSoftHsmToken(),
  ]);
  const [deskPort, witnessPort] = [await freePort(), await freePort()];
  const deskOrigin =
    options.environment?.COUNTERSIGN_DESK_ORIGIN ?? `http://desk.localhost:${deskPort}`;
  const stateDir = join(folder, "key-service");
  const witnessDir = join(folder, "witness");
  mkdirSync(stateDir, { mode: 0o700 });
  mkdirSync(witnessDir, { mode: 0o700 });
  const rpcSocket = join(folder, "rpc.sock");
  const gatewaySocket = join(folder, "gateway.sock");
  const witnessesFile = join(folder, "witnesses.json");
  const logKeyFile = join(folder, "log-verifier-key");
  const environment: Record<string, string> = {
    PATH: process.env.PATH ?? "",
    ...token.env,
    COUNTERSIGN_STATE_DIR: stateDir,
    COUNTERSIGN_DATABASE_URL: database.url,
    COUNTERSIGN_PKCS11_MODULE: token.module,
    COUNTERSIGN_PKCS11_TOKEN: token.label,
    COUNTERSIGN_PKCS11_PIN_FILE: token.pinFile,
    COUNTERSIGN_DESK_ORIGIN: deskOrigin,
    COUNTERSIGN_DESK_PORT: String(deskPort),
    COUNTERSIGN_DESK_PAGE_DIR: inRoot("dist", "desk"),
    COUNTERSIGN_RPC_SOCKET: rpcSocket,
    COUNTERSIGN_GATEWAY_SOCKET: gatewaySocket,
    COUNTERSIGN_WITNESSES_FILE: witnessesFile,
    COUNTERSIGN_LOG_VERIFIER_KEY_FILE: logKeyFile,
    COUNTERSIGN_GENESIS: "development",
    ...options.environment,
  };
  const services: Service[] = [];
  const start = (name: string, file: string, env: Record<string, string>) => {
    const service = startService(
      name,
      [...(options.wrap ?? []), process.execPath, inRoot("dist", file)],
      env,
    );
    services.push(service);
    return service;
  };

  const preparation = start("prepare-log-key", "prepare-log-key.mjs", environment);
  const { code } = await preparation.ended;
  if (code !== 0) throw new Error(`the log key could not be made:\n${preparation.output()}`);
  const witnessOn = async (number: number, port: number, state: string) => {
    const service = start("witness", "witness.mjs", {
      PATH: environment.PATH ?? "",
      COUNTERSIGN_WITNESS_NAME: `witness.localhost/${number}`,
      COUNTERSIGN_WITNESS_PORT: String(port),
      COUNTERSIGN_WITNESS_STATE_DIR: state,
      COUNTERSIGN_WITNESS_LOGS_FILE: logKeyFile,
    });
    await ready(service, `http://127.0.0.1:${port}/readyz`);
    return service;
  };
  const addressOf = (port: number, state: string) => ({
    url: `http://127.0.0.1:${port}`,
    verifierKey: readFileSync(join(state, "verifier-key"), "utf8").trim(),
  });
  const startWitness = () => witnessOn(1, witnessPort, witnessDir);
  const witness = await startWitness();
  const witnesses = [addressOf(witnessPort, witnessDir)];
  for (let further = 0; further < (options.furtherWitnesses ?? 0); further += 1) {
    const [port, state] = [await freePort(), mkdtempSync(join(folder, "witness-"))];
    await witnessOn(further + 2, port, state);
    witnesses.push(addressOf(port, state));
  }
  writeFileSync(witnessesFile, JSON.stringify(witnesses));

  const startKeyService = async (extra: Readonly<Record<string, string>> = {}) => {
    const env = { ...environment, ...extra };
    const service = start("key-service", "key-service.mjs", env);
    const scheme = env.COUNTERSIGN_DESK_TLS_CERT === undefined ? "http" : "https";
    await ready(service, `${scheme}://127.0.0.1:${env.COUNTERSIGN_DESK_PORT}/readyz`);
    return service;
  };
  const stop = async () => {
    for (const service of services.reverse()) await endService(service);
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await startKeyService();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    folder,
    deskPort,
    deskOrigin,
    rpcSocket,
    gatewaySocket,
    database,
    token,
    people: () =>
      JSON.parse(readFileSync(join(stateDir, "people.json"), "utf8")) as InvitedPerson[],
    consoleCredential: () => readFileSync(join(stateDir, "console-credential"), "utf8").trim(),
    gatewayCredential: () => readFileSync(join(stateDir, "gateway-credential"), "utf8").trim(),
    witness,
    witnessPort,
    witnessDir,
    witnessesFile,
    startWitness,
    stateDir,
    keyService: () => {
      const newest = services.findLast((it) => it.name === "key-service");
      if (newest === undefined) throw new Error("no key service was started");
      return newest;
    },
    startKeyService,
    stop,
  };
}

export function startService(
  name: string,
  command: readonly string[],
  env: Record<string, string>,
): Service {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (more) => (text += more));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(
    (done, fail) => {
      child.once("error", fail).once("close", (code, signal) => done({ code, signal }));
    },
  );
  return { name, child, output: () => text, ended };
}

export async function endService({ child, ended }: Service): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const forced = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(forced);
}

/** Asks until it answers; fails at once, with what it wrote, when the process ends instead. */
export async function ready(service: Service, url: string): Promise<void> {
  let over = false;
  void service.ended.then(() => {
    over = true;
  });
  const until = performance.now() + 30_000;
  while (performance.now() < until) {
    if (over)
      throw new Error(`${service.name} ended instead of getting ready:\n${service.output()}`);
    try {
      if ((await statusOf(url)) === 200) return;
    } catch {
      // not listening yet
    }
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`${service.name} was not ready within 30 seconds:\n${service.output()}`);
}

/** Whose certificate it is, the tests of TLS ask. */
function statusOf(url: string): Promise<number> {
  return new Promise((done, fail) => {
    const options = { agent: false, rejectUnauthorized: false };
    const get = url.startsWith("https:") ? httpsGet : httpGet;
    get(url, options, (response) => {
      response.resume().on("end", () => done(response.statusCode ?? 0));
    }).on("error", fail);
  });
}

/** Loaded only where vitest runs: benches bring a database of their own. */
async function testDatabase(): Promise<TestDatabase> {
  const { createTestDatabase } = await import("./postgres.ts");
  return createTestDatabase();
}
