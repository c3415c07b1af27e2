import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { mustRun } from "../../scripts/lib/run.mjs";
import { softHsmConf } from "../../scripts/lib/softhsm-library.mjs";
import { inSession } from "../../server/db/session.ts";
import { openPkcs11KeyProvider } from "../../server/key-service/keys/infrastructure/pkcs11-key-provider.ts";
import { HashTree } from "../../server/key-service/ledger/domain/hash-tree.ts";
import { leafHash } from "../../server/key-service/ledger/domain/merkle.ts";
import { LogSigner } from "../../server/key-service/ledger/infrastructure/log-signer.ts";
import { LOG_KEY } from "../../server/key-service/open-keys.ts";
import type { DatabaseAttacker } from "./database-attacker.ts";
import type { Installation } from "./installation.ts";
import type { TestToken } from "./tokens.ts";

/** A copy of a stopped installation's database, beside it on the same server. */
export type DatabaseCopy = {
  readonly name: string;
  /** As the key service's role. */
  readonly url: string;
  readonly adminUrl: string;
  drop(): Promise<void>;
};

/** Nobody may be connected to the original meanwhile. */
export async function copyDatabase(
  { database }: Installation,
  from = database.name,
): Promise<DatabaseCopy> {
  const name = `${database.name}_${randomBytes(4).toString("hex")}`;
  const serverUrl = withDatabase(database.adminUrl, "postgres");
  const { keyService, console } = database.roles;
  await inSession(serverUrl, async (client) => {
    await client.query(`CREATE DATABASE "${name}" TEMPLATE "${from}"`);
    await client.query(
      `GRANT CONNECT ON DATABASE "${name}" TO "${keyService.name}", "${console.name}"`,
    );
  });
  return {
    name,
    url: withDatabase(database.url, name),
    adminUrl: withDatabase(database.adminUrl, name),
    drop: () =>
      inSession(serverUrl, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
      }),
  };
}

/** Puts one database in the place of another while sessions are open, as a failover to an old copy does. */
export async function exchangeDatabases(
  { database }: Installation,
  other: Pick<DatabaseCopy, "name">,
): Promise<void> {
  const names = [database.name, other.name];
  await inSession(withDatabase(database.adminUrl, "postgres"), async (client) => {
    // Nobody comes back in between.
    for (const name of names)
      await client.query(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`);
    await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY($1)",
      [names],
    );
    await client.query(`ALTER DATABASE "${database.name}" RENAME TO "${database.name}_away"`);
    await client.query(`ALTER DATABASE "${other.name}" RENAME TO "${database.name}"`);
    await client.query(`ALTER DATABASE "${database.name}_away" RENAME TO "${other.name}"`);
    for (const name of names) await client.query(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`);
  });
}

function withDatabase(url: string, name: string): string {
  const address = new URL(url);
  address.pathname = `/${name}`;
  return address.href;
}

/** A copy of a folder, as a backup holds it. */
export function copyFolder(installation: Installation, from: string): string {
  const to = mkdtempSync(join(installation.folder, "copy-"));
  cpSync(from, to, { recursive: true, preserveTimestamps: true });
  return to;
}

/** The environment that points a key service at another SoftHSM token directory. */
export function tokenAt(installation: Installation, tokenDir: string): Record<string, string> {
  const conf = join(mkdtempSync(join(installation.folder, "conf-")), "softhsm2.conf");
  writeFileSync(conf, softHsmConf(tokenDir));
  return { SOFTHSM2_CONF: conf };
}

/** The environment that points a key service at a new token with the same label and PIN, and nothing on it. */
export async function emptyTwin(installation: Installation): Promise<Record<string, string>> {
  const { module, label, pin } = installation.token;
  const env = tokenAt(installation, mkdtempSync(join(installation.folder, "token-")));
  await mustRun(process.execPath, [inRoot("scripts", "lib", "init-token.mjs")], {
    input: JSON.stringify({ module, label, pin, softHsmConf: env.SOFTHSM2_CONF }),
    what: "The twin token could not be initialised",
    todo: "Read the lines above.",
  });
  return env;
}

/** Makes the service's own keys on another token, for the same log. */
export async function makeServiceKeys(
  installation: Installation,
  env: Record<string, string>,
): Promise<void> {
  const { module, label, pinFile } = installation.token;
  const state = copyFolder(installation, installation.stateDir);
  await mustRun(process.execPath, [inRoot("dist", "prepare-log-key.mjs")], {
    env: {
      PATH: process.env.PATH,
      ...env,
      COUNTERSIGN_STATE_DIR: state,
      COUNTERSIGN_PKCS11_MODULE: module,
      COUNTERSIGN_PKCS11_TOKEN: label,
      COUNTERSIGN_PKCS11_PIN_FILE: pinFile,
    },
    what: "The keys could not be made on the other token",
    todo: "Read the lines above.",
  });
}

