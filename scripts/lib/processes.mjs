import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Failure } from "./failure.mjs";
import { inRoot, inState, root, stateDir } from "./paths.mjs";
import { mustRun } from "./run.mjs";
import { ensureSecretFile, writePrivate } from "./secrets-files.mjs";
import { answersOk } from "./supervisor.mjs";
import { gatewayFiles, TRUST_DOMAIN } from "./workload-identities.mjs";

/** @import { ProcessSpec } from "./supervisor.mjs" */

/** The system's limit for the path of a unix socket. */
const LONGEST_SOCKET_PATH = 107;

/**
 * Ports of a development installation, each changed by the variable of its name.
 */
export const ports = {
  desk: portFrom("COUNTERSIGN_DESK_PORT", 8460),
  witness: portFrom("COUNTERSIGN_WITNESS_PORT", 8461),
  postgres: portFrom("COUNTERSIGN_POSTGRES_PORT", 8462),
  gateway: portFrom("COUNTERSIGN_GATEWAY_PORT", 8463),
  gatewayStatus: portFrom("COUNTERSIGN_GATEWAY_STATUS_PORT", 8464),
  console: portFrom("COUNTERSIGN_CONSOLE_PORT", 8465),
  devIdp: portFrom("COUNTERSIGN_DEV_IDP_PORT", 8466),
  keyServiceStatus: portFrom("COUNTERSIGN_KEY_SERVICE_STATUS_PORT", 8467),
  witnessStatus: portFrom("COUNTERSIGN_WITNESS_STATUS_PORT", 8468),
  consoleStatus: portFrom("COUNTERSIGN_CONSOLE_STATUS_PORT", 8469),
};

export const deskOrigin =
  process.env.COUNTERSIGN_DESK_ORIGIN ?? `http://desk.localhost:${ports.desk}`;

export const consoleOrigin =
  process.env.COUNTERSIGN_CONSOLE_ORIGIN ?? `http://localhost:${ports.console}`;

/** The development identity provider; a real one is named in the console's and the key service's configuration. */
export const CLIENT_ID = "countersign-console";
export const issuer = `http://localhost:${ports.devIdp}`;
export const clientSecretFile = () => inState("console", "oidc-client-secret");
const identityProvidersFile = () => inState("key-service", "identity-providers.json");

/** Who founds an installation that begins with a history; none where it begins empty. */
export const genesisFile = () => inState("seed", "genesis.json");
export const consoleCredentialFile = () => inState("key-service", "console-credential");

const logVerifierKeyFile = () => inState("key-service", "log-verifier-key");
const witnessesFile = () => inState("key-service", "witnesses.json");
/** Written by the witness at its first start. */
const witnessVerifierKeyFile = () => inState("witness", "verifier-key");

/**
 * What the key service is started with (read by server/config/key-service-config.ts).
 * @param {Record<string, string>} token
 * @param {Record<string, string>} database
 * @returns {Record<string, string>}
 */
export function keyServiceEnvironment(token, database) {
  return {
    ...baseEnvironment(),
    ...token,
    ...database,
    COUNTERSIGN_STATE_DIR: folder("key-service"),
    COUNTERSIGN_DESK_ORIGIN: deskOrigin,
    COUNTERSIGN_DESK_PORT: String(ports.desk),
    COUNTERSIGN_DESK_PAGE_DIR: inRoot("dist", "desk"),
    COUNTERSIGN_KEY_SERVICE_STATUS_PORT: String(ports.keyServiceStatus),
    COUNTERSIGN_RPC_SOCKET: socketPath("key-service"),
    COUNTERSIGN_GATEWAY_SOCKET: socketPath("gateway"),
    COUNTERSIGN_LOG_VERIFIER_KEY_FILE: logVerifierKeyFile(),
    COUNTERSIGN_WITNESSES_FILE: witnessesFile(),
    COUNTERSIGN_PEOPLE_FILE: inState("people.json"),
    COUNTERSIGN_IDENTITY_PROVIDERS_FILE: writeIdentityProviders(),
    COUNTERSIGN_CONSOLE_ORIGIN: consoleOrigin,
    COUNTERSIGN_GENESIS: "development",
    ...(existsSync(genesisFile()) ? { COUNTERSIGN_GENESIS_FILE: genesisFile() } : {}),
  };
}

