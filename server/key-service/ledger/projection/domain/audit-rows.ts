import type { Statement, StatementOf } from "@countersign/protocol/statement";
import { unreachable } from "../../../../kernel/result.ts";
import type { Entry } from "../../../decisions/domain/entry.ts";
import type { DomainEvent } from "../../../decisions/domain/event.ts";
import type { RowOf } from "./change.ts";
import { NO_TENANT } from "./tables.ts";

type AuditRow = RowOf<"audit_entry">;

/**
 * An entry as auditors read it: who, what, when, where, why, and the correlation id [AUD-1]. One row for
 * each tenant that it concerns, holding what concerns that tenant; entries of no tenant stand under
 * `NO_TENANT`. Every entry has a row, so that a gap in the indexes is a gap in the projection.
 */
export function auditRows(index: number, entry: Entry): AuditRow[] {
  const statement = entry.evidence?.statement ?? null;
  const tenants = new Set(entry.events.flatMap((event) => tenantsOf(event)));
  if (statement !== null) tenants.add(statement.tenant);
  if (tenants.size === 0) tenants.add(NO_TENANT);
  return [...tenants].map((tenant) => {
    const own = entry.events.filter((event) => concerns(event, tenant));
    const refused = own.find((event) => event.type === "Refused");
    const { actor, device } = actorOf(own);
    return {
      tenant,
      entry: index,
      at: entry.at,
      door: entry.door,
      correlation: entry.correlation,
      act: refused?.attempt ?? statement?.kind ?? own[0]?.type ?? "nothing",
      event_types: own.map((event) => event.type),
      actor: statement?.signer.person ?? actor,
      actor_role: statement?.signer.role ?? null,
      device: device ?? (statement?.kind === "request" ? statement.body.recipient.device : null),
      subject: refused?.subject ?? subjectOf(statement, entry) ?? subjectOfEvents(own),
      secrets: [...new Set(own.flatMap(secretsOfEvent))],
      statement_digest: entry.evidence?.digest ?? null,
      outcome: refused === undefined ? "done" : "refused",
      code: refused?.code ?? null,
      count: refused?.count ?? 1,
      justification_commitment: statement?.kind === "request" ? statement.body.justification : null,
      reason_commitment: reasonOf(statement),
    };
  });
}

function tenantsOf(event: DomainEvent): string[] {
  if (event.type === "GenesisDeclared") return [NO_TENANT, ...event.tenants];
  return "tenant" in event && event.tenant !== null ? [event.tenant] : [];
}

/** Events that name no tenant go with whichever tenants the entry has. */
function concerns(event: DomainEvent, tenant: string): boolean {
  const tenants = tenantsOf(event);
  return tenants.length === 0 || tenants.includes(tenant);
}

function actorOf(events: readonly DomainEvent[]): { actor: string | null; device: string | null } {
  for (const event of events) {
    if (event.type === "FetchIntended") return { actor: event.workload, device: null };
    if (event.type === "Refused" && event.workload !== undefined)
      return { actor: event.workload, device: null };
    if (
      event.type === "ReleaseIntended" ||
      event.type === "ValueChecked" ||
      event.type === "Refused"
    )
      return { actor: event.person, device: event.device };
    // Of endings, only one's own sign-out is one's own act.
    if (
      event.type === "IdentityProven" ||
      (event.type === "SessionEnded" && event.because === "signed-out")
    )
      return { actor: event.person, device: null };
  }
  return { actor: null, device: null };
}

/** What the signed act is about: a proposal's digest, or the id of what is enrolled or revoked. */
function subjectOf(statement: Statement | null, { evidence }: Entry): string | null {
  switch (statement?.kind) {
    case undefined:
      return null;
    case "approve":
    case "deny":
    case "withdraw":
      return statement.body.proposal;
    case "enrol-device":
      return statement.body.device;
    case "sign-in":
      return statement.body.session;
    case "revoke":
      return revokedBy(statement.body.subject);
    default:
      return evidence?.digest ?? null;
  }
}

function revokedBy(subject: StatementOf<"revoke">["body"]["subject"]): string {
  switch (subject.type) {
    case "grant":
      return subject.request;
    case "device":
      return subject.device;
    case "key":
      return subject.credential;
    case "binding":
      return subject.binding;
    case "secret":
      return subject.secret.secret;
    case "person":
      return subject.person.person;
    case "identity":
      return subject.account;
    default:
      return unreachable(subject);
  }
}

function subjectOfEvents(events: readonly DomainEvent[]): string | null {
  for (const event of events) {
    if ("request" in event) return event.request;
    if ("proposal" in event) return event.proposal;
    if ("session" in event) return event.session;
    if (event.type === "KeyLocked") return event.credential;
    if (event.type === "FetchIntended") return event.binding;
    if (event.type === "DeviceExpired") return event.device;
    if (event.type === "BindingExpired") return event.binding;
    if (event.type === "InvitationExpired") return event.invitation;
    if (event.type === "ValueChecked") return event.secret;
    if (event.type === "ServiceStarted") return event.holder;
    if (event.type === "TamperingFound") return event.what;
  }
  return null;
}

function secretsOfEvent(event: DomainEvent): string[] {
  if (event.type === "GrantIssued") return event.secrets.map((it) => it.secret);
  if (event.type === "ProposalMade" && event.statement.kind === "request")
    return event.statement.body.secrets.map((it) => it.secret);
  return "secret" in event ? [event.secret] : [];
}

function reasonOf(statement: Statement | null) {
  switch (statement?.kind) {
    case "approve":
    case "deny":
    case "withdraw":
    case "revoke":
      return statement.body.reason;
    default:
      return null;
  }
}
