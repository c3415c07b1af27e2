import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "./failure.mjs";
import { inRoot, inState } from "./paths.mjs";
import { mustRun } from "./run.mjs";
import { ensureSecretFile, writePrivate } from "./secrets-files.mjs";
import { ensureSoftHsm } from "./softhsm.mjs";
import { softHsmConf } from "./softhsm-library.mjs";

/** What the key service needs to know of its token, as environment variables. */
/** @typedef {Record<string, string>} TokenEnvironment */

const LABEL = "countersign";

/**
 * The token of this installation: the one that COUNTERSIGN_PKCS11_* names, else a SoftHSM token of our
 * own below the state folder.
 *
 * @param {(note: string) => void} note
 * @returns {Promise<TokenEnvironment>}
 */
export async function ensureToken(note) {
  const given = givenToken();
  if (given !== null) {
    note(`your own: ${given.COUNTERSIGN_PKCS11_MODULE}`);
    return given;
  }
  const module = await ensureSoftHsm(note);
  const conf = inState("token", "softhsm2.conf");
  const folder = dirname(conf);
  const tokens = join(folder, "tokens");
  const marker = join(folder, "initialised");
  const pinFile = join(folder, "pin");
  const environment = {
    COUNTERSIGN_PKCS11_MODULE: module,
    COUNTERSIGN_PKCS11_TOKEN: LABEL,
    COUNTERSIGN_PKCS11_PIN_FILE: pinFile,
    SOFTHSM2_CONF: conf,
  };
  mkdirSync(tokens, { recursive: true, mode: 0o700 });
  writePrivate(conf, softHsmConf(tokens));
  if (existsSync(marker)) {
    note(`${LABEL}, in ${tokens}`);
    return environment;
  }
  const pin = ensureSecretFile(pinFile);
  await mustRun(process.execPath, [inRoot("scripts", "lib", "init-token.mjs")], {
    input: JSON.stringify({ module, label: LABEL, pin, softHsmConf: conf }),
    what: "The token that keeps the keys could not be initialised",
    todo: "Read the lines above. `npm run reset` removes a half-made token.",
  });
  writePrivate(marker, "");
  note(`made ${LABEL}, in ${tokens}`);
  return environment;
}

/** @returns {TokenEnvironment | null} */
function givenToken() {
  const required = [
    "COUNTERSIGN_PKCS11_MODULE",
    "COUNTERSIGN_PKCS11_TOKEN",
    "COUNTERSIGN_PKCS11_PIN_FILE",
  ];
  const present = required.filter((name) => process.env[name]);
  if (present.length === 0) return null;
  if (present.length < required.length) {
    throw new Failure(
      `${present.join(" and ")} is set, but a token of your own needs ${required.join(", ")}.`,
      "Set all three, or none to use SoftHSM.",
    );
  }
  const optional = ["COUNTERSIGN_PKCS11_INIT_PARAMETERS", "SOFTHSM2_CONF"];
  return Object.fromEntries(
    [...required, ...optional].flatMap((name) => {
      const value = process.env[name];
      return value ? [[name, value]] : [];
    }),
  );
}
