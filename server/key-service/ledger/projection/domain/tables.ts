import type { TextLabel } from "@countersign/protocol/text";

/** What a column holds; `?` may be null. Times are `Instant`s, JSON has integers only. */
export type ColumnKind =
  | "text"
  | "text?"
  | "texts"
  | "integer"
  | "integer?"
  | "bigint"
  | "boolean"
  | "instant"
  | "instant?"
  | "json";

/** A column in clear, of the text that a commitment in the same row opens to; null when it does not open. */
export type OpenedColumn = { readonly from: string; readonly label: TextLabel };

export type TableShape = {
  /** `tenant` first: nothing is looked up without naming its tenant (lesson L11). */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, ColumnKind>>;
  readonly opened: Readonly<Record<string, OpenedColumn>>;
};

/**
 * Every projection table: the one description that the projector writes by, the checker compares by, and
 * a specification holds against the database. `entry` is the index of the ledger entry that a row stands
 * on, or that changed it last.
 */
export const TABLES = {
  tenant: {
    key: ["tenant"],
    columns: {
      tenant: "text",
      mode: "text",
      ledger_origin: "text",
      desk_origin: "text",
      entry: "bigint",
    },
    opened: {},
  },
  person: {
    key: ["tenant", "person"],
    columns: {
      tenant: "text",
      person: "text",
      name_commitment: "text",
      status: "text",
      roles: "json",
      entry: "bigint",
    },
    opened: { name: { from: "name_commitment", label: "person-name" } },
  },
  hardware_key: {
    key: ["tenant", "credential"],
    columns: {
      tenant: "text",
      credential: "text",
      person: "text",
      aaguid: "text",
      algorithm: "integer",
      backup_eligible: "boolean",
      status: "text",
      enrolled_at: "instant",
      last_used_at: "instant?",
      entry: "bigint",
    },
    opened: {},
  },
  device: {
    key: ["tenant", "device"],
    columns: {
      tenant: "text",
      device: "text",
      person: "text",
      label_commitment: "text",
      status: "text",
      enrolled_at: "instant",
      expires_at: "instant",
      entry: "bigint",
    },
    opened: { label: { from: "label_commitment", label: "device-label" } },
  },
  identity: {
    key: ["tenant", "account_commitment"],
    columns: {
      tenant: "text",
      account_commitment: "text",
      person: "text",
      status: "text",
      linked_at: "instant",
      unlinked_at: "instant?",
      entry: "bigint",
    },
    opened: { account: { from: "account_commitment", label: "account" } },
  },
  session: {
    key: ["tenant", "session"],
    columns: {
      tenant: "text",
      session: "text",
      person: "text",
      credential: "text",
      issuer: "text",
      account_commitment: "text",
      authenticated_at: "instant",
      opened_at: "instant",
      expires_at: "instant",
      status: "text",
      ended_at: "instant?",
      ended_because: "text?",
      entry: "bigint",
    },
    opened: { account: { from: "account_commitment", label: "account" } },
  },
  secret: {
    key: ["tenant", "secret"],
    columns: {
      tenant: "text",
      secret: "text",
      name: "text",
      environment: "text",
      type: "text",
      category: "text",
      owner: "text?",
      service: "text?",
      data_classification: "text?",
      tier: "text?",
      rotation_period_days: "integer?",
      policy_digest: "text",
      status: "text",
      current_version: "integer?",
      value_added_at: "instant?",
      registered_at: "instant",
      entry: "bigint",
    },
    opened: {},
  },
  secret_version: {
    key: ["tenant", "secret", "version"],
    columns: {
      tenant: "text",
      secret: "text",
      version: "integer",
      envelope: "text",
      identity: "text",
      added_at: "instant",
      entry: "bigint",
    },
    opened: {},
  },
  binding: {
    key: ["tenant", "binding"],
    columns: {
      tenant: "text",
      binding: "text",
      secret: "text",
      workload: "text",
      proof: "text",
      status: "text",
      bound_at: "instant",
      expires_at: "instant",
      entry: "bigint",
    },
    opened: {},
  },
  proposal: {
    key: ["tenant", "proposal"],
    columns: {
      tenant: "text",
      proposal: "text",
      kind: "text",
      request: "text?",
      proposed_by: "text",
      role: "text",
      beneficiaries: "texts",
      secrets: "texts",
      chain: "json",
      statement: "json",
      justification_commitment: "text?",
      ticket_commitment: "text?",
      status: "text",
      proposed_at: "instant",
      decide_by: "instant",
      decided_at: "instant?",
      entry: "bigint",
    },
    opened: {
      justification: { from: "justification_commitment", label: "justification" },
      ticket: { from: "ticket_commitment", label: "ticket" },
    },
  },
  signature_line: {
    key: ["tenant", "proposal", "entry"],
    columns: {
      tenant: "text",
      proposal: "text",
      entry: "bigint",
      verdict: "text",
      person: "text",
      role: "text?",
      credential: "text?",
      reason_commitment: "text?",
      signed_at: "instant",
    },
    opened: { reason: { from: "reason_commitment", label: "reason" } },
  },
  grant: {
    key: ["tenant", "request"],
    columns: {
      tenant: "text",
      request: "text",
      proposal: "text",
      person: "text",
      device: "text",
      not_before: "instant",
      expires_at: "instant",
      max_uses: "integer",
      status: "text",
      issued_at: "instant",
      ended_at: "instant?",
      entry: "bigint",
    },
    opened: {},
  },
  grant_secret: {
    key: ["tenant", "request", "secret"],
    columns: {
      tenant: "text",
      request: "text",
      secret: "text",
      version: "integer",
      policy_digest: "text",
      entry: "bigint",
    },
    opened: {},
  },
  release: {
    key: ["tenant", "request", "secret", "use"],
    columns: {
      tenant: "text",
      request: "text",
      secret: "text",
      use: "integer",
      version: "integer",
      person: "text",
      device: "text",
      recipient_key: "text",
      intended_at: "instant",
      done_at: "instant?",
      entry: "bigint",
    },
    opened: {},
  },
  fetch: {
    key: ["tenant", "entry"],
    columns: {
      tenant: "text",
      entry: "bigint",
      secret: "text",
      version: "integer",
      binding: "text",
      workload: "text",
      gateway: "text",
      certificate: "text",
      intended_at: "instant",
    },
    opened: {},
  },
  audit_entry: {
    key: ["tenant", "entry"],
    columns: {
      tenant: "text",
      entry: "bigint",
      at: "instant",
      door: "text",
      correlation: "text",
      act: "text",
      event_types: "texts",
      actor: "text?",
      actor_role: "text?",
      device: "text?",
      subject: "text?",
      secrets: "texts",
      statement_digest: "text?",
      outcome: "text",
      code: "text?",
      count: "integer",
      justification_commitment: "text?",
      reason_commitment: "text?",
    },
    opened: {
      justification: { from: "justification_commitment", label: "justification" },
      reason: { from: "reason_commitment", label: "reason" },
    },
  },
} as const satisfies Readonly<Record<string, TableShape>>;

export type TableName = keyof typeof TABLES;
export const TABLE_NAMES = Object.keys(TABLES) as TableName[]; // keys of a literal object

export function shapeOf(table: TableName): TableShape {
  return TABLES[table];
}

/** Tenant of audit entries that belong to no tenant, such as a start of the service. No tenant is named so. */
export const NO_TENANT = "*";
