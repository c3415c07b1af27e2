import { z } from "zod";
import {
  absolutePath,
  ConfigurationFault,
  parseEnvironment,
  postgresUrl,
  variable,
} from "./environment.ts";
import { readSecretFile } from "./secret-file.ts";

const PASSWORDS_FILE = "COUNTERSIGN_DATABASE_ROLES_FILE";

const variables = {
  DATABASE_URL: variable(
    postgresUrl,
    "Give postgresql://administrator:password@host:port/database.",
  ),
  COUNTERSIGN_ROOT_DIR: variable(absolutePath, "Give the absolute path of the checkout."),
  [PASSWORDS_FILE]: variable(
    absolutePath,
    "Give the absolute path of a JSON file (0600): {keyService, console}, a password each.",
  ),
};

const passwords = z.strictObject({ keyService: z.string().min(16), console: z.string().min(16) });

export type PrepareDatabaseConfig = {
  readonly adminUrl: string;
  readonly rootDir: string;
  readonly passwords: z.infer<typeof passwords>;
};

/** @throws ConfigurationFault */
export function loadPrepareDatabaseConfig(environment = process.env): PrepareDatabaseConfig {
  const read = parseEnvironment(variables, environment);
  const path = read[PASSWORDS_FILE];
  const parsed = passwords.safeParse(parseJson(readSecretFile(path, PASSWORDS_FILE)));
  if (!parsed.success) {
    throw new ConfigurationFault([
      {
        variable: PASSWORDS_FILE,
        problem: `the file ${path} must hold {keyService, console}, passwords of 16 characters or more.`,
      },
    ]);
  }
  return {
    adminUrl: read.DATABASE_URL,
    rootDir: read.COUNTERSIGN_ROOT_DIR,
    passwords: parsed.data,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
