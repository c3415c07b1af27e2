import * as z from "zod";
import { instantOf, instantOrNull } from "../../names/names.ts";
import { waitingForMe } from "../../requests/application/waiting-for-me.ts";
import { toRequestRows } from "../../requests/infrastructure/request-rows.ts";
import { fromCursor, page } from "../../shapes/keyset.ts";
import { procedure } from "../../trpc/procedure.ts";
import { NOTICE_KINDS, notificationsContract } from "../contract.ts";

const cursorKey = z.tuple([z.iso.datetime(), z.string().max(64), z.enum(NOTICE_KINDS)]);

/** What this person was told, newest first. A notice tells of a proposal, which is shown as it stands now. */
export const listNotices = procedure("notifications.list", notificationsContract.list).query(
  async ({ ctx: { parts, caller }, input: { cursor, limit } }) => {
    const { tenant, person } = caller;
    const waiting = new Set<string>(await waitingForMe(parts, caller));
    const after = cursor === null ? null : fromCursor(cursor, cursorKey);
    return parts.database.withTenant(tenant, async (tx) => {
      const found = await tx.notice.findMany({
        where: { person, ...(after === null ? {} : beyond(...after)) },
        orderBy: [{ toldAt: "desc" }, { proposal: "desc" }, { kind: "desc" }],
        take: limit + 1,
      });
      const shown = page(found, limit, (it) => [it.toldAt.toISOString(), it.proposal, it.kind]);
      const proposals = await tx.proposal.findMany({
        where: { proposal: { in: shown.rows.map((it) => it.proposal) } },
      });
      const rows = await toRequestRows(tx, proposals, { waiting, now: parts.now() });
      return {
        rows: shown.rows.flatMap((it) => {
          const request = rows.find((row) => row.proposal === it.proposal);
          // Missing only while the lists are being rebuilt; then it comes back.
          if (request === undefined) return [];
          const kind = z.enum(NOTICE_KINDS).parse(it.kind);
          return [
            { kind, toldAt: instantOf(it.toldAt), seenAt: instantOrNull(it.seenAt), request },
          ];
        }),
        next: shown.next,
      };
    });
  },
);

function beyond(at: string, proposal: string, kind: string) {
  const toldAt = new Date(at);
  return {
    OR: [
      { toldAt: { lt: toldAt } },
      { toldAt, proposal: { lt: proposal } },
      { toldAt, proposal, kind: { lt: kind } },
    ],
  };
}
