import type { Digest, PersonId } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import type { Refusal } from "@countersign/protocol/refusals";
import type { StatementOf } from "@countersign/protocol/statement";
import type { Result } from "../../../kernel/result.ts";
import type { DomainEvent } from "../../decisions/domain/event.ts";
import type { State, TenantState } from "../../decisions/domain/state.ts";
import type { Person } from "../../roster/domain/roster.ts";
import type { Chain } from "./chain.ts";
import type { ProposableKind } from "./proposal.ts";

/** What an act is judged against. `signer` is who proposes it. */
export type ActContext = {
  readonly state: State;
  readonly tenant: TenantState;
  readonly signer: Person;
  readonly now: Instant;
};

export type ActJudgement = {
  readonly chain: Chain;
  /** Who gains by it or whom it is about, besides the signer. */
  readonly beneficiaries: readonly PersonId[];
};

/** A proposal that everybody agreed to: its digest, and the distinct people who signed besides its maker. */
export type Agreed = { readonly proposal: Digest; readonly approvers: readonly PersonId[] };

/**
 * The rules of one kind of act. `judge` is asked when the act is proposed and again when the last
 * line is signed, so that what changed in between is noticed and eligibility is asked again (lesson L31).
 * `effects` are the events once everybody agreed.
 */
export type ActRules<K extends ProposableKind> = {
  judge(context: ActContext, statement: StatementOf<K>): Result<ActJudgement, Refusal>;
  effects(context: ActContext, statement: StatementOf<K>, agreed: Agreed): DomainEvent[];
};
