import { unwatchFile, watchFile } from "node:fs";
import type { GatewayConfig } from "../config/gateway-config.ts";
import { systemClock } from "../kernel/clock.ts";
import type { Log } from "../observability/log.ts";
import { startStatusListener } from "../observability/status-listener.ts";
import { gatewayFigures } from "./gateway-figures.ts";
import { KeyServiceChannel } from "./infrastructure/key-service-channel.ts";
import { readTls } from "./infrastructure/tls-files.ts";
import { startWorkloadListener } from "./infrastructure/workload-listener.ts";

const DEADLINE_MS = 10_000;
const LOOK_AT_FILES_MS = 5_000;

export type Gateway = {
  readonly port: number;
  readonly statusPort: number;
  /** Answers what runs, then closes. */
  readonly stop: () => Promise<void>;
};

/** Starts the gateway. It is ready when the key service has welcomed it, and goes on looking for it. */
export async function startGateway(config: GatewayConfig, log: Log): Promise<Gateway> {
  const tls = readTls(config.tlsFiles);
  const channel = new KeyServiceChannel({
    socketPath: config.keyServiceSocket,
    credential: config.credential,
    deadlineMs: DEADLINE_MS,
    onChange: (state, reason) => {
      if (state === "connected") log.info("connected", "The key service welcomed this gateway.");
      else log.warn("connection-lost", "The key service is not connected.", { reason });
    },
  });
  try {
    const figures = gatewayFigures(channel);
    const listener = await startWorkloadListener({
      host: config.host,
      port: config.port,
      tls,
      trustDomain: config.trustDomain,
      maxSvidLifetimeSeconds: config.maxSvidLifetimeSeconds,
      rate: config.rate,
      clock: systemClock,
      channel,
      onAnswered: ({ correlation, status, code, durationMs }) => {
        figures.answered(code, durationMs);
        log.debug("request", "A request was answered.", {
          correlationId: correlation,
          httpStatus: status,
          code,
          durationMs: Math.round(durationMs),
        });
      },
      onFault: (error, correlation) =>
        log.error("fault", "A request failed inside.", {
          correlationId: correlation,
          kind: error instanceof Error ? error.name : typeof error,
        }),
    });
    const status = await startStatusListener({
      host: config.statusHost,
      port: config.statusPort,
      whyNotReady: async () => (channel.isReady ? null : "The key service cannot be reached."),
      metrics: figures.metrics,
    });
    const files = Object.values(config.tlsFiles);
    const renew = () => {
      try {
        listener.renewTls(readTls(config.tlsFiles));
        log.info("tls-renewed", "Certificates were read again.");
      } catch (error) {
        const reason = error instanceof Error ? error.message : "unknown";
        log.error("tls-not-renewed", "New certificates cannot be used; the old ones stay.", {
          reason,
        });
      }
    };
    for (const file of files) watchFile(file, { interval: LOOK_AT_FILES_MS }, renew);
    return {
      port: listener.port,
      statusPort: status.port,
      stop: async () => {
        for (const file of files) unwatchFile(file, renew);
        await listener.stop();
        channel.close();
        await status.stop();
      },
    };
  } catch (error) {
    channel.close();
    throw error;
  }
}
