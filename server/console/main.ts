import { createServer } from "node:http";
import next from "next";
import {
  loadConsoleConfig,
  loadConsoleListener,
  loadConsoleOrigin,
} from "../config/console-config.ts";
import { loadNotificationsConfig } from "../config/notifications-config.ts";
import { systemClock } from "../kernel/clock.ts";
import { placeOfFault } from "../observability/fault-place.ts";
import { createLog } from "../observability/log.ts";
import { startStatusListener } from "../observability/status-listener.ts";
import { consoleFigures } from "./figures/console-figures.ts";
import { FrontDoor } from "./http/front-door.ts";
import { theLiveHub } from "./live/live-hub.ts";

/*
 * Runs the built pages as a process of its own, with limits that Next's own command does not have: headers and
 * bodies that never end, and a stop that answers what runs.
 */
const log = createLog({ process: "console" });
const SLOWEST_REQUEST_MS = 20_000;
const STOP_WITHIN_MS = 5_000;
const READY_WITHIN_MS = 3_000;

process.on("uncaughtException", (error) => {
  log.error("crash", "The process ends on a fault that nothing caught.", {
    reason: placeOfFault(error),
  });
  process.exit(70);
});

try {
  // Asked first, so that everything that is wrong is told at once and before a page is.
  loadConsoleConfig();
  loadNotificationsConfig();
  const { host, port, statusPort, rootDir } = loadConsoleListener();
  const door = new FrontDoor({ origin: loadConsoleOrigin(), clock: systemClock });
  const pages = next({ dev: false, dir: rootDir, hostname: host, port });
  await pages.prepare();
  const handle = pages.getRequestHandler();
  const server = createServer(
    {
      requestTimeout: SLOWEST_REQUEST_MS,
      headersTimeout: SLOWEST_REQUEST_MS / 2,
      maxHeaderSize: 16_384,
    },
    (request, response) => {
      const turnedAway = door.judge(request);
      if (turnedAway !== null) {
        const { status, headers, body } = turnedAway;
        response.writeHead(status, headers).end(body);
        return;
      }
      handle(request, response).catch((error: unknown) => {
        log.error("page-failed", "A page could not be answered.", {
          reason: placeOfFault(error),
        });
        response.destroy();
      });
    },
  );
  const status =
    statusPort === null
      ? null
      : await startStatusListener({
          port: statusPort,
          whyNotReady: () => whyNotReady(host, port),
          metrics: consoleFigures().metrics,
        });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      void status?.stop();
      // Answers that go on end now; their pages come back to whoever serves next.
      theLiveHub().stop();
      server.close(() => process.exit(0));
      setInterval(() => server.closeIdleConnections(), 50);
      setTimeout(() => process.exit(0), STOP_WITHIN_MS).unref();
    });
  }
  server.listen(port, host, () => {
    log.info("started", "The console is ready.", { port });
    // The first answer makes the console: people are told of what waits before anybody opens a page.
    void whyNotReady(host, port);
  });
} catch (error) {
  log.error(
    "start-failed",
    error instanceof Error ? error.message : "The console could not start.",
  );
  process.exit(1);
}

/** Asked of the pages' own address, so that it says of pages and not only of what stands behind them. */
async function whyNotReady(host: string, port: number): Promise<string | null> {
  const address = host.includes(":") ? `[${host}]` : host;
  try {
    const response = await fetch(`http://${address}:${port}/readyz`, {
      signal: AbortSignal.timeout(READY_WITHIN_MS),
    });
    return response.status === 200 ? null : (await response.text()).trim();
  } catch {
    return "Pages are not answered.";
  }
}
