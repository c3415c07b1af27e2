import { join } from "node:path";
import {
  AAGUIDS_VARIABLE,
  type AttestationConfig,
  ROOTS_VARIABLE,
  readAttestation,
} from "./attestation-files.ts";
import { type DeskTlsFiles, deskTlsFiles, readDeskTls } from "./desk-tls.ts";
import { ConfigurationFault, parseEnvironment } from "./environment.ts";
import { keyServiceVariables } from "./key-service-variables.ts";
import { readSecretFile } from "./secret-file.ts";
import { readSingleSignOn, type SingleSignOn } from "./single-sign-on.ts";
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
    /** Null: plain http, on the loopback or behind a terminator that is then trusted with what the desk shows. */
    readonly tls: DeskTlsFiles | null;
  };
  /** Unix socket of the console's and workers' commands; its folder is 0700. */
  readonly rpcSocket: string;
  /** Unix socket at which gateways fetch for workloads; undefined where no workload fetches. */
  readonly gatewaySocket: string | undefined;
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
   * What to do when there is no history at all: perform the genesis of the file, or that of the development cast
   * where development names no file, or, with null, refuse to start. Whether an installation *is* one of development is a fact of its genesis entry; with
   * a history this is only compared with it, and the file is not read.
   */
  readonly genesis:
    | { readonly mode: "development"; readonly file: string | null }
    | { readonly mode: "production"; readonly file: string }
    | null;
  /** Which hardware keys production enrols. Production does not start without; development takes any. */
  readonly attestation: AttestationConfig | null;
  /** Where health and metrics are asked, on loopback; null: nowhere. */
  readonly statusPort: number | null;
  /** How often the checker runs, in seconds; once at every start too. */
  readonly checkEverySeconds: number;
  /** Identity providers, and the console that people come from. */
  readonly singleSignOn: SingleSignOn;
  /** Absolute; where genesis writes the first people's one-time enrolment links, 0600. */
  readonly peopleFile: string;
};

/**
 * Reads the key service's configuration, files it names included.
 * @throws ConfigurationFault naming every variable that is wrong
 */
export function loadKeyServiceConfig(environment = process.env): KeyServiceConfig {
  const read = parseEnvironment(keyServiceVariables, environment);
  if (read.COUNTERSIGN_PKCS11_MODULE.includes("softhsm") && read.SOFTHSM2_CONF === undefined) {
    // Without it SoftHSM answers every call with an error that names nothing.
    throw new ConfigurationFault([
      {
        variable: "SOFTHSM2_CONF",
        problem: `is missing. ${keyServiceVariables.SOFTHSM2_CONF.hint}`,
      },
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
  const tls = deskTlsFiles(
    read.COUNTERSIGN_DESK_TLS_CERT,
    read.COUNTERSIGN_DESK_TLS_KEY,
    read.COUNTERSIGN_DESK_ORIGIN,
  );
  if (tls !== null) readDeskTls(tls); // what is wrong with it is told before anything is begun
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
      tls,
    },
    rpcSocket: read.COUNTERSIGN_RPC_SOCKET,
    gatewaySocket: read.COUNTERSIGN_GATEWAY_SOCKET,
    witnesses,
    witnessQuorum: read.COUNTERSIGN_WITNESS_QUORUM,
    penStaleMs: read.COUNTERSIGN_PEN_STALE_MS,
    logVerifierKeyFile:
      read.COUNTERSIGN_LOG_VERIFIER_KEY_FILE ??
      join(read.COUNTERSIGN_STATE_DIR, "log-verifier-key"),
    statusPort: read.COUNTERSIGN_KEY_SERVICE_STATUS_PORT ?? null,
    checkEverySeconds: read.COUNTERSIGN_CHECK_EVERY_SECONDS,
    genesis: genesisAsked(read.COUNTERSIGN_GENESIS, read.COUNTERSIGN_GENESIS_FILE),
    attestation: readAttestation(read[ROOTS_VARIABLE], read[AAGUIDS_VARIABLE]),
    singleSignOn: readSingleSignOn(read),
    peopleFile: read.COUNTERSIGN_PEOPLE_FILE ?? join(read.COUNTERSIGN_STATE_DIR, "people.json"),
  };
}

function genesisAsked(
  mode: "development" | "production" | undefined,
  file: string | undefined,
): KeyServiceConfig["genesis"] {
  if (mode === "production" && file !== undefined) return { mode, file };
  if (mode === "development") return { mode, file: file ?? null };
  if (mode === undefined && file === undefined) return null;
  throw new ConfigurationFault([
    {
      variable: "COUNTERSIGN_GENESIS_FILE",
      problem:
        file === undefined
          ? `is missing. ${keyServiceVariables.COUNTERSIGN_GENESIS_FILE.hint}`
          : "is given without COUNTERSIGN_GENESIS. Give both, or neither.",
    },
  ]);
}

/** The address with the role's password from its file: never logged. @throws ConfigurationFault */
export function withPassword(url: string, passwordFile: string | undefined): string {
  if (passwordFile === undefined) return url;
  const address = new URL(url);
  address.password = readSecretFile(passwordFile, "COUNTERSIGN_DATABASE_PASSWORD_FILE");
  return address.href;
}
