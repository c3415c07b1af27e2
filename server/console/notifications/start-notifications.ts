import { type TenantId, tenantId } from "@countersign/protocol/names";
import type { NotificationsConfig } from "../../config/notifications-config.ts";
import type { ConsoleParts } from "../trpc/context.ts";
import { forgetOld } from "./application/forget-old.ts";
import { lookForNews } from "./application/look-for-news.ts";
import { type Sending, sendWhatIsDue } from "./application/send-what-is-due.ts";
import { CHANNELS } from "./infrastructure/delivery-queue.ts";
import { smtpChannel } from "./infrastructure/smtp.ts";
import { webhookChannel } from "./infrastructure/webhook.ts";

const EVERY_MS = 3_000;
const FORGET_EVERY_MS = 3_600_000;

/**
 * Tells people of what waits for them, from now on, every few seconds. Tenants are those in which somebody has had
 * a session: until somebody of a tenant signs in there is nobody to tell there, and nothing is lost meanwhile.
 */
export function startNotifications(
  parts: ConsoleParts,
  { origin, ...config }: NotificationsConfig & { readonly origin: string },
): void {
  const sending: Sending = {
    parts,
    origin,
    channels: {
      mail: config.mail && smtpChannel(config.mail),
      webhook: config.webhook && webhookChannel(config.webhook, Date.now),
    },
  };
  const { log, database } = parts;
  const tenants = new Set<TenantId>();
  const look = async () => {
    const rows = await database.sessions.findMany({
      distinct: ["tenant"],
      select: { tenant: true },
    });
    for (const { tenant } of rows) tenants.add(tenantId.parse(tenant));
    for (const tenant of tenants) while (await lookForNews(parts, tenant));
  };
  again(EVERY_MS, look, () =>
    log.warn("notify-paused", "People could not be told of news yet. It is tried again."),
  );
  // Each by itself: a mail server that keeps silent holds up no webhook.
  for (const channel of CHANNELS) {
    const send = async () => {
      for (const tenant of tenants) while ((await sendWhatIsDue(sending, tenant, channel)) > 0);
    };
    again(EVERY_MS, send, () =>
      log.warn("send-paused", "Messages could not be sent yet. It is tried again.", {
        kind: channel,
      }),
    );
  }
  const forgottenAt = new Map<TenantId, number>();
  const forget = async () => {
    const now = performance.now();
    for (const tenant of tenants) {
      if (now - (forgottenAt.get(tenant) ?? -FORGET_EVERY_MS) < FORGET_EVERY_MS) continue;
      await forgetOld(parts, tenant);
      forgottenAt.set(tenant, now);
    }
  };
  again(EVERY_MS, forget, () =>
    log.warn("forget-failed", "Old messages could not be forgotten yet. It is tried again."),
  );
}

/** Does it every so often, never twice at once, and does not keep the process alive for it. */
function again(everyMs: number, work: () => Promise<void>, onFault: () => void): void {
  let isRunning = false;
  const timer = setInterval(() => {
    if (isRunning) return;
    isRunning = true;
    work()
      .catch(onFault)
      .finally(() => {
        isRunning = false;
      });
  }, everyMs);
  timer.unref();
}
