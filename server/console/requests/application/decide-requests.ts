import type { Act } from "@countersign/protocol/acts";
import type { Digest } from "@countersign/protocol/ids";
import { tidyText } from "@countersign/protocol/text";
import { draftAct, linkToAll } from "../../drafts/draft.ts";
import type { Drafted } from "../../shapes/drafted.ts";
import { procedure } from "../../trpc/procedure.ts";
import { requestsContract } from "../contract.ts";

/** Draws up one decision for each proposal. Deciding is signing, at the desk: here nothing is decided. */
export const decideRequests = procedure("requests.decide", requestsContract.decide).mutation(
  async ({ ctx, input: { proposals, decision, reason, returnTo } }) => {
    const drafts: Drafted[] = [];
    for (const proposal of new Set(proposals)) {
      const act = decisionOn(proposal, decision, reason === null ? null : tidyText(reason));
      drafts.push(await draftAct(ctx, act, returnTo));
    }
    return { link: linkToAll(drafts, returnTo), drafts: drafts.map((it) => it.draft) };
  },
);

function decisionOn(
  proposal: Digest,
  decision: "approve" | "deny" | "withdraw",
  reason: string | null,
): Act {
  // The contract refuses a denial without a reason; the key service would refuse the empty one too.
  if (decision === "deny") return { act: decision, proposal, reason: reason ?? "" };
  return { act: decision, proposal, reason };
}