const ON_TOKEN = `
import pkcs11 from "pkcs11js";
let text = "";
for await (const chunk of process.stdin) text += chunk;
const { module, label, pin, key } = JSON.parse(text);
const library = new pkcs11.PKCS11();
library.load(module);
library.C_Initialize();
const slot = library.C_GetSlotList(true).find((it) => library.C_GetTokenInfo(it).label.trim() === label);
const session = library.C_OpenSession(slot, pkcs11.CKF_SERIAL_SESSION | pkcs11.CKF_RW_SESSION);
library.C_Login(session, pkcs11.CKU_USER, pin);
`;

const DESTROY = `${ON_TOKEN}
library.C_FindObjectsInit(session, [{ type: pkcs11.CKA_LABEL, value: key }]);
const objects = library.C_FindObjects(session, 8);
library.C_FindObjectsFinal(session);
if (objects.length === 0) throw new Error("no such key: " + key);
for (const object of objects) library.C_DestroyObject(session, object);
library.C_Finalize();
`;

/** With the attributes that the service itself gives, so that only the key differs. */
const GENERATE = `${ON_TOKEN}
const value = (type, is) => ({ type: pkcs11["CKA_" + type], value: is });
const no = ["EXTRACTABLE", "MODIFIABLE", "WRAP", "UNWRAP", "SIGN", "VERIFY", "DERIVE"].map((it) => value(it, false));
const yes = ["TOKEN", "PRIVATE", "SENSITIVE", "ENCRYPT", "DECRYPT"].map((it) => value(it, true));
library.C_GenerateKey(session, { mechanism: pkcs11.CKM_AES_KEY_GEN }, [
  value("CLASS", pkcs11.CKO_SECRET_KEY), value("VALUE_LEN", 32), value("LABEL", key), ...yes, ...no,
]);
library.C_Finalize();
`;

/** Takes a key from a copy of a token, which is then as it was before the key was made. */
export function withoutKey(
  installation: Installation,
  env: Record<string, string>,
  key: string,
): Promise<void> {
  return runOnToken(installation, env, key, DESTROY);
}

/** Makes a KEK of that label on a copy of a token: a sound key, and not the one that it should be. */
export function withNewKek(
  installation: Installation,
  env: Record<string, string>,
  key: string,
): Promise<void> {
  return runOnToken(installation, env, key, GENERATE);
}

async function runOnToken(
  { token }: Installation,
  env: Record<string, string>,
  key: string,
  script: string,
): Promise<void> {
  const { module, label, pin } = token;
  await mustRun(process.execPath, ["--input-type=module", "-e", script], {
    input: JSON.stringify({ module, label, pin, key }),
    env: { ...process.env, ...env },
    cwd: inRoot(),
    what: `The key ${key} could not be changed on the copied token`,
    todo: "Read the lines above.",
  });
}

/** Somebody inside, with the PIN of the real token: signs whatever head of the log is wanted. */
export class Forger {
  readonly #token: TestToken;
  readonly #origin: string;

  constructor({ token, stateDir }: Installation) {
    this.#token = token;
    this.#origin = readFileSync(join(stateDir, "ledger-origin"), "utf8").trim();
  }

  /**
   * Cuts the newest entries off, appends others, and moves the head there under a true signature.
   * @returns the signed note
   */
  async rewrite(dba: DatabaseAttacker, cut: number, append: readonly Buffer[]): Promise<string> {
    await dba.rows(
      `DELETE FROM keyservice.ledger_entry WHERE index >= (SELECT size FROM keyservice.tree_head) - $1::bigint`,
      [cut],
    );
    const kept = await dba.rows(
      "SELECT encode(bytes, 'hex') AS hex FROM keyservice.ledger_entry ORDER BY index",
    );
    const tree = new HashTree();
    for (const { hex } of kept) tree.append(leafHash(Buffer.from(hex ?? "", "hex")));
    for (const bytes of append) {
      await dba.rows("INSERT INTO keyservice.ledger_entry VALUES ($1, $2, $3)", [
        tree.size,
        bytes,
        leafHash(bytes),
      ]);
      tree.append(leafHash(bytes));
    }
    const { note, root, size } = await this.#sign(tree);
    await dba.rows("UPDATE keyservice.tree_head SET size = $1, root = $2, note = $3", [
      size,
      root,
      note,
    ]);
    return note;
  }

  async #sign(tree: HashTree) {
    const { module, label, pin } = this.#token;
    const keys = await openPkcs11KeyProvider({ module, tokenLabel: label, pin, maxSessions: 2 });
    try {
      const signer = new LogSigner({
        origin: this.#origin,
        publicKey: await keys.publicKey(LOG_KEY),
        sign: (digest) => keys.sign(LOG_KEY, digest),
        deadlineMs: 30_000,
      });
      return await signer.signHead(tree.size, Buffer.from(tree.root()));
    } finally {
      await keys.close();
    }
  }
}
