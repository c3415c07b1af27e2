import { readFileSync, statSync } from "node:fs";
import { ConfigurationFault } from "./environment.ts";

/**
 * Reads one secret (a PIN, a password) from a file that only its owner can read, without a trailing
 * newline. Secrets come in files, since an environment is inherited and shown by `ps e`.
 *
 * @param variable the environment variable that named the file, for the message
 * @throws ConfigurationFault when the file is missing, empty, or readable by others
 */
export function readSecretFile(path: string, variable: string): string {
  const refuse = (problem: string) => new ConfigurationFault([{ variable, problem }]);
  let text: string;
  try {
    if ((statSync(path).mode & 0o077) !== 0) {
      throw refuse(`the file ${path} can be read by others. Run \`chmod 600 ${path}\`.`);
    }
    text = readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    if (error instanceof ConfigurationFault) throw error;
    throw refuse(`the file ${path} cannot be read. Create it, or correct the path.`);
  }
  if (text === "") throw refuse(`the file ${path} is empty.`);
  return text;
}
