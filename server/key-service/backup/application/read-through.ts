import type { BackupLine } from "../domain/backup-lines.ts";
import { BackupVerifier, type TrustedKeys, type VerifiedBackup } from "../domain/verify-backup.ts";
import { readBackup } from "../infrastructure/backup-files.ts";
import type { PrivateKey } from "../infrastructure/backup-keys.ts";
import { readLines } from "../infrastructure/line-stream.ts";
import { openStream } from "../infrastructure/sealed-stream.ts";

/**
 * Reads all of a backup, proving each line before `each` gets it.
 * @throws BackupFault; what `each` did until then is for the caller to take back
 */
export async function readThrough(
  file: string,
  of: { readonly privateKey: PrivateKey; readonly trusted: TrustedKeys },
  each: (line: BackupLine) => Promise<void> = async () => {},
): Promise<VerifiedBackup> {
  const verifier = new BackupVerifier(of.trusted);
  for await (const line of readLines(openStream(readBackup(file), of.privateKey))) {
    verifier.take(line);
    await each(line);
  }
  return verifier.verified();
}