/**
 * The log's key comes before the witnesses', which come before the genesis that names them.
 * @param {Record<string, string>} environment of the key service
 * @param {(note: string) => void} note
 */
export async function ensureLogKey(environment, note) {
  if (existsSync(logVerifierKeyFile())) return note("current");
  await mustRun(process.execPath, [inRoot("dist", "prepare-log-key.mjs")], {
    env: environment,
    what: "The ledger's signing key could not be made on the token",
    todo: "Read the lines above.",
  });
  note("made on the token");
}

/** @returns {ProcessSpec} */
export function witnessSpec() {
  return spec("witness", `http://127.0.0.1:${ports.witness}/readyz`, {
    ...baseEnvironment(),
    COUNTERSIGN_WITNESS_NAME: "witness.localhost/1",
    COUNTERSIGN_WITNESS_PORT: String(ports.witness),
    COUNTERSIGN_WITNESS_STATUS_PORT: String(ports.witnessStatus),
    COUNTERSIGN_WITNESS_STATE_DIR: folder("witness"),
    COUNTERSIGN_WITNESS_LOGS_FILE: logVerifierKeyFile(),
  });
}

/** Tells the key service where the witness is and what its key is; it has just announced both. */
export function writeWitnessesFile() {
  const announced = witnessVerifierKeyFile();
  if (!existsSync(announced)) {
    throw new Failure(
      `The witness is ready but did not write its verifier key to ${announced}.`,
      "Run `npm run reset` and start again.",
    );
  }
  const verifierKey = readFileSync(announced, "utf8").trim();
  const url = `http://127.0.0.1:${ports.witness}`;
  writePrivate(witnessesFile(), JSON.stringify([{ url, verifierKey }], null, 2));
}

/** Tells the key service whose ID tokens it verifies. */
function writeIdentityProviders() {
  const file = identityProvidersFile();
  writePrivate(file, JSON.stringify([{ issuer, clientId: CLIENT_ID }], null, 2));
  return file;
}

/** @returns {ProcessSpec} */
export function devIdpSpec() {
  ensureSecretFile(clientSecretFile());
  return spec("dev-idp", `http://127.0.0.1:${ports.devIdp}/readyz`, {
    ...baseEnvironment(),
    DEV_IDP_ISSUER: issuer,
    DEV_IDP_PORT: String(ports.devIdp),
    DEV_IDP_STATE_DIR: folder("dev-idp"),
    DEV_IDP_CLIENT_ID: CLIENT_ID,
    DEV_IDP_CLIENT_SECRET_FILE: clientSecretFile(),
    DEV_IDP_CONSOLE_ORIGIN: consoleOrigin,
    DEV_IDP_DESK_ORIGIN: deskOrigin,
    DEV_IDP_COLLEAGUES: existsSync(genesisFile()) ? "yes" : "no",
  });
}

/**
 * The console, as it is built for production.
 * @param {Record<string, string>} database
 * @returns {ProcessSpec}
 */
