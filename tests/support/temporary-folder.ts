import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A folder for what a test process makes once and uses to its end. It stands in the run's own folder, which goes with
 * the run: test processes are ended by a signal and cannot tidy up. Where nobody made one, this process tries.
 */
export function temporaryFolder(prefix: string): string {
  const ofRun = process.env.COUNTERSIGN_TEST_FOLDER;
  const folder = mkdtempSync(join(ofRun ?? tmpdir(), prefix));
  if (ofRun === undefined)
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
