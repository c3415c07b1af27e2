import type { CredentialId, Digest, PersonId, RequestId } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import type { TenantId } from "@countersign/protocol/names";
import type { Role, SigningRole } from "@countersign/protocol/roles";
import type { StatementOf } from "@countersign/protocol/statement";
import type { Chain } from "./chain.ts";

/** Acts that other people must agree to before they take effect. */
export type ProposableKind =
  | "enrol-key"
  | "change-role"
  | "link-identity"
  | "register-secret"
  | "edit-secret"
  | "reclassify-secret"
  | "put-value"
  | "request"
  | "bind-workload"
  | "revoke";
export type ProposedStatement = StatementOf<ProposableKind>;

export type Approval = {
  readonly person: PersonId;
  readonly role: Role;
  readonly credential: CredentialId;
  readonly at: Instant;
  /** Index of the ledger entry that holds the signature. */
  readonly index: number;
};

type Common = {
  readonly tenant: TenantId;
  /** Digest of the proposing statement: the proposal's name. A changed proposal is another one. */
  readonly proposal: Digest;
  readonly statement: ProposedStatement;
  readonly request: RequestId | null;
  readonly by: PersonId;
  readonly role: SigningRole;
  /** The key that proposed it: were it revoked, what it asked for would fall. */
  readonly credential: CredentialId;
  /** People who gain by it or whom it is about; none of them may approve or deny. Holds `by`. */
  readonly beneficiaries: readonly PersonId[];
  readonly chain: Chain;
  readonly proposedAt: Instant;
  readonly decideBy: Instant;
  readonly index: number;
  readonly approvals: readonly Approval[];
};

export type Proposal = Common &
  (
    | { readonly status: "pending" }
    | { readonly status: "approved"; readonly at: Instant }
    | { readonly status: "denied"; readonly at: Instant; readonly decidedBy: PersonId }
    | { readonly status: "withdrawn"; readonly at: Instant }
    | { readonly status: "expired"; readonly at: Instant }
  );
