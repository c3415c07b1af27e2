import { procedure } from "../../trpc/procedure.ts";
import { requestsContract } from "../contract.ts";
import { waitingForMe } from "./waiting-for-me.ts";

export const countRequests = procedure("requests.counts", requestsContract.counts).query(
  async ({ ctx: { parts, caller } }) => {
    const waiting = await waitingForMe(parts, caller);
    const minePending = await parts.database.withTenant(caller.tenant, (tx) =>
      tx.proposal.count({ where: { proposedBy: caller.person, status: "pending" } }),
    );
    return { forMe: waiting.length, minePending };
  },
);
