import { readFile } from "node:fs/promises";
import { type LogKey, parseLogKey } from "../domain/log-key.ts";

/**
 * The logs that this witness serves: a file with one verifier key a line; empty lines and lines that begin
 * with # are ignored. Read again for each use, so that a log is added without a restart; a file that does
 * not exist yet serves no log. Who can write it decides whose history this witness vouches for.
 */
export class LogKeysFile {
  readonly #path: string;
  #content = "";
  #keys: readonly LogKey[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws Error naming the file and the line that is no key */
  async read(): Promise<readonly LogKey[]> {
    const content = await readIfThere(this.#path);
    if (content === this.#content) return this.#keys;
    const keys = content.split("\n").flatMap((text, i) => this.#parseLine(text.trim(), i + 1));
    this.#keys = keys;
    this.#content = content;
    return keys;
  }

  #parseLine(line: string, number: number): LogKey[] {
    if (line === "" || line.startsWith("#")) return [];
    try {
      return [parseLogKey(line)];
    } catch (cause) {
      throw new Error(
        `line ${number} of ${this.#path} is not a log key (${cause instanceof Error ? cause.message : "unreadable"})`,
        { cause },
      );
    }
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
