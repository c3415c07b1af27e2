import { instant } from "@countersign/protocol/instants";
import { smtpChannel } from "../../server/console/notifications/infrastructure/smtp.ts";
import { webhookChannel } from "../../server/console/notifications/infrastructure/webhook.ts";
import type { CanaryScanner } from "./canary-scanner.ts";
import { wordsOf } from "./mail-server.ts";
import type { OutsideWorld } from "./outside-world.ts";
import { textsOf } from "./planted-page.ts";
import { ask } from "./status-address.ts";

/** Looks through each mail and each call that has arrived, as they came and in the form in which they are read. */
export function lookOutside(scanner: CanaryScanner, { mail, hook }: OutsideWorld): void {
  for (const it of mail().mails) {
    scanner.look("mail", Buffer.from(it.text));
    scanner.look("mail", Buffer.from(wordsOf(it), "latin1"));
  }
  for (const { headers, body } of hook.received) {
    scanner.look("webhook", Buffer.from(`${JSON.stringify(headers)}${body}`));
    const read: unknown = JSON.parse(body);
    for (const text of Object.values(read ?? {}))
      scanner.look("webhook", Buffer.from(String(text), "latin1"));
  }
}

/** Sends the control in every encoding by the product's own channels, in the one place where they carry a text. */
export async function plantOutside({ config }: OutsideWorld, control: string): Promise<void> {
  const message = {
    kind: "waits",
    proposed: "request",
    by: "Control",
    decideBy: instant.parse("2026-03-01T08:00:00Z"),
    status: "pending",
    link: textsOf(control).join(" "),
    tenant: "acme",
    proposal: "control",
    waitsFor: [],
    address: "control@example.com",
  } as const;
  for (const channel of [smtpChannel(config.mail), webhookChannel(config.webhook, Date.now)]) {
    const answer = await channel.send(message);
    if (!answer.ok) throw new Error(`the control was not taken: ${answer.trouble}`);
  }
}

/** Looks through what health and metrics say at these ports. @returns how much was said, bytes */
export async function lookAtStatus(
  scanner: CanaryScanner,
  ports: readonly number[],
): Promise<number> {
  let bytes = 0;
  for (const port of ports)
    for (const path of ["/healthz", "/readyz", "/metrics"]) {
      const said = Buffer.from((await ask(port, path)).text);
      scanner.look("status", said);
      bytes += said.length;
    }
  return bytes;
}
