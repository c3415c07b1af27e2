import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { OptionSpecs } from "../command.ts";
import type { Context } from "../context.ts";
import { Stop, usage } from "../stop.ts";
import type { Input } from "../world.ts";

/** A value has 1 to 65,536 bytes. */
export const MAX_VALUE_BYTES = 65_536;

export const VALUE_OPTIONS = {
  stdin: {
    type: "boolean",
    help: "Read the value from standard input; typed on a terminal it is not shown",
  },
  file: { type: "string", value: "FILE", help: "Read the value from a file" },
  raw: { type: "boolean", help: "Keep a newline at the end (otherwise exactly one is removed)" },
} as const satisfies OptionSpecs;

export type ValueChoices = {
  readonly stdin: boolean | undefined;
  readonly file: string | undefined;
  readonly raw: boolean | undefined;
};

/**
 * A value from standard input or a file, never from the command line. One newline at the end is almost
 * always the editor's or `echo`'s and not the password's: it is removed, and said so, unless `--raw`.
 * The caller overwrites the bytes once they are sealed.
 * @throws Stop `usage` where it is empty, too long, or where both or neither source is named.
 */
export async function readValue(context: Context, choices: ValueChoices): Promise<Buffer> {
  if ((choices.stdin === true) === (choices.file !== undefined)) {
    throw usage("Say where the value comes from: --stdin or --file FILE, one of the two.");
  }
  const bytes = choices.file === undefined ? await readStdin(context) : readFile(choices.file);
  const value = choices.raw === true ? bytes : withoutNewline(context, bytes);
  if (value.length === 0) throw usage("The value is empty; a value has 1 to 65,536 bytes.");
  if (value.length > MAX_VALUE_BYTES) throw tooLong();
  return value;
}

function withoutNewline(context: Context, bytes: Buffer): Buffer {
  if (bytes.at(-1) !== 0x0a || bytes.length === 1)
    return bytes.length === 1 && bytes[0] === 0x0a ? Buffer.alloc(0) : bytes;
  context.say.line("One newline at the end was removed; --raw keeps it.");
  if (bytes.at(-2) === 0x0d)
    context.say.line("What is left ends in a carriage return (Windows line end). Is that meant?");
  return bytes.subarray(0, -1);
}

async function readStdin(context: Context): Promise<Buffer> {
  const { stdin } = context.world;
  if (stdin.isTTY === true) return readHidden(context, stdin);
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stdin) {
    const bytes = Buffer.from(part);
    size += bytes.length;
    // One more than the longest value, for the newline that will be removed.
    if (size > MAX_VALUE_BYTES + 1) throw tooLong();
    parts.push(bytes);
  }
  const whole = Buffer.concat(parts);
  for (const part of parts) part.fill(0);
  return whole;
}

/** Reads one line without echo; the terminal is as before afterwards, whatever happened. */
async function readHidden(context: Context, stdin: Input): Promise<Buffer> {
  if (stdin.setRawMode === undefined)
    throw usage("This terminal cannot hide what is typed: pipe the value in, or use --file.");
  context.say.line("Type or paste the value, then Enter. It is not shown; Ctrl-C stops.");
  stdin.setRawMode(true);
  const typed: number[] = [];
  try {
    for await (const part of stdin) {
      for (const byte of Buffer.from(part)) {
        if (byte === 0x03) throw new Stop("interrupted", "Stopped; no value was sent.");
        if (byte === 0x0d || byte === 0x0a || byte === 0x04) return Buffer.from(typed);
        if (byte === 0x7f || byte === 0x08) removeLastCharacter(typed);
        else typed.push(byte);
      }
      if (typed.length > MAX_VALUE_BYTES) throw tooLong();
    }
    return Buffer.from(typed);
  } finally {
    typed.fill(0);
    stdin.setRawMode(false);
  }
}

/** UTF-8: continuation bytes belong to the character before them. */
function removeLastCharacter(typed: number[]): void {
  let last = typed.pop();
  while (last !== undefined && (last & 0xc0) === 0x80) last = typed.pop();
}

function readFile(path: string): Buffer {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw usage(`The file of --file could not be read (${code}).`);
  }
  try {
    const facts = fstatSync(fd);
    if (facts.isDirectory()) throw usage("The file of --file is a directory.");
    const room = Buffer.alloc(MAX_VALUE_BYTES + 2);
    let size = 0;
    for (let read = -1; read !== 0 && size < room.length; size += read) {
      read = readSync(fd, room, size, room.length - size, null);
    }
    const bytes = Buffer.from(room.subarray(0, size));
    room.fill(0);
    if (bytes.length > MAX_VALUE_BYTES + 1) throw tooLong();
    return bytes;
  } finally {
    closeSync(fd);
  }
}

function tooLong(): Stop {
  return usage(
    "The value is longer than 65,536 bytes.",
    "Store a reference to a larger object, encrypted under a key that is stored here.",
  );
}
