import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigurationFault, parseEnvironment } from "./environment.ts";
import { withPassword } from "./key-service-config.ts";
import { keyServiceVariables } from "./key-service-variables.ts";
import { readWitnesses, type WitnessAddress } from "./witnesses-file.ts";

/** What backup and restore are told from outside: the key service's own variables, and none beside them. */
export type BackupConfig = {
  /** As the key service's role, with its password: never logged. */
  readonly databaseUrl: string;
  readonly stateDir: string;
  readonly tokenLabel: string;
  /** Path of the PKCS#11 library. */
  readonly library: string;
  readonly softHsmConf: string | undefined;
  /** `origin+id+key`, as the log announced it: what a backup is judged by. */
  readonly logKey: string;
  readonly witnesses: readonly WitnessAddress[];
  readonly witnessQuorum: number;
};

/** No PIN among them: a backup is made, and restored, without one. */
const {
  COUNTERSIGN_STATE_DIR,
  COUNTERSIGN_DATABASE_URL,
  COUNTERSIGN_DATABASE_PASSWORD_FILE,
  COUNTERSIGN_PKCS11_MODULE,
  COUNTERSIGN_PKCS11_TOKEN,
  SOFTHSM2_CONF,
  COUNTERSIGN_WITNESSES_FILE,
  COUNTERSIGN_WITNESS_QUORUM,
  COUNTERSIGN_LOG_VERIFIER_KEY_FILE,
} = keyServiceVariables;
const variables = {
  COUNTERSIGN_STATE_DIR,
  COUNTERSIGN_DATABASE_URL,
  COUNTERSIGN_DATABASE_PASSWORD_FILE,
  COUNTERSIGN_PKCS11_MODULE,
  COUNTERSIGN_PKCS11_TOKEN,
  SOFTHSM2_CONF,
  COUNTERSIGN_WITNESSES_FILE,
  COUNTERSIGN_WITNESS_QUORUM,
  COUNTERSIGN_LOG_VERIFIER_KEY_FILE,
};

/** @throws ConfigurationFault naming every variable that is wrong */
export function loadBackupConfig(environment = process.env): BackupConfig {
  const read = parseEnvironment(variables, environment);
  const { COUNTERSIGN_DATABASE_URL: url, COUNTERSIGN_DATABASE_PASSWORD_FILE: file } = read;
  return {
    databaseUrl: withPassword(url, file),
    stateDir: read.COUNTERSIGN_STATE_DIR,
    tokenLabel: read.COUNTERSIGN_PKCS11_TOKEN,
    library: read.COUNTERSIGN_PKCS11_MODULE,
    softHsmConf: read.SOFTHSM2_CONF,
    logKey: readLogKey(
      read.COUNTERSIGN_LOG_VERIFIER_KEY_FILE ??
        join(read.COUNTERSIGN_STATE_DIR, "log-verifier-key"),
    ),
    witnesses: readWitnesses(read.COUNTERSIGN_WITNESSES_FILE, "COUNTERSIGN_WITNESSES_FILE"),
    witnessQuorum: read.COUNTERSIGN_WITNESS_QUORUM,
  };
}

function readLogKey(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    throw new ConfigurationFault([
      {
        variable: "COUNTERSIGN_LOG_VERIFIER_KEY_FILE",
        problem: `names ${path}, which cannot be read. Put the log's verifier key there (origin+id+key), one line: the operators of the witnesses have it.`,
      },
    ]);
  }
}
