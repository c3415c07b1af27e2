import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { loadLogKeyConfig } from "../config/log-key-config.ts";
import { replaceFile, StateFiles } from "./genesis/infrastructure/state-files.ts";
import { ecdsaVerifierKey } from "./ledger/domain/signed-note.ts";
import { ensureServiceKeys, LOG_KEY, openToken } from "./open-keys.ts";

/*
 * Run once before the first start: makes the service's keys on the token and the ledger's origin, and
 * announces the log's verifier key, which the witnesses' operators configure before there is a genesis.
 */
const config = loadLogKeyConfig();
mkdirSync(config.stateDir, { recursive: true, mode: 0o700 });
const files = new StateFiles(config.stateDir, join(config.stateDir, "people.json"));
const keys = await openToken(config.pkcs11);
try {
  await ensureServiceKeys(keys);
  const origin = files.ensureLedgerOrigin();
  replaceFile(
    config.logVerifierKeyFile,
    `${ecdsaVerifierKey(origin, await keys.publicKey(LOG_KEY))}\n`,
  );
} finally {
  await keys.close();
}
