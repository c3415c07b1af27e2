import { z } from "zod";
import { absolutePath, host, parseEnvironment, port, variable } from "./environment.ts";

/** What the witness process is told from outside. */
export type WitnessConfig = {
  /** Name of its key, under which logs and auditors know it: no spaces, no plus. */
  readonly name: string;
  readonly host: string;
  /** 0 picks a free port, which the process reports. */
  readonly port: number;
  /** Where health and metrics are asked, on loopback; null: nowhere but on the port above. */
  readonly statusPort: number | null;
  /** Absolute. Its memory, its key and `verifier-key`: never on the disk, or in the backup, of the logs. */
  readonly stateDir: string;
  /** The logs it serves: one verifier key (`origin+id+key`) a line. Read again whenever it changes. */
  readonly logsFile: string;
};

const variables = {
  COUNTERSIGN_WITNESS_NAME: variable(
    z.string().regex(/^[^\s+]{1,128}$/),
    "Give the name of this witness's key, e.g. witness.example.org/1: no spaces, no plus.",
  ),
  COUNTERSIGN_WITNESS_HOST: variable(host.default("127.0.0.1"), "Give the address to listen on."),
  COUNTERSIGN_WITNESS_PORT: variable(port, "Give the port to listen on, 0 to 65535."),
  COUNTERSIGN_WITNESS_STATUS_PORT: variable(
    port.optional(),
    "Give the port on 127.0.0.1 where health and metrics are asked, or leave it out.",
  ),
  COUNTERSIGN_WITNESS_STATE_DIR: variable(
    absolutePath,
    "Give the absolute path of a folder that only this account can read, on another machine than the log.",
  ),
  COUNTERSIGN_WITNESS_LOGS_FILE: variable(
    absolutePath,
    "Give the absolute path of a file with one log verifier key (origin+id+key) a line.",
  ),
};

/** @throws ConfigurationFault naming every variable that is wrong */
export function loadWitnessConfig(environment = process.env): WitnessConfig {
  const read = parseEnvironment(variables, environment);
  return {
    name: read.COUNTERSIGN_WITNESS_NAME,
    host: read.COUNTERSIGN_WITNESS_HOST,
    port: read.COUNTERSIGN_WITNESS_PORT,
    statusPort: read.COUNTERSIGN_WITNESS_STATUS_PORT ?? null,
    stateDir: read.COUNTERSIGN_WITNESS_STATE_DIR,
    logsFile: read.COUNTERSIGN_WITNESS_LOGS_FILE,
  };
}
