import { join } from "node:path";
import { z } from "zod";
import { absolutePath, parseEnvironment, variable } from "./environment.ts";
import { readSecretFile } from "./secret-file.ts";

const variables = {
  COUNTERSIGN_STATE_DIR: variable(
    absolutePath,
    "Give the absolute path of the key service's state folder.",
  ),
  COUNTERSIGN_PKCS11_MODULE: variable(
    absolutePath,
    "Give the absolute path of the PKCS#11 library of your HSM.",
  ),
  COUNTERSIGN_PKCS11_TOKEN: variable(z.string().min(1).max(32), "Give the label of the token."),
  COUNTERSIGN_PKCS11_PIN_FILE: variable(
    absolutePath,
    "Give the absolute path of a file (0600) that holds the user PIN.",
  ),
  COUNTERSIGN_PKCS11_INIT_PARAMETERS: variable(
    z.string().min(1).optional(),
    "Give the library's initialisation string, or leave it out.",
  ),
  COUNTERSIGN_LOG_VERIFIER_KEY_FILE: variable(
    absolutePath.optional(),
    "Give the absolute path to write to.",
  ),
};

/** What is known before there are witnesses: the token, and where the log's key is announced. */
export function loadLogKeyConfig(environment = process.env) {
  const read = parseEnvironment(variables, environment);
  const stateDir = read.COUNTERSIGN_STATE_DIR;
  return {
    stateDir,
    pkcs11: {
      module: read.COUNTERSIGN_PKCS11_MODULE,
      tokenLabel: read.COUNTERSIGN_PKCS11_TOKEN,
      pin: readSecretFile(read.COUNTERSIGN_PKCS11_PIN_FILE, "COUNTERSIGN_PKCS11_PIN_FILE"),
      initParameters: read.COUNTERSIGN_PKCS11_INIT_PARAMETERS,
    },
    logVerifierKeyFile:
      read.COUNTERSIGN_LOG_VERIFIER_KEY_FILE ?? join(stateDir, "log-verifier-key"),
  };
}
