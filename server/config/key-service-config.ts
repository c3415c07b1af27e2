import { join } from "node:path";
import { z } from "zod";
import {
  absolutePath,
  ConfigurationFault,
  host,
  parseEnvironment,
  port,
  postgresUrl,
  variable,
} from "./environment.ts";
import { readSecretFile } from "./secret-file.ts";
import { readSingleSignOn, type SingleSignOn, singleSignOnVariables } from "./single-sign-on.ts";
import { readWitnesses, type WitnessAddress } from "./witnesses-file.ts";

/** What the key service is told from outside. Everything else it knows from its own ledger. */
export type KeyServiceConfig = {
  /** Absolute, 0700. The last checkpoint outside the database stands here. */
  readonly stateDir: string;
  /** As the role `countersign_key_service`, password included. */
  readonly databaseUrl: string;
  readonly pkcs11: {
    readonly module: string;
    readonly tokenLabel: string;
    readonly pin: string;
    /** Passed to `C_Initialize`; NSS needs them. */
    readonly initParameters: string | undefined;
  };
  readonly desk: {
    /** WebAuthn origin of the desk. Its host is the rpId; changing it makes every enrolled key useless. */
    readonly origin: string;
    readonly rpId: string;
    readonly host: string;
    readonly port: number;
    /** Absolute; the built page: index.html, desk.js, desk.css, icon.svg. */
    readonly pageDir: string;
  };
  /** Unix socket of the console's and workers' commands; its folder is 0700. */
  readonly rpcSocket: string;
  readonly witnesses: readonly WitnessAddress[];
  /** A checkpoint is witnessed with this many cosignatures. */
  readonly witnessQuorum: number;
  /**
   * A key service that was silent for so long may be replaced: how long a standby, or the next start after
   * a crash, waits before it takes the ledger's pen. Milliseconds, 1,000 to 600,000.
   */
  readonly penStaleMs: number;
  /**
   * Where the log's verifier key (C2SP signed note, `name+id+key`) is written, for the witnesses'
   * operators to configure.
   */
  readonly logVerifierKeyFile: string;
  /**
   * What to do when there is no history at all: `development` performs the development genesis,
   * undefined refuses to start. Whether an installation *is* one of development is a fact of its
   * genesis entry; with a history this is not looked at.
   */
  readonly genesis: "development" | undefined;
  /** How often the checker runs, in seconds; once at every start too. */
  readonly checkEverySeconds: number;
  /** Identity providers, and the console that people come from. */
  readonly singleSignOn: SingleSignOn;
  /** Absolute; where the development genesis writes the cast's one-time enrolment links, 0600. */
  readonly peopleFile: string;
};

const variables = {
  ...singleSignOnVariables,
  COUNTERSIGN_STATE_DIR: variable(
    absolutePath,
    "Give the absolute path of a folder that only this account can read.",
  ),
  COUNTERSIGN_DATABASE_URL: variable(
    postgresUrl,
    "Give postgresql://countersign_key_service@host:port/database.",
  ),
  COUNTERSIGN_DATABASE_PASSWORD_FILE: variable(
    absolutePath.optional(),
    "Give the absolute path of a file (0600) that holds the role's password.",
  ),
  COUNTERSIGN_PKCS11_MODULE: variable(
    absolutePath,
    "Give the absolute path of the PKCS#11 library of your HSM, e.g. /usr/lib/softhsm/libsofthsm2.so.",
  ),
  COUNTERSIGN_PKCS11_TOKEN: variable(
    z.string().min(1).max(32),
    "Give the label of the token, at most 32 characters.",
  ),
  COUNTERSIGN_PKCS11_PIN_FILE: variable(
    absolutePath,
    "Give the absolute path of a file (0600) that holds the user PIN of the token.",
  ),
  COUNTERSIGN_PKCS11_INIT_PARAMETERS: variable(
    z.string().min(1).optional(),
    "Give the library's initialisation string, or leave it out.",
  ),
  SOFTHSM2_CONF: variable(
    absolutePath.optional(),
    "Give the absolute path of softhsm2.conf, whose directories.tokendir is absolute too.",
  ),
  COUNTERSIGN_DESK_ORIGIN: variable(
    z.url({ protocol: /^https?$/ }).refine((text) => new URL(text).origin === text),
    "Give scheme, host and port without a path, e.g. https://desk.example.com.",
  ),
  COUNTERSIGN_DESK_HOST: variable(host.default("127.0.0.1"), "Give the address to listen on."),
  COUNTERSIGN_DESK_PORT: variable(port, "Give the port to listen on, 0 to 65535."),
  COUNTERSIGN_DESK_PAGE_DIR: variable(
    absolutePath,
    "Give the absolute path of the built desk page, dist/desk of the checkout.",
  ),
  COUNTERSIGN_PEOPLE_FILE: variable(
    absolutePath.optional(),
    "Give the absolute path for the development cast's enrolment links.",
  ),
  COUNTERSIGN_RPC_SOCKET: variable(
    absolutePath.max(107),
    "Give the absolute path of a unix socket: at most 107 characters, the system's limit.",
  ),
  COUNTERSIGN_WITNESSES_FILE: variable(
    absolutePath,
    "Give the absolute path of a JSON file: a list of {url, verifierKey}.",
  ),
  COUNTERSIGN_WITNESS_QUORUM: variable(
    z
      .string()
      .regex(/^[1-9]\d?$/)
      .default("1")
      .transform(Number),
    "Give how many witnesses must have cosigned, at least 1.",
  ),
  COUNTERSIGN_PEN_STALE_MS: variable(
    z
      .string()
      .regex(/^\d{4,6}$/)
      .default("10000")
      .transform(Number)
      .refine((milliseconds) => milliseconds >= 1_000 && milliseconds <= 600_000),
    "Give milliseconds, 1000 to 600000: how long a dead key service keeps its successor waiting.",
  ),
  COUNTERSIGN_LOG_VERIFIER_KEY_FILE: variable(
    absolutePath.optional(),
    "Give the absolute path where the log's verifier key should be written.",
  ),
  COUNTERSIGN_CHECK_EVERY_SECONDS: variable(
    z
      .string()
      .regex(/^[1-9]\d{0,4}$/)
      .default("600")
      .transform(Number),
    "Give how often all that is stored is compared with the ledger, 1 to 99999 seconds.",
  ),
  COUNTERSIGN_GENESIS: variable(
    z.literal("development").optional(),
    "Leave it out, or give `development` for a first start with the development cast.",
  ),
};

