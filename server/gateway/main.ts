import { once } from "node:events";
import { loadGatewayConfig } from "../config/gateway-config.ts";
import { createLog } from "../observability/log.ts";
import { startGateway } from "./start-gateway.ts";

/** The gateway process: serves until SIGINT or SIGTERM. Exit code 1 when it could not start. */
const log = createLog({ process: "gateway" });

try {
  const gateway = await startGateway(loadGatewayConfig(), log);
  log.info("started", "The gateway listens for workloads.", { port: gateway.port });
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await gateway.stop();
} catch (error) {
  log.error("stopped", error instanceof Error ? error.message : "the gateway could not start");
  process.exitCode = 1;
}
