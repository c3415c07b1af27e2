import { damaged } from "../domain/backup-fault.ts";
import { type BackupLine, backupLine, LONGEST_LINE } from "../domain/backup-lines.ts";

const NEWLINE = 10;

export async function* writeLines(lines: AsyncIterable<BackupLine>): AsyncGenerator<Buffer> {
  for await (const line of lines) yield Buffer.from(`${JSON.stringify(line)}\n`);
}

/** @throws BackupFault at a line that is none of a backup's */
export async function* readLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<BackupLine> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of bytes) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      yield parse(Buffer.concat([...held, chunk.subarray(from, at)]));
      held = [];
      heldBytes = 0;
      from = at + 1;
    }
    held.push(chunk.subarray(from));
    heldBytes += chunk.length - from;
    if (heldBytes > LONGEST_LINE) throw damaged("a line in it is too long");
  }
  if (heldBytes > 0) throw damaged("its last line is not whole");
}

function parse(text: Buffer): BackupLine {
  let json: unknown;
  try {
    json = JSON.parse(text.toString("utf8"));
  } catch {
    throw damaged("a line in it cannot be read");
  }
  const line = backupLine.safeParse(json);
  if (!line.success) throw damaged("a line in it is none of a backup's, or of a newer version");
  return line.data;
}