/**
 * Reads the key service's configuration, files it names included.
 * @throws ConfigurationFault naming every variable that is wrong
 */
export function loadKeyServiceConfig(environment = process.env): KeyServiceConfig {
  const read = parseEnvironment(variables, environment);
  if (read.COUNTERSIGN_PKCS11_MODULE.includes("softhsm") && read.SOFTHSM2_CONF === undefined) {
    // Without it SoftHSM answers every call with an error that names nothing.
    throw new ConfigurationFault([
      { variable: "SOFTHSM2_CONF", problem: `is missing. ${variables.SOFTHSM2_CONF.hint}` },
    ]);
  }
  const witnesses = readWitnesses(read.COUNTERSIGN_WITNESSES_FILE, "COUNTERSIGN_WITNESSES_FILE");
  if (read.COUNTERSIGN_WITNESS_QUORUM > witnesses.length) {
    throw new ConfigurationFault([
      {
        variable: "COUNTERSIGN_WITNESS_QUORUM",
        problem: `asks for more witnesses than the ${witnesses.length} configured.`,
      },
    ]);
  }
  return {
    stateDir: read.COUNTERSIGN_STATE_DIR,
    databaseUrl: withPassword(
      read.COUNTERSIGN_DATABASE_URL,
      read.COUNTERSIGN_DATABASE_PASSWORD_FILE,
    ),
    pkcs11: {
      module: read.COUNTERSIGN_PKCS11_MODULE,
      tokenLabel: read.COUNTERSIGN_PKCS11_TOKEN,
      pin: readSecretFile(read.COUNTERSIGN_PKCS11_PIN_FILE, "COUNTERSIGN_PKCS11_PIN_FILE"),
      initParameters: read.COUNTERSIGN_PKCS11_INIT_PARAMETERS,
    },
    desk: {
      origin: read.COUNTERSIGN_DESK_ORIGIN,
      rpId: new URL(read.COUNTERSIGN_DESK_ORIGIN).hostname,
      host: read.COUNTERSIGN_DESK_HOST,
      port: read.COUNTERSIGN_DESK_PORT,
      pageDir: read.COUNTERSIGN_DESK_PAGE_DIR,
    },
    rpcSocket: read.COUNTERSIGN_RPC_SOCKET,
    witnesses,
    witnessQuorum: read.COUNTERSIGN_WITNESS_QUORUM,
    penStaleMs: read.COUNTERSIGN_PEN_STALE_MS,
    logVerifierKeyFile:
      read.COUNTERSIGN_LOG_VERIFIER_KEY_FILE ??
      join(read.COUNTERSIGN_STATE_DIR, "log-verifier-key"),
    checkEverySeconds: read.COUNTERSIGN_CHECK_EVERY_SECONDS,
    genesis: read.COUNTERSIGN_GENESIS,
    singleSignOn: readSingleSignOn(read),
    peopleFile: read.COUNTERSIGN_PEOPLE_FILE ?? join(read.COUNTERSIGN_STATE_DIR, "people.json"),
  };
}

function withPassword(url: string, passwordFile: string | undefined): string {
  if (passwordFile === undefined) return url;
  const address = new URL(url);
  address.password = readSecretFile(passwordFile, "COUNTERSIGN_DATABASE_PASSWORD_FILE");
  return address.href;
}
