import type { BackupConfig } from "../../../config/backup-config.ts";
import { readSecretFile } from "../../../config/secret-file.ts";
import { parseWitnessKey } from "../../ledger/domain/cosignature.ts";
import type { Manifest } from "../domain/backup-lines.ts";
import { type BackupReport, cosignedAt, missingOf, notesOf } from "../domain/backup-report.ts";
import { parseLogKey } from "../domain/log-key.ts";
import type { TrustedKeys, VerifiedBackup } from "../domain/verify-backup.ts";
import { remembered, type Witnesses } from "../infrastructure/ask-witnesses.ts";
import {
  sizeOf,
  stateFiles,
  tokenFiles,
  tokenFolder,
  writePrivateKey,
} from "../infrastructure/backup-files.ts";
import {
  keyIdOf,
  newBackupKey,
  type PrivateKey,
  parsePrivateKey,
  parsePublicKey,
} from "../infrastructure/backup-keys.ts";
import { makeBackup } from "./make-backup.ts";
import { readThrough } from "./read-through.ts";
import { restoreBackup } from "./restore-backup.ts";

/** Writes the private half, returns the public one. */
export async function createBackupKey(out: string): Promise<string> {
  const { publicKey, privateKey } = await newBackupKey();
  await writePrivateKey(out, `${privateKey}\n`);
  return publicKey;
}

export async function backUp(
  config: BackupConfig,
  { to, out }: { readonly to: readonly string[]; readonly out: string },
): Promise<BackupReport> {
  const recipients = to.map(parsePublicKey);
  const folder = tokenFolder(config.library, config.softHsmConf);
  const label = config.tokenLabel;
  const library = config.library.split("/").at(-1) ?? "";
  const token: Manifest["token"] =
    folder === null ? { kind: "vendor", label, library } : { kind: "folder", label };
  const keys = folder === null ? [] : await tokenFiles(folder);
  const files = [...(await stateFiles(config.stateDir)), ...keys];
  const { databaseUrl } = config;
  const source = { databaseUrl, witnesses: witnessesOf(config), files, token, now: Date.now() };
  const made = await makeBackup(source, { file: out, recipients });
  return report("made", out, made, { sealedTo: recipients.map(keyIdOf) });
}

type Opening = { readonly file: string; readonly key: string };

export async function verify(config: BackupConfig, { file, key }: Opening): Promise<BackupReport> {
  const keys = { privateKey: await privateKeyIn(key), trusted: trustedBy(config) };
  await sizeOf(file);
  const verified = await readThrough(file, keys);
  return report("verified", file, verified, { remembered: await remembered(witnessesOf(config)) });
}

export async function restore(config: BackupConfig, { file, key }: Opening): Promise<BackupReport> {
  const keys = { privateKey: await privateKeyIn(key), trusted: trustedBy(config) };
  await sizeOf(file);
  const restored = await restoreBackup(file, keys, {
    databaseUrl: config.databaseUrl,
    stateDir: config.stateDir,
    tokenDir: tokenFolder(config.library, config.softHsmConf),
  });
  return report("restored", file, restored, { remembered: await remembered(witnessesOf(config)) });
}

async function report(
  done: BackupReport["done"],
  file: string,
  of: VerifiedBackup,
  more: Partial<Pick<BackupReport, "sealedTo" | "remembered">>,
): Promise<BackupReport> {
  const { manifest } = of;
  const { sealedTo = [], remembered: seen = [] } = more;
  const rows = (table: Parameters<typeof of.tables.get>[0]) => of.tables.get(table)?.rows ?? 0;
  return {
    done,
    file,
    bytes: await sizeOf(file),
    createdAt: manifest.createdAt,
    origin: manifest.origin,
    entries: manifest.size,
    root: manifest.root,
    checkpoint: manifest.checkpoint,
    cosigned: cosignedAt(of),
    tables: {
      ledger_entry: rows("ledger_entry"),
      tree_head: rows("tree_head"),
      envelope: rows("envelope"),
      opening: rows("opening"),
      draft: rows("draft"),
    },
    files: of.files,
    token: manifest.token,
    sealedTo,
    remembered: seen,
    missing: missingOf(manifest),
    notes: notesOf(manifest.size, seen),
  };
}

function trustedBy(config: BackupConfig): TrustedKeys {
  const witnesses = config.witnesses.map((it) => parseWitnessKey(it.verifierKey));
  return { log: parseLogKey(config.logKey), witnesses, quorum: config.witnessQuorum };
}

function witnessesOf(config: BackupConfig): Witnesses {
  const log = parseLogKey(config.logKey);
  const { witnesses: endpoints, witnessQuorum: quorum } = config;
  return { origin: log.name, log, endpoints, quorum };
}

async function privateKeyIn(path: string): Promise<PrivateKey> {
  return parsePrivateKey(readSecretFile(path, "--key"));
}
