import { createHmac } from "node:crypto";
import type { Told } from "./mail.ts";

export type WebhookCall = {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
};

/**
 * One call of the webhook: JSON, and a header by which the receiver knows that it is ours and fresh.
 *
 * `countersign-signature: t=<seconds since 1970>,v1=<hex>`, where `v1` is HMAC-SHA256 over `<t>.<body>` under the
 * shared secret. A receiver refuses a `t` that is minutes old, and takes each `id` once: calls are made at least
 * once, and again where their answer was lost.
 */
export function webhookCall(
  told: Told & {
    readonly tenant: string;
    readonly proposal: string;
    /** Ids of people; who they are stands in the console. */
    readonly waitsFor: readonly string[];
  },
  { secret, atMs }: { readonly secret: string; readonly atMs: number },
): WebhookCall {
  const body = JSON.stringify({
    id: `${told.tenant}/${told.kind}/${told.proposal}`,
    type: `proposal.${told.kind}`,
    tenant: told.tenant,
    proposal: told.proposal,
    proposed: told.proposed,
    status: told.status,
    waitsFor: told.waitsFor,
    decideBy: told.decideBy,
    link: told.link,
  });
  const seconds = Math.floor(atMs / 1000);
  const mac = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  return {
    body,
    headers: {
      "content-type": "application/json",
      "user-agent": "countersign-console",
      "countersign-signature": `t=${seconds},v1=${mac}`,
    },
  };
}
