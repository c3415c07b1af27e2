import type { instant } from "@countersign/protocol/instants";
import * as z from "zod";
import { dateOf } from "../../names/names.ts";
import { fromCursor, page } from "../../shapes/keyset.ts";
import { procedure } from "../../trpc/procedure.ts";
import { requestsContract } from "../contract.ts";
import { findProposals } from "../infrastructure/find-proposals.ts";
import { toRequestRows } from "../infrastructure/request-rows.ts";
import { waitingForMe } from "./waiting-for-me.ts";

const cursorKey = z.tuple([z.iso.datetime(), z.string().max(64)]);
const optionalDate = (at: z.infer<typeof instant> | undefined) => at && dateOf(at);

export const listRequests = procedure("requests.list", requestsContract.list).query(
  async ({ ctx: { parts, caller, reach }, input }) => {
    const { cursor, limit, from, to, ...filters } = input;
    const waiting = new Set<string>(await waitingForMe(parts, caller));
    const [at, proposal] = cursor === null ? [] : fromCursor(cursor, cursorKey);
    return parts.database.withTenant(caller.tenant, async (tx) => {
      const query = {
        ...filters,
        from: optionalDate(from),
        to: optionalDate(to),
        after: at === undefined || proposal === undefined ? null : { at: new Date(at), proposal },
        take: limit + 1,
      };
      const found = await findProposals(tx, query, { caller, all: reach.all, waiting });
      const { rows, next } = page(found, limit, (it) => [it.proposedAt.toISOString(), it.proposal]);
      return { rows: await toRequestRows(tx, rows, { waiting, now: parts.now() }), next };
    });
  },
);
