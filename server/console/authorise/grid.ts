import type { Role } from "@countersign/protocol/roles";

/**
 * How far a right reaches. `all`: the whole tenant. `services`: the services for which the role is held.
 * `own`: what the person made, holds or could sign.
 */
export type Scope = "all" | "services" | "own";
export type Rights = { readonly [R in Role]?: Scope } & {
  /** Whoever is signed in, with or without a role. */
  readonly everybody?: Scope;
  /** Whoever asks, signed in or not. */
  readonly anybody?: true;
};

const EVERYBODY: Rights = { everybody: "own" };
const ANY_ROLE: Rights = {
  officer: "own",
  ciso: "own",
  "security-admin": "own",
  "service-admin": "own",
  "service-owner": "own",
  auditor: "own",
  "tenant-admin": "own",
  "on-call": "own",
};
const METADATA: Rights = {
  ciso: "all",
  "security-admin": "all",
  auditor: "all",
  "service-admin": "services",
  "service-owner": "services",
};
const SERVICE_PEOPLE: Rights = { "service-admin": "services", "service-owner": "services" };
/** Who may stop what runs; the key service decides each case. */
const GUARDS: Rights = { ...SERVICE_PEOPLE, "security-admin": "all", officer: "all" };
/** [AUD-5] Auditors and the security team see all, a service's admin its services, everybody else what is theirs. */
const AUDIT: Rights = {
  ...ANY_ROLE,
  auditor: "all",
  ciso: "all",
  "security-admin": "all",
  "service-admin": "services",
};
const PEOPLE: Rights = {
  ...ANY_ROLE,
  officer: "all",
  ciso: "all",
  "security-admin": "all",
  auditor: "all",
  "tenant-admin": "all",
};
/** Whatever was proposed, as the key service lets people know of it: see `may-see.ts`. */
const PROPOSALS: Rights = { ...ANY_ROLE, officer: "all", auditor: "all" };

/**
 * Who may call which procedure, and how far it then reaches. The one table of rights of the console: a
 * procedure that does not stand here does not compile, and `authorisation.golden.md` shows it for review.
 * It guards metadata on screens; what anybody may *do* is decided by the key service alone.
 */
export const GRID = {
  "session.state": { anybody: true },
  "session.me": EVERYBODY,
  "session.signOut": EVERYBODY,
  "session.signOutEverywhere": EVERYBODY,
  "session.setPreferences": EVERYBODY,

  "overview.read": ANY_ROLE,

  "secrets.list": METADATA,
  "secrets.facets": METADATA,
  "secrets.detail": METADATA,
  "secrets.suggest": METADATA,
  "secrets.draftEdit": SERVICE_PEOPLE,
  "secrets.registerChoices": SERVICE_PEOPLE,
  "secrets.draftRegister": SERVICE_PEOPLE,
  "secrets.draftRevoke": GUARDS,

  "requests.list": PROPOSALS,
  "requests.counts": ANY_ROLE,
  "requests.detail": PROPOSALS,
  "requests.choices": SERVICE_PEOPLE,
  "requests.draft": SERVICE_PEOPLE,
  "requests.decide": {
    officer: "own",
    ciso: "own",
    "security-admin": "own",
    "service-admin": "own",
    "service-owner": "own",
  },
  "requests.draftRevoke": GUARDS,
  "requests.draftStatus": ANY_ROLE,

  "audit.search": AUDIT,
  "audit.histogram": AUDIT,
  "audit.detail": AUDIT,

  "people.list": PEOPLE,
  "people.detail": PEOPLE,
  "people.draftRoles": { officer: "all" },
  "people.draftLink": { officer: "all", "security-admin": "all" },
  "people.draftRevoke": { ...ANY_ROLE, officer: "all", "security-admin": "all" },

  "workloads.list": METADATA,
  "workloads.facets": METADATA,
  "workloads.draftBind": SERVICE_PEOPLE,
  "workloads.draftRevoke": GUARDS,

  "notifications.list": ANY_ROLE,
  "notifications.unseen": ANY_ROLE,
  "notifications.markSeen": ANY_ROLE,
  "notifications.settings": ANY_ROLE,
  "notifications.setMail": ANY_ROLE,

  "status.read": ANY_ROLE,

  "live.changes": ANY_ROLE,
} as const satisfies Record<string, Rights>;

export type Action = keyof typeof GRID;
export const ACTIONS = Object.keys(GRID) as Action[]; // keys of a literal object

export function rightsOf(action: Action): Rights {
  return GRID[action];
}
