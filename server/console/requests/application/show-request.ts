import { refuse } from "@countersign/protocol/refusals";
import { cardOf } from "../../drafts/draft.ts";
import { whoWasTold } from "../../notifications/infrastructure/who-was-told.ts";
import { orThrow, procedure } from "../../trpc/procedure.ts";
import { RefusalError } from "../../trpc/refusal-error.ts";
import { requestsContract } from "../contract.ts";
import { readHistory } from "../infrastructure/request-history.ts";
import { toRequestRows } from "../infrastructure/request-rows.ts";

/** One proposal. The key service says who may see it, who can sign now and why others cannot. */
export const showRequest = procedure("requests.detail", requestsContract.detail).query(
  async ({ ctx: { parts, caller }, input: { proposal } }) => {
    const { tenant, person } = caller;
    const asked = { tenant, person, proposal };
    const { view, cannot } = orThrow(
      await parts.keyService.call("/console/v1/proposals/read", asked),
    );
    const waiting = new Set(
      cannot.approve === null && view.status === "pending" ? [view.proposal] : [],
    );
    const shown = await parts.database.withTenant(tenant, async (tx) => {
      const found = await tx.proposal.findMany({ where: { proposal: view.proposal } });
      const [row] = await toRequestRows(tx, found, { waiting, now: parts.now() });
      return (
        row && {
          row,
          history: await readHistory(tx, view),
          told: await whoWasTold(tx, view.proposal),
        }
      );
    });
    if (shown === undefined) throw new RefusalError(NOT_PROJECTED);
    const { candidates, outcome, grant, lines, status } = view;
    return {
      row: { ...shown.row, lines, status },
      card: await cardOf(view),
      candidates,
      outcome,
      grant,
      cannot,
      history: shown.history,
      told: shown.told,
    };
  },
);

const NOT_PROJECTED = refuse(
  "unavailable",
  "This was signed a moment ago and the lists do not show it yet. Try again in a second.",
);
