import type { PersonId } from "@countersign/protocol/ids";
import { digest, personId } from "@countersign/protocol/ids";
import { addSeconds, type Instant } from "@countersign/protocol/instants";
import type { TenantId } from "@countersign/protocol/names";
import type { TenantWrites } from "../../../db/console-database.ts";
import { announceRows } from "../../live/infrastructure/announce-rows.ts";
import { dateOf, instantOf } from "../../names/names.ts";
import type { ConsoleParts } from "../../trpc/context.ts";
import { changedProposals } from "../infrastructure/changed-proposals.ts";

/** How long somebody may still want to hear that something was decided. */
const DECIDED_SECONDS = 3 * 86_400;
const TOLD_OUTCOMES = ["approved", "denied", "expired"];

type News = {
  readonly kind: "waits" | "decided";
  readonly proposal: string;
  readonly people: readonly PersonId[];
  /** Nobody needs a message after that. */
  readonly until: Instant;
};

/**
 * Notes whom to tell what, from where it stopped. Doing it twice tells nobody twice: the keys of the rows see to
 * it. Whoever becomes able to sign by a later change of roles finds it in the inbox and gets no message.
 *
 * @returns whether there may be more; false where the key service does not answer, and it stopped there
 */
export async function lookForNews(parts: ConsoleParts, tenant: TenantId): Promise<boolean> {
  const found = await parts.database.withTenant(tenant, async (tx) => {
    const told = await tx.toldUntil.findFirst();
    const from = told?.nextEntry ?? 0n;
    const { proposals, next } = await changedProposals(tx, from);
    const rows = await tx.proposal.findMany({ where: { proposal: { in: [...proposals] } } });
    return { from, next, rows };
  });
  const { from, next, rows } = found;
  if (next === from) return false;
  const news: News[] = [];
  for (const row of rows) {
    const asked = {
      tenant,
      person: personId.parse(row.proposedBy),
      proposal: digest.parse(row.proposal),
    };
    if (row.status === "pending") {
      const read = await parts.keyService.call("/console/v1/proposals/read", asked);
      if (!read.ok && read.error.code === "unavailable") return false;
      // Whatever else it says, nobody can sign it now.
      const candidates = read.ok ? read.value.view.candidates : [];
      const people = candidates.flatMap((it) => (it.cannot === null ? [it.person] : []));
      news.push({ kind: "waits", proposal: row.proposal, people, until: instantOf(row.decideBy) });
    } else if (isWorthTelling(row, from)) {
      const until = addSeconds(parts.now(), DECIDED_SECONDS);
      news.push({ kind: "decided", proposal: row.proposal, people: [asked.person], until });
    }
  }
  await parts.database.writeAsTenant(tenant, async (tx) => {
    for (const it of news) await tell(tx, { parts, tenant }, it);
    if (news.length > 0) await announceRows(tx, tenant, ["notice"]);
    await tx.toldUntil.upsert({
      where: { tenant },
      create: { tenant, nextEntry: next },
      update: { nextEntry: next },
    });
  });
  return true;
}

/** At the very first look all history lies before it: nobody is told of what was over before. */
function isWorthTelling(row: { readonly status: string; readonly chain: unknown }, from: bigint) {
  const hasWaited = Array.isArray(row.chain) && row.chain.length > 0;
  return from > 0n && hasWaited && TOLD_OUTCOMES.includes(row.status);
}

async function tell(
  tx: TenantWrites,
  { parts, tenant }: { readonly parts: ConsoleParts; readonly tenant: TenantId },
  { kind, proposal, people, until }: News,
): Promise<void> {
  if (people.length === 0) return;
  const now = dateOf(parts.now());
  await tx.notice.createMany({
    data: people.map((person) => ({ tenant, person, kind, proposal, toldAt: now })),
    skipDuplicates: true,
  });
  const wishes =
    parts.mailDomains === null
      ? []
      : await tx.mailSetting.findMany({ where: { person: { in: [...people] }, wanted: true } });
  const recipients = [
    ...wishes.map((it) => ({ channel: "mail", recipient: it.person })),
    ...(parts.hasWebhook ? [{ channel: "webhook", recipient: "" }] : []),
  ];
  await tx.delivery.createMany({
    data: recipients.map((to) => ({
      ...to,
      tenant,
      kind,
      proposal,
      state: "queued",
      nextTryAt: now,
      until: dateOf(until),
    })),
    skipDuplicates: true,
  });
}
