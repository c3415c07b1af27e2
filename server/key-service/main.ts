import { loadKeyServiceConfig } from "../config/key-service-config.ts";
import { placeOfFault } from "../observability/fault-place.ts";
import { createLog } from "../observability/log.ts";
import { type KeyService, startKeyService } from "./start-key-service.ts";

const log = createLog({ process: "key-service" });
const waiting = new AbortController();
let stop: () => Promise<void> = async () => {};

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    waiting.abort();
    void stop().finally(() => process.exit(0));
  });
}
// What is thrown where nobody catches it has left the state unknown: end, and be restarted from the ledger.
process.on("uncaughtException", (error) => {
  log.error("crash", "The process ends on a fault that nothing caught.", {
    reason: placeOfFault(error),
  });
  process.exit(70);
});

try {
  const config = loadKeyServiceConfig();
  const service = await startKeyService(config, log, waiting.signal);
  stop = service.stop;
  // Without a certificate a closed terminal (SIGHUP) ends the process, as it always does.
  if (config.desk.tls !== null) process.on("SIGHUP", () => renewCertificate(service));
  log.info("started", "The key service is ready.", { port: service.deskPort });
} catch (error) {
  log.error(
    "start-failed",
    error instanceof Error ? error.message : "The key service could not start.",
  );
  process.exit(1);
}

function renewCertificate(service: KeyService): void {
  try {
    service.renewCertificate();
    log.info("certificate", "The desk's certificate was read again.");
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown";
    log.error(
      "certificate",
      "The desk's certificate was not renewed; the one before stays in use.",
      {
        reason,
      },
    );
  }
}
