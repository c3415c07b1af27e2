import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";

const LOOPBACK = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

/** `localhost` and every name under it is this machine (RFC 6761 section 6.3). */
export function isLocalhostName(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost");
}

export function isLoopbackHost(hostname: string): boolean {
  return (
    isLocalhostName(hostname) ||
    hostname === "127.0.0.1" ||
    hostname === "[::1]" ||
    hostname === "::1"
  );
}

/**
 * Browsers resolve `desk.localhost` themselves; Node asks the system's resolver, which on many Linux
 * systems does not know it. This one answers for such names without asking anybody.
 */
export const lookup: LookupFunction = (hostname, options, callback) => {
  if (!isLocalhostName(hostname)) {
    systemLookup(hostname, options, callback);
    return;
  }
  const wanted = LOOPBACK.filter(
    (it) => !options.family || it.family === familyNumber(options.family),
  );
  const [first = { address: "127.0.0.1", family: 4 }] = wanted;
  if (options.all) callback(null, wanted);
  else callback(null, first.address, first.family);
};

function familyNumber(family: number | "IPv4" | "IPv6"): number {
  return family === "IPv4" ? 4 : family === "IPv6" ? 6 : family;
}
