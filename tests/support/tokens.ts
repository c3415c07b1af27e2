import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { mustRun } from "../../scripts/lib/run.mjs";
import { findNssSoftokn, findSoftHsm, softHsmConf } from "../../scripts/lib/softhsm-library.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

/** A PKCS#11 token of a test's own, initialised, with nothing on it. */
export type TestToken = {
  /** Absolute path of the PKCS#11 library. */
  readonly module: string;
  readonly label: string;
  readonly pin: string;
  /** Holds a file with the PIN, 0600, as the key service's configuration wants it. */
  readonly pinFile: string;
  /** `C_Initialize` parameters (NSS only). */
  readonly initParameters?: string;
  /** Environment a process needs before it loads the library (SoftHSM only). */
  readonly env: Readonly<Record<string, string>>;
  /** Where the token keeps its keys, for tests that copy, restore or damage it. */
  readonly storageDir: string;
};

/** SOFTHSM2_CONF is one per process: all SoftHSM tokens of a worker share one folder, under many labels. */
let worker:
  | { readonly folder: string; readonly conf: string; readonly tokenDir: string }
  | undefined;

/**
 * A SoftHSM token. The process's SOFTHSM2_CONF is set to the worker's own configuration.
 *
 * SoftHSM lists tokens when it is initialised: make tokens before opening the library, or close it
 * (`C_Finalize`) and open it again. Needs a process of one's own (`pool: "forks"`).
 */
export async function createSoftHsmToken(label = newLabel("softhsm")): Promise<TestToken> {
  const module = findSoftHsm();
  if (module === null) {
    throw new Error(
      "SoftHSM is not installed: `npm test` installs it, as does `apt-get install softhsm2`",
    );
  }
  worker ??= createWorkerFolder();
  process.env.SOFTHSM2_CONF = worker.conf;
  return initialise(worker.folder, {
    module,
    label,
    env: { SOFTHSM2_CONF: worker.conf },
    storageDir: worker.tokenDir,
  });
}

/** An NSS softokn token with a database of its own: our second, different implementation. */
export async function createNssToken(label = newLabel("nss")): Promise<TestToken> {
  const module = findNssSoftokn();
  if (module === null) {
    throw new Error(
      "NSS is not installed: `npm test` installs it, as does `apt-get install libnss3`",
    );
  }
  const folder = temporaryFolder("countersign-nss-");
  const storageDir = join(folder, "db");
  mkdirSync(storageDir, { mode: 0o700 });
  const initParameters =
    `configdir='sql:${storageDir}' certPrefix='' keyPrefix='' secmod='' flags= ` +
    `dbTokenDescription='${label}'`;
  return initialise(folder, { module, label, env: {}, storageDir, initParameters });
}

async function initialise(
  folder: string,
  token: Omit<TestToken, "pin" | "pinFile">,
): Promise<TestToken> {
  const pin = randomBytes(12).toString("base64url");
  const { module, label, initParameters, env } = token;
  const softHsmConfPath = env.SOFTHSM2_CONF;
  await mustRun(process.execPath, [inRoot("scripts", "lib", "init-token.mjs")], {
    input: JSON.stringify({ module, label, pin, initParameters, softHsmConf: softHsmConfPath }),
    what: `The test token ${label} could not be initialised`,
    todo: "Read the lines above.",
  });
  const pinFile = join(folder, `${label}.pin`);
  writeFileSync(pinFile, pin, { mode: 0o600 });
  return { ...token, pin, pinFile };
}

function createWorkerFolder() {
  const folder = temporaryFolder("countersign-softhsm-");
  const tokenDir = join(folder, "tokens");
  mkdirSync(tokenDir, { mode: 0o700 });
  const conf = join(folder, "softhsm2.conf");
  writeFileSync(conf, softHsmConf(tokenDir));
  return { folder, conf, tokenDir };
}

/** At most 32 bytes, the room PKCS#11 has for a label. */
function newLabel(kind: string): string {
  return `test-${kind}-${randomBytes(4).toString("hex")}`;
}
