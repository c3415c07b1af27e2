/// <reference path="./nodemailer.d.ts" />
import { createTransport } from "nodemailer";
import type { NotificationsConfig } from "../../../config/notifications-config.ts";
import { mailText } from "../domain/mail.ts";
import { isCertificateTrouble } from "./certificate-trouble.ts";
import type { Channel } from "./channel.ts";

const SLOWEST_STEP_MS = 10_000;
/** A server that says a little every few seconds is given up too. */
const SLOWEST_MS = 25_000;

/**
 * Plain text by SMTP. TLS is insisted on wherever the server is not this machine, and where its authorities are named:
 * no address, user name or password leaves before the server's certificate has been found good.
 */
export function smtpChannel({
  url,
  from,
  authorities,
}: NonNullable<NotificationsConfig["mail"]>): Channel {
  const server = new URL(url);
  const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(server.hostname);
  const isTlsFromTheStart = server.protocol === "smtps:";
  const transport = createTransport({
    host: server.hostname.replace(/^\[|\]$/g, ""),
    port: Number(server.port) || (isTlsFromTheStart ? 465 : 587),
    secure: isTlsFromTheStart,
    requireTLS: !isTlsFromTheStart && (!isHere || authorities !== null),
    ...(authorities === null ? {} : { tls: { ca: authorities } }),
    ...(server.username === ""
      ? {}
      : {
          auth: {
            user: decodeURIComponent(server.username),
            pass: decodeURIComponent(server.password),
          },
        }),
    connectionTimeout: SLOWEST_STEP_MS,
    greetingTimeout: SLOWEST_STEP_MS,
    socketTimeout: SLOWEST_STEP_MS,
    // No message is read from a file or an address, whatever stands in it.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(message) {
      if (message.address === null) return { ok: false, trouble: "no address" };
      try {
        const sent = transport.sendMail({
          from,
          to: { name: "", address: message.address },
          ...mailText(message),
          headers: { "Auto-Submitted": "auto-generated" },
        });
        await orGivenUp(sent);
        return { ok: true };
      } catch (error) {
        return { ok: false, trouble: troubleOf(error) };
      }
    },
  };
}

/** @throws what `sent` throws, or a fault when it takes too long; a server may still take the message then */
async function orGivenUp(sent: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error("too slow")), SLOWEST_MS);
  });
  await Promise.race([sent, late]).finally(() => clearTimeout(timer));
}

/** The server's own text may hold addresses and more: only its number is kept. */
function troubleOf(error: unknown): string {
  const { code = "", responseCode } = error as { code?: string; responseCode?: unknown }; // nodemailer throws errors
  const said = typeof responseCode === "number" ? responseCode : null;
  if (code === "EAUTH")
    return `the mail server does not take our user name and password${said === null ? "" : ` (${said})`}`;
  if (code === "ETLS") return "the mail server makes no TLS connection";
  if (said !== null) return `the mail server answered ${said}`;
  return isCertificateTrouble(error)
    ? "the mail server's certificate is not one that we trust"
    : "no mail server answered";
}
