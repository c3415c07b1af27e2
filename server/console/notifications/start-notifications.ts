import { type TenantId, tenantId } from "@countersign/protocol/names";
import type { NotificationsConfig } from "../../config/notifications-config.ts";
import type { ConsoleParts } from "../trpc/context.ts";
import { lookForNews } from "./application/look-for-news.ts";
import { type Sending, sendWhatIsDue } from "./application/send-what-is-due.ts";
import { smtpChannel } from "./infrastructure/smtp.ts";
import { webhookChannel } from "./infrastructure/webhook.ts";

const EVERY_MS = 3_000;

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
  const tenants = new Set<TenantId>();
  let isRunning = false;
  const timer = setInterval(() => {
    if (isRunning) return;
    isRunning = true;
    tellAll(sending, tenants)
      .catch(() => {
        parts.log.warn("notify-paused", "People could not be told of news yet. It is tried again.");
      })
      .finally(() => {
        isRunning = false;
      });
  }, EVERY_MS);
  timer.unref();
}

async function tellAll(sending: Sending, tenants: Set<TenantId>): Promise<void> {
  const { database } = sending.parts;
  const rows = await database.sessions.findMany({ distinct: ["tenant"], select: { tenant: true } });
  for (const { tenant } of rows) tenants.add(tenantId.parse(tenant));
  for (const tenant of tenants) {
    while (await lookForNews(sending.parts, tenant));
    await sendWhatIsDue(sending, tenant);
  }
}
