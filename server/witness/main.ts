import { once } from "node:events";
import { join } from "node:path";
import { loadWitnessConfig, type WitnessConfig } from "../config/witness.ts";
import { createLog } from "../observability/log.ts";
import { type StatusListener, startStatusListener } from "../observability/status-listener.ts";
import { Cosigner } from "./domain/cosigner.ts";
import { writeAtomically } from "./infrastructure/atomic-write.ts";
import { CheckpointStore } from "./infrastructure/checkpoint-store.ts";
import { closeGently, createWitnessServer, whyNotReady } from "./infrastructure/http-server.ts";
import { loadOrCreateKey } from "./infrastructure/key-file.ts";
import { LogKeysFile } from "./infrastructure/log-keys-file.ts";
import { Witness } from "./witness.ts";
import { type WitnessFigures, witnessFigures } from "./witness-figures.ts";

/**
 * The witness process. Creates its key at the first start, writes `<state dir>/verifier-key` for those who
 * register it with a log, serves until SIGINT or SIGTERM. Exit code 1 when it could not start.
 */

const log = createLog({ process: "witness" });

async function run(config: WitnessConfig): Promise<void> {
  const cosigner = new Cosigner(config.name, await loadOrCreateKey(join(config.stateDir, "key")));
  await writeAtomically(join(config.stateDir, "verifier-key"), `${cosigner.verifierKey}\n`, 0o644);
  const witness = new Witness({
    cosigner,
    store: new CheckpointStore(join(config.stateDir, "checkpoints")),
    logKeys: new LogKeysFile(config.logsFile),
    now: Date.now,
  });
  await witness.checkReady();
  const figures = witnessFigures();
  const server = createWitnessServer(witness, log, figures);
  server.listen(config.port, config.host);
  await once(server, "listening");
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : config.port;
  const status = await serveStatus(config.statusPort, witness, figures);
  log.info("listening", `${config.name} cosigns at http://${config.host}:${port}`, { port });
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await status?.stop();
  await closeGently(server);
}

async function serveStatus(
  port: number | null,
  witness: Witness,
  { metrics }: WitnessFigures,
): Promise<StatusListener | null> {
  if (port === null) return null;
  return startStatusListener({ port, whyNotReady: () => whyNotReady(witness, log), metrics });
}

try {
  await run(loadWitnessConfig());
} catch (error) {
  log.error("stopped", error instanceof Error ? error.message : "the witness could not start");
  process.exitCode = 1;
}
