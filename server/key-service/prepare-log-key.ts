import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { loadLogKeyConfig } from "../config/log-key-config.ts";
import { createLog } from "../observability/log.ts";
import { replaceFile, StateFiles } from "./genesis/infrastructure/state-files.ts";
import { ecdsaVerifierKey } from "./ledger/domain/signed-note.ts";
import { ensureServiceKeys, LOG_KEY, openToken } from "./open-keys.ts";
import { proveLogKey } from "./start/prove-log-key.ts";

/*
 * Run once before the first start: makes the service's keys on the token and the ledger's origin, and
 * announces the log's verifier key, which the witnesses' operators configure before there is a genesis.
 */
try {
  await prepareLogKey();
} catch (error) {
  const message = error instanceof Error ? error.message : "The log's key could not be made.";
  createLog({ process: "prepare-log-key" }).error("start-failed", message);
  process.exitCode = 1;
}

async function prepareLogKey(): Promise<void> {
  const config = loadLogKeyConfig();
  mkdirSync(config.stateDir, { recursive: true, mode: 0o700 });
  const files = new StateFiles(config.stateDir, join(config.stateDir, "people.json"));
  const keys = await openToken(config.pkcs11);
  try {
    const origin = files.ensureLedgerOrigin();
    if (existsSync(config.logVerifierKeyFile)) {
      // Run again: a key that was announced is never made anew on whatever token happens to be there.
      await proveLogKey(keys, origin, config.logVerifierKeyFile);
      return;
    }
    await ensureServiceKeys(keys);
    const verifierKey = ecdsaVerifierKey(origin, await keys.publicKey(LOG_KEY));
    replaceFile(config.logVerifierKeyFile, `${verifierKey}\n`);
  } finally {
    await keys.close();
  }
}
