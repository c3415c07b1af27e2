import { inSession } from "../../../db/session.ts";
import { damaged } from "../domain/backup-fault.ts";
import type { TrustedKeys, VerifiedBackup } from "../domain/verify-backup.ts";
import { FileRestorer } from "../infrastructure/backup-files.ts";
import type { PrivateKey } from "../infrastructure/backup-keys.ts";
import {
  freePen,
  RowWriter,
  requireEmpty,
  requireSameForm,
} from "../infrastructure/database-tables.ts";
import { readThrough } from "./read-through.ts";

export type RestoreTarget = {
  /** Prepared and empty, as the key service's role. */
  readonly databaseUrl: string;
  readonly stateDir: string;
  /** Null where the installation has no software token. */
  readonly tokenDir: string | null;
};

/**
 * Proves all of a backup first, then writes it into an empty database and empty folders. Rows become visible
 * together, after the files are on the disk; where anything fails, what was written is taken back.
 *
 * @throws BackupFault, DatabaseFault, and what the file system answers
 */
export async function restoreBackup(
  file: string,
  keys: { readonly privateKey: PrivateKey; readonly trusted: TrustedKeys },
  target: RestoreTarget,
): Promise<VerifiedBackup> {
  const verified = await readThrough(file, keys);
  const restorer = new FileRestorer({ state: target.stateDir, token: target.tokenDir });
  await restorer.requireAbsent(verified.files.map(({ path }) => path));
  return inSession(target.databaseUrl, async (client) => {
    await client.query("BEGIN");
    // Nobody else starts on it, or restores into it, meanwhile.
    await client.query("LOCK TABLE keyservice.tree_head IN ACCESS EXCLUSIVE MODE");
    await requireEmpty(client);
    for (const [table, { columns }] of verified.tables)
      await requireSameForm(client, table, columns);
    try {
      let writer: RowWriter | null = null;
      const again = await readThrough(file, keys, async (line) => {
        if ("table" in line) writer = new RowWriter(client, line.table, line.columns);
        else if ("row" in line) await writer?.add(line.row);
        else if ("tableEnd" in line) await writer?.flush();
        else if ("file" in line) restorer.begin(line.file);
        else if ("data" in line) restorer.add(Buffer.from(line.data, "base64"));
        else if ("fileEnd" in line) await restorer.end();
      });
      // The file might have been exchanged for another one, as good, since it was read the first time.
      if (again.manifest.checkpoint !== verified.manifest.checkpoint)
        throw damaged("it was exchanged while it was read");
      await freePen(client);
      await restorer.write("state/checkpoint", Buffer.from(again.manifest.checkpoint));
      await client.query("COMMIT");
      return again;
    } catch (error) {
      // A connection that is gone has been rolled back by the server.
      await client.query("ROLLBACK").catch(() => undefined);
      await restorer.undo();
      throw error;
    }
  });
}
