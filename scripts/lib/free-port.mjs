import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below what systems hand out to outgoing connections: one of those cannot take the port in between. */
const LOWEST = 12_000;
const HIGHEST = 32_000;

/**
 * A TCP port on loopback that was free a moment ago, drawn at random.
 * @returns {Promise<number>}
 */
export async function freePort() {
  const port = randomInt(LOWEST, HIGHEST);
  return (await isTaken(port)) ? freePort() : port;
}

/**
 * Whether somebody listens on this loopback port.
 * @param {number} port
 * @returns {Promise<boolean>}
 */
export function isTaken(port) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => {
      if ("code" in error && error.code === "EADDRINUSE") resolve(true);
      else reject(error);
    });
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(false)));
  });
}
