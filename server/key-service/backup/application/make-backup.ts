import { inSession } from "../../../db/session.ts";
import { parseWitnessKey } from "../../ledger/domain/cosignature.ts";
import { BackupFault, backupOfDamage, Damage } from "../domain/backup-fault.ts";
import { BACKED_UP_TABLES, type BackupLine, type Manifest } from "../domain/backup-lines.ts";
import { BackupVerifier, type VerifiedBackup } from "../domain/verify-backup.ts";
import { cosignHead, type Witnesses } from "../infrastructure/ask-witnesses.ts";
import { type FileToKeep, linesOf, writeBackup } from "../infrastructure/backup-files.ts";
import type { PublicKey } from "../infrastructure/backup-keys.ts";
import {
  beginSnapshot,
  columnsOf,
  headOf,
  type LedgerHead,
  leavesOf,
  rowsOf,
  type Session,
} from "../infrastructure/database-tables.ts";
import { writeLines } from "../infrastructure/line-stream.ts";
import { sealStream } from "../infrastructure/sealed-stream.ts";

export type BackupSource = {
  /** As the key service's role. */
  readonly databaseUrl: string;
  readonly witnesses: Witnesses;
  readonly files: readonly FileToKeep[];
  readonly token: Manifest["token"];
  /** UTC milliseconds since 1970. */
  readonly now: number;
};

const ATTEMPTS = 10;

/**
 * Writes one moment of the database, proven on the way, with the checkpoint that witnesses cosign for that very moment, and the files
 * beside it, sealed to the recipients' keys as it is read. The key service may run meanwhile.
 *
 * @throws BackupFault, DatabaseFault; then no file is left behind
 */
export async function makeBackup(
  source: BackupSource,
  to: { readonly file: string; readonly recipients: readonly PublicKey[] },
): Promise<VerifiedBackup> {
  const { log, endpoints, quorum } = source.witnesses;
  const witnesses = endpoints.map((it) => parseWitnessKey(it.verifierKey));
  const verifier = new BackupVerifier({ log, witnesses, quorum });
  return inSession(source.databaseUrl, async (client) => {
    const { head, checkpoint } = await cosignedMoment(client, source.witnesses);
    const manifest: Manifest = {
      v: 1,
      createdAt: new Date(source.now).toISOString(),
      origin: source.witnesses.origin,
      size: head.size,
      root: head.root.toString("base64"),
      checkpoint,
      token: source.token,
    };
    const lines = proven(linesOfAll(client, manifest, source.files), verifier);
    await writeBackup(to.file, sealStream(writeLines(lines), to.recipients));
    await client.query("COMMIT");
    return verifier.verified();
  });
}

async function* proven(
  lines: AsyncIterable<BackupLine>,
  verifier: BackupVerifier,
): AsyncGenerator<BackupLine> {
  for await (const line of lines) {
    try {
      verifier.take(line);
    } catch (cause) {
      throw cause instanceof Damage ? backupOfDamage(cause.what) : cause;
    }
    yield line;
  }
}

/** A moment of the database that nobody has gone beyond before the witnesses cosigned it: a busy ledger takes several tries. */
async function cosignedMoment(
  client: Session,
  witnesses: Witnesses,
): Promise<{ readonly head: LedgerHead; readonly checkpoint: string }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    await beginSnapshot(client);
    const head = await headOf(client);
    const checkpoint = await cosignHead(witnesses, head, leavesOf(client, head.size));
    if (checkpoint !== null) return { head, checkpoint };
    await client.query("ROLLBACK");
  }
  throw new BackupFault(
    `The witnesses were ahead of the database at each of ${ATTEMPTS} attempts.`,
    "Try again in a quieter moment. Where nobody is writing, this database is older than what the witnesses saw: read what the key service says when it starts.",
  );
}

async function* linesOfAll(
  client: Session,
  manifest: Manifest,
  files: readonly FileToKeep[],
): AsyncGenerator<BackupLine> {
  yield { manifest };
  let all = 0;
  for (const table of BACKED_UP_TABLES) {
    const columns = await columnsOf(client, table);
    yield { table, columns };
    let rows = 0;
    for await (const row of rowsOf(client, table, columns)) {
      yield { row };
      rows += 1;
    }
    yield { tableEnd: table, rows };
    all += rows;
  }
  for (const file of files) yield* linesOf(file);
  yield { end: { rows: all, files: files.length } };
}
