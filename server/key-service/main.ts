import { loadKeyServiceConfig } from "../config/key-service-config.ts";
import { createLog } from "../observability/log.ts";
import { startKeyService } from "./start-key-service.ts";

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
    reason: error.stack ?? error.message,
  });
  process.exit(70);
});

try {
  const service = await startKeyService(loadKeyServiceConfig(), log, waiting.signal);
  stop = service.stop;
  log.info("started", "The key service is ready.", { port: service.deskPort });
} catch (error) {
  log.error(
    "start-failed",
    error instanceof Error ? error.message : "The key service could not start.",
  );
  process.exit(1);
}