export function consoleSpec(database) {
  ensureSecretFile(inState("console", "cookie-secret"));
  ensureSecretFile(clientSecretFile());
  return spec("console", `http://127.0.0.1:${ports.console}/readyz`, {
    ...baseEnvironment(),
    ...database,
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
    COUNTERSIGN_ROOT_DIR: root,
    COUNTERSIGN_CONSOLE_ORIGIN: consoleOrigin,
    COUNTERSIGN_CONSOLE_PORT: String(ports.console),
    COUNTERSIGN_CONSOLE_STATUS_PORT: String(ports.consoleStatus),
    COUNTERSIGN_RPC_SOCKET: socketPath("key-service"),
    COUNTERSIGN_CONSOLE_CREDENTIAL_FILE: consoleCredentialFile(),
    COUNTERSIGN_OIDC_ISSUER: issuer,
    COUNTERSIGN_OIDC_CLIENT_ID: CLIENT_ID,
    COUNTERSIGN_OIDC_CLIENT_SECRET_FILE: clientSecretFile(),
    COUNTERSIGN_COOKIE_SECRET_FILE: inState("console", "cookie-secret"),
    // Mail and webhook: off, unless whoever starts it names them.
    ...given(/^COUNTERSIGN_(?:SMTP|MAIL|WEBHOOK)_/),
  });
}

/** @param {RegExp} names */
function given(names) {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      names.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  );
}

/**
 * @param {Record<string, string>} environment
 * @returns {ProcessSpec}
 */
export function keyServiceSpec(environment) {
  return spec("key-service", `http://127.0.0.1:${ports.desk}/readyz`, environment);
}

/** Genesis names the gateway: an installation that began before there was one has no credential for it. */
export function requireGatewayCredential() {
  if (existsSync(inState("key-service", "gateway-credential"))) return;
  throw new Failure(
    "This installation began before there was a gateway, and its genesis names none.",
    "Run `npm run reset` and start again: a development installation is made anew.",
  );
}

/** @returns {ProcessSpec} */
export function gatewaySpec() {
  const { certificate, key, trust } = gatewayFiles();
  return spec("gateway", `http://127.0.0.1:${ports.gatewayStatus}/readyz`, {
    ...baseEnvironment(),
    COUNTERSIGN_GATEWAY_PORT: String(ports.gateway),
    COUNTERSIGN_GATEWAY_STATUS_PORT: String(ports.gatewayStatus),
    COUNTERSIGN_TRUST_DOMAIN: TRUST_DOMAIN,
    COUNTERSIGN_GATEWAY_CERTIFICATE_FILE: certificate,
    COUNTERSIGN_GATEWAY_KEY_FILE: key,
    COUNTERSIGN_TRUST_BUNDLE_FILE: trust,
    COUNTERSIGN_GATEWAY_SOCKET: socketPath("gateway"),
    COUNTERSIGN_GATEWAY_CREDENTIAL_FILE: inState("key-service", "gateway-credential"),
  });
}

/**
 * @param {string} name
 * @param {string} readyUrl
 * @param {Record<string, string>} env
 * @returns {ProcessSpec}
 */
function spec(name, readyUrl, env) {
  return {
    name,
    command: [process.execPath, "--enable-source-maps", inRoot("dist", `${name}.mjs`)],
    cwd: root,
    env,
    isReady: answersOk(readyUrl),
    logFile: inState("logs", `${name}.log`),
  };
}

/** A child inherits nothing by accident: neither DATABASE_URL nor what else a shell carries. */
function baseEnvironment() {
  return Object.fromEntries(
    ["PATH", "HOME", "TZ", "LANG", "LD_PRELOAD", "FAKETIME"].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** @param {string} name of who listens for whom */
export function socketPath(name) {
  const inside = inState("key-service", "rpc", `${name}.sock`);
  const id = createHash("sha256").update(stateDir).digest("hex").slice(0, 8);
  const short = join(tmpdir(), `countersign-${process.getuid?.() ?? 0}-${id}`, `${name}.sock`);
  const path = inside.length <= LONGEST_SOCKET_PATH ? inside : short;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return path;
}

/** @param {...string} parts */
function folder(...parts) {
  const path = inState(...parts);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

/**
 * @param {string} variable
 * @param {number} otherwise
 */
function portFrom(variable, otherwise) {
  const text = process.env[variable];
  if (text === undefined || text === "") return otherwise;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Failure(
    `${variable} is "${text}", which is no port.`,
    "Give a number from 1 to 65535.",
  );
}
