import { orThrow, procedure } from "../../trpc/procedure.ts";
import { requestsContract } from "../contract.ts";

export const draftStatus = procedure("requests.draftStatus", requestsContract.draftStatus).query(
  async ({ ctx: { parts, caller }, input: { draft } }) => {
    const { tenant } = caller;
    const answer = await parts.keyService.call("/console/v1/drafts/status", { tenant, draft });
    const { declined, index } = orThrow(answer);
    return {
      status: index !== null ? "signed" : declined ? "declined" : "waiting",
      entry: index,
    } as const;
  },
);
