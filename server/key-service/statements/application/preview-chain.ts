import type { Refusal } from "@countersign/protocol/refusals";
import { parseStatement } from "@countersign/protocol/statement";
import type { Candidate } from "@countersign/protocol/views";
import { err, ok, type Result } from "../../../kernel/result.ts";
import { rolesInChain, type ViewContext } from "../../requests/application/view-proposal.ts";
import { isProposable, rulesOf } from "../../requests/domain/act-rules.ts";
import type { Chain } from "../../requests/domain/chain.ts";
import type { ProposedStatement } from "../../requests/domain/proposal.ts";
import type { Person } from "../../roster/domain/roster.ts";
import type { Draft } from "../infrastructure/draft-store.ts";

/**
 * Who will have to sign what was drafted, and an early no where it cannot be accepted as it stands, so
 * that nobody touches a key in vain.
 */
export async function previewChain(
  context: ViewContext,
  signer: Person,
  draft: Draft,
): Promise<Result<{ chain: Chain; candidates: Candidate[] }, Refusal>> {
  const parsed = parseStatement(draft.statement);
  if (!parsed.ok) return err(parsed.error);
  const { value: statement } = parsed;
  if (!isProposable(statement.kind)) return ok({ chain: [], candidates: [] });
  const proposed = statement as ProposedStatement; // isProposable looked at its kind
  const judged = rulesOf(proposed).judge({ ...context, signer });
  if (!judged.ok) return judged;
  const { chain, beneficiaries } = judged.value;
  const candidates: Candidate[] = [];
  for (const person of context.tenant.people.values()) {
    const [role] = rolesInChain(person, chain);
    if (person.status !== "active" || role === undefined) continue;
    const opened = await context.openings.load(person.tenant, [person.name]);
    const isParty = person.person === signer.person || beneficiaries.includes(person.person);
    candidates.push({
      person: person.person,
      name: opened.get(person.name)?.value ?? person.person,
      role,
      cannot: isParty ? "asks for it, or it is about them" : null,
    });
  }
  return ok({ chain, candidates });
}
