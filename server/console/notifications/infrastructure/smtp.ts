/// <reference path="./nodemailer.d.ts" />
import { createTransport } from "nodemailer";
import type { NotificationsConfig } from "../../../config/notifications-config.ts";
import { mailText } from "../domain/mail.ts";
import type { Channel } from "./channel.ts";

const SLOWEST_MS = 10_000;

/** Plain text by SMTP. TLS is asked for wherever the server is not this machine. */
export function smtpChannel({ url, from }: NonNullable<NotificationsConfig["mail"]>): Channel {
  const server = new URL(url);
  const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(server.hostname);
  const isTlsFromTheStart = server.protocol === "smtps:";
  const transport = createTransport({
    host: server.hostname.replace(/^\[|\]$/g, ""),
    port: Number(server.port) || (isTlsFromTheStart ? 465 : 587),
    secure: isTlsFromTheStart,
    requireTLS: !isTlsFromTheStart && !isHere,
    ...(server.username === ""
      ? {}
      : {
          auth: {
            user: decodeURIComponent(server.username),
            pass: decodeURIComponent(server.password),
          },
        }),
    connectionTimeout: SLOWEST_MS,
    greetingTimeout: SLOWEST_MS,
    socketTimeout: SLOWEST_MS,
    // No message is read from a file or an address, whatever stands in it.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(message) {
      if (message.address === null) return { ok: false, trouble: "no address" };
      try {
        await transport.sendMail({
          from,
          to: { name: "", address: message.address },
          ...mailText(message),
          headers: { "Auto-Submitted": "auto-generated" },
        });
        return { ok: true };
      } catch (error) {
        return { ok: false, trouble: troubleOf(error) };
      }
    },
  };
}

/** The server's own text may hold addresses and more: only its number is kept. */
function troubleOf(error: unknown): string {
  const code = error instanceof Error && "responseCode" in error ? error.responseCode : null;
  return typeof code === "number" ? `the mail server answered ${code}` : "no mail server answered";
}
