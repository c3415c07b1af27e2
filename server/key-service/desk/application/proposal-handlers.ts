import { refuse } from "@countersign/protocol/refusals";
import { err, ok } from "../../../kernel/result.ts";
import type { TenantState } from "../../decisions/domain/state.ts";
import {
  findProposal,
  rolesInChain,
  type ViewContext,
  viewProposal,
} from "../../requests/application/view-proposal.ts";
import { maySee, whyNotApprove } from "../../requests/domain/decide-approval.ts";
import type { Proposal } from "../../requests/domain/proposal.ts";
import type { Person } from "../../roster/domain/roster.ts";
import { whyNotSignedIn } from "../../sessions/domain/why-not-signed-in.ts";
import { roleToDecide } from "../../statements/application/choose-role.ts";
import { draftAct } from "../../statements/application/draft-act.ts";
import type { PeopleHandlers } from "../infrastructure/people-handlers.ts";
import { type DeskParts, knownPerson, nameOf, viewContext } from "./desk-parts.ts";

type ProposalHandlers = Pick<
  PeopleHandlers,
  "/desk/v1/inbox" | "/desk/v1/proposals/read" | "/desk/v1/proposals/decide"
>;

const MOST_SHOWN = 50;

/** What waits for a person, what they asked for, and the way to sign or refuse it. */
export function proposalHandlers(parts: DeskParts): ProposalHandlers {
  return {
    "/desk/v1/inbox": async (_, caller) => {
      const known = knownPerson(parts, caller);
      if (!known.ok) return known;
      const { tenant, person } = known.value;
      const context = viewContext(parts, tenant);
      if (!context.ok) return context;
      const show = (of: readonly Proposal[]) =>
        Promise.all(of.slice(0, MOST_SHOWN).map((it) => viewProposal(context.value, it)));
      return ok({
        name: await nameOf(parts, person),
        tenant: person.tenant,
        waiting: await show(waitingFor(context.value, person)),
        mine: await show(madeBy(tenant, person)),
      });
    },

    "/desk/v1/proposals/read": async ({ proposal: id }, caller) => {
      const known = knownPerson(parts, caller);
      if (!known.ok) return known;
      const { tenant, person } = known.value;
      const proposal = findProposal(tenant, id);
      if (proposal === undefined || !maySee(person, proposal)) return err(NOT_FOUND);
      const context = viewContext(parts, tenant);
      if (!context.ok) return context;
      const role = roleToDecide(context.value, proposal, person);
      const no =
        whyNotApprove(context.value, proposal, person, role) ??
        whyNotSignedIn(
          { ...context.value, signer: person },
          { kind: "approve", body: { proposal: proposal.proposal } },
        );
      return ok({ view: await viewProposal(context.value, proposal), cannot: no?.message ?? null });
    },

    "/desk/v1/proposals/decide": async ({ proposals, decision, reason }, caller) => {
      const known = knownPerson(parts, caller);
      if (!known.ok) return known;
      const { tenant, person: signer } = known.value;
      const now = parts.path.now();
      if (!now.ok) return now;
      const drafts = [];
      for (const id of proposals) {
        const proposal = tenant.proposals.get(id);
        if (proposal === undefined || !maySee(signer, proposal)) return err(NOT_FOUND);
        const base = { act: decision, proposal: id };
        if (decision === "deny" && reason === null) {
          return err(refuse("malformed", "Say why you refuse: the person who asked will read it."));
        }
        const { state } = parts.path;
        const context = { state, tenant, signer, now: now.value, stageValue: NO_VALUES };
        const act = await draftAct(
          context,
          base.act === "deny"
            ? { ...base, act: "deny", reason: reason ?? "" }
            : { ...base, act: base.act, reason },
        );
        if (!act.ok) return act;
        const draft = await parts.drafter.draft(act.value);
        if (!draft.ok) return draft;
        drafts.push(draft.value.draft);
      }
      return ok({ drafts });
    },
  };
}

/** Pending proposals of which this person could sign a line now, oldest first. */
export function waitingFor(context: ViewContext, person: Person): Proposal[] {
  return [...context.tenant.proposals.values()].filter(
    (proposal) =>
      proposal.status === "pending" &&
      rolesInChain(person, proposal.chain).some(
        (role) => whyNotApprove(context, proposal, person, role) === null,
      ),
  );
}

/** What this person proposed, newest first. */
export function madeBy(tenant: TenantState, person: Person): Proposal[] {
  const all = [...tenant.proposals.values()].filter(
    (it) => it.by === person.person && it.chain.length > 0,
  );
  return all.reverse();
}

const NO_VALUES = async () => err(refuse("malformed", "A decision carries no value."));
const NOT_FOUND = refuse("not-found", "There is no such request, or it is not for you to see.");
