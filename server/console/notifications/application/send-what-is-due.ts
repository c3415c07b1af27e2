import type { TenantId } from "@countersign/protocol/names";
import { instantOf, People } from "../../names/names.ts";
import type { ConsoleParts } from "../../trpc/context.ts";
import { isAllowedAddress } from "../domain/mail.ts";
import type { Channel, Outgoing } from "../infrastructure/channel.ts";
import { type CHANNELS, type Claimed, DeliveryQueue } from "../infrastructure/delivery-queue.ts";

export type Sending = {
  readonly parts: ConsoleParts;
  /** Scheme, host and port of the console, for links. */
  readonly origin: string;
  readonly channels: Readonly<Record<(typeof CHANNELS)[number], Channel | null>>;
};

/**
 * Sends a few of what is due by one channel, one after the other, and notes what came of each.
 * @returns how many were looked at; 0 where nothing is due
 */
export async function sendWhatIsDue(
  sending: Sending,
  tenant: TenantId,
  by: Claimed["channel"],
): Promise<number> {
  const { parts } = sending;
  const queue = new DeliveryQueue(parts.database, tenant);
  const claimed = await queue.claim(by, parts.now());
  const channel = sending.channels[by];
  for (const it of claimed) {
    const message = await composed(sending, tenant, it);
    if (message === null || channel === null) {
      await queue.dropped(it);
      continue;
    }
    const answer = await channel.send(message);
    if (answer.ok) await queue.sent(it, parts.now());
    else {
      await queue.failed(it, parts.now(), answer.trouble);
      parts.log.warn("notify-failed", "A message could not be delivered and is tried again.", {
        kind: it.channel,
        attempt: it.tries,
        reason: answer.trouble,
      });
    }
  }
  return claimed.length;
}

/** The message as it is true now; null where nobody needs it any more, or its recipient wants none. */
async function composed(
  { parts, origin }: Sending,
  tenant: TenantId,
  { kind, proposal, channel, recipient }: Claimed,
): Promise<Outgoing | null> {
  return parts.database.withTenant(tenant, async (tx) => {
    const row = await tx.proposal.findFirst({ where: { proposal } });
    const delivery = await tx.delivery.findFirst({
      where: { kind, proposal, channel, recipient },
    });
    const now = parts.now();
    if (row === null || delivery === null || instantOf(delivery.until) < now) return null;
    if (kind === "waits" && row.status !== "pending") return null;
    const setting =
      channel === "mail" ? await tx.mailSetting.findFirst({ where: { person: recipient } }) : null;
    const address = setting?.wanted === true ? setting.address : null;
    if (channel === "mail" && !isAllowedAddress(address ?? "", parts.mailDomains ?? []))
      return null;
    const told = await tx.notice.findMany({ where: { kind, proposal } });
    const people = await People.load(tx, [row.proposedBy]);
    return {
      kind,
      tenant,
      proposal,
      address,
      proposed: row.kind,
      status: row.status,
      by: people.ref(row.proposedBy).name,
      decideBy: instantOf(row.decideBy),
      waitsFor: kind === "waits" ? told.map((it) => it.person).sort() : [],
      link: `${origin}/requests/${encodeURIComponent(proposal)}`,
    };
  });
}
