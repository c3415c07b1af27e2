import { lookup as systemLookup } from "node:dns";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { NotificationsConfig } from "../../../config/notifications-config.ts";
import { webhookCall } from "../domain/webhook-call.ts";
import { isCertificateTrouble } from "./certificate-trouble.ts";
import type { Channel } from "./channel.ts";
import { isPublicAddress } from "./public-address.ts";

const SLOWEST_MS = 10_000;
const PRIVATE = "the webhook lies at a private address";

class PrivateAddress extends Error {}

/**
 * A POST to the one address that the configuration names. No redirect is followed, nothing of the answer is read
 * but its status, and where private addresses are not allowed the address that is connected to is the one that was
 * looked at: a name that answers differently the second time gains nothing.
 */
export function webhookChannel(
  config: NonNullable<NotificationsConfig["webhook"]>,
  nowMs: () => number,
): Channel {
  const url = new URL(config.url);
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return {
    async send(message) {
      // An address that is written in numbers is never looked up.
      if (!config.isPrivateAllowed && isIP(host) !== 0 && !isPublicAddress(host))
        return { ok: false, trouble: PRIVATE };
      const { body, headers } = webhookCall(message, { secret: config.secret, atMs: nowMs() });
      try {
        const status = await new Promise<number>((done, failed) => {
          const call = request(url, {
            method: "POST",
            headers: { ...headers, "content-length": Buffer.byteLength(body) },
            signal: AbortSignal.timeout(SLOWEST_MS),
            ...(config.isPrivateAllowed ? {} : { lookup: publicLookup }),
            ...(config.authorities === null ? {} : { ca: [...config.authorities] }),
          });
          call.once("response", (answer) => {
            done(answer.statusCode ?? 0);
            answer.destroy();
          });
          call.once("error", failed);
          call.end(body);
        });
        return status >= 200 && status < 300
          ? { ok: true }
          : { ok: false, trouble: `the webhook answered ${status}` };
      } catch (error) {
        return { ok: false, trouble: troubleOf(error) };
      }
    },
  };
}

function troubleOf(error: unknown): string {
  if (error instanceof PrivateAddress) return PRIVATE;
  return isCertificateTrouble(error)
    ? "the webhook's certificate is not one that we trust"
    : "the webhook did not answer";
}

/** Looks a name up and refuses it where any of its addresses is not public. */
const publicLookup: LookupFunction = (name, options, callback) => {
  systemLookup(name, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error !== null) callback(error, "");
    else if (first === undefined || addresses.some((it) => !isPublicAddress(it.address)))
      callback(new PrivateAddress(name), "");
    else if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};
