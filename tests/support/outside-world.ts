import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createAuthority, issueServer } from "../../scripts/lib/development-ca.mjs";
import type { NotificationsConfig } from "../../server/config/notifications-config.ts";
import { type MailServer, startMailServer } from "./mail-server.ts";
import { startWebhookServer } from "./webhook-server.ts";

/** Where messages of a console arrive: a mail server and a webhook under TLS of one authority, and what names them. */
export type OutsideWorld = {
  readonly mail: () => MailServer;
  readonly hook: Awaited<ReturnType<typeof startWebhookServer>>;
  /** What the console's process is told of them. */
  readonly environment: Readonly<Record<string, string>>;
  readonly config: {
    readonly [K in keyof NotificationsConfig]: NonNullable<NotificationsConfig[K]>;
  };
  /** Ends the mail server; `startMail` brings it back at the same place. */
  stopMail(): Promise<void>;
  startMail(): Promise<void>;
  stop(): Promise<void>;
};

/** @param folder for files of the configuration; removed by whoever made it */
export async function startOutsideWorld(folder: string): Promise<OutsideWorld> {
  const authority = await createAuthority("outside.test");
  const certificate = await issueServer(authority, ["localhost"]);
  const login = { user: "countersign", password: "mail/password@1" };
  const secret = "shared-with-the-receiver-0123456789";
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const start = (port?: number) =>
    startMailServer({
      tls: { mode: "implicit", ...certificate },
      login,
      ...(port === undefined ? {} : { port }),
    });
  let mail = await start();
  const hook = await startWebhookServer({ tls: certificate, secret });
  const { url } = mail;
  const authorities = file("outside-ca.pem", authority.pem);
  return {
    mail: () => mail,
    hook,
    environment: {
      COUNTERSIGN_SMTP_URL_FILE: file("smtp-url", url),
      COUNTERSIGN_SMTP_CA_FILE: authorities,
      COUNTERSIGN_MAIL_FROM: "countersign@example.com",
      COUNTERSIGN_MAIL_DOMAINS: "example.com",
      COUNTERSIGN_WEBHOOK_URL: hook.url,
      COUNTERSIGN_WEBHOOK_CA_FILE: authorities,
      COUNTERSIGN_WEBHOOK_SECRET_FILE: file("webhook-secret", secret),
      COUNTERSIGN_WEBHOOK_PRIVATE: "yes",
    },
    config: {
      mail: {
        url,
        from: "countersign@example.com",
        domains: ["example.com"],
        authorities: [authority.pem],
      },
      webhook: { url: hook.url, secret, isPrivateAllowed: true, authorities: [authority.pem] },
    },
    stopMail: () => mail.stop(),
    startMail: async () => {
      mail = await start(mail.port);
    },
    stop: async () => {
      await mail.stop();
      await hook.stop();
    },
  };
}
