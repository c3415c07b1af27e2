import type { BindingId, PersonId } from "@countersign/protocol/ids";
import type { Action } from "../../server/console/authorise/grid.ts";
import { type Asked, SECRET } from "./story.ts";

/** What a case asks for: things of one tenant by their real ids. */
export type Facts = Asked & {
  readonly olivia: PersonId;
  readonly binding: BindingId;
  readonly pending: Asked;
  readonly until: string;
  readonly device: string;
  readonly issuer: string;
};
export type Case = {
  readonly input: (facts: Facts) => unknown;
  /** Who may, of those who are signed in here; they must get an answer, or the case proves nothing. */
  readonly by: "olivia" | "sam";
  /** What the key service refuses to somebody who may ask: the right was there. */
  readonly refusedWith?: string;
};
/** What a procedure answered; of one that goes on answering the first event. */
export async function answerOf(called: Promise<unknown>): Promise<unknown> {
  const answer = await called;
  if (typeof answer !== "object" || answer === null || !(Symbol.asyncIterator in answer))
    return answer;
  for await (const event of answer as AsyncIterable<unknown>) return event; // it was just asked for
  throw new Error("it ended without a word");
}

const nothing = () => undefined;
const returnTo = "/requests";
const reason = "It is no longer needed";

/** An input for every procedure there is: a procedure without one does not compile. */
export const CASES = {
  "session.state": { input: nothing, by: "sam" },
  "session.me": { input: nothing, by: "sam" },
  "session.setPreferences": { input: () => ({ density: "compact" }), by: "sam" },
  "overview.read": { input: nothing, by: "sam" },
  "secrets.list": { input: () => ({}), by: "sam" },
  "secrets.facets": { input: () => ({}), by: "sam" },
  "secrets.detail": { input: ({ secret }) => ({ secret }), by: "olivia" },
  "secrets.suggest": { input: () => ({ q: "postgres" }), by: "olivia" },
  "secrets.draftEdit": {
    input: ({ secret }) => ({
      edits: [{ secret, change: { rotationPeriodDays: 29 } }],
      returnTo,
    }),
    by: "olivia",
  },
  "secrets.registerChoices": { input: nothing, by: "olivia" },
  "secrets.draftRegister": {
    input: () => ({
      name: "payments/prod/postgres/another-password",
      category: "database-user",
      owner: null,
      dataClassification: null,
      tier: null,
      rotationPeriodDays: null,
      value: "later",
      returnTo,
    }),
    by: "olivia",
  },
  "secrets.draftRevoke": { input: ({ secret }) => ({ secret, reason, returnTo }), by: "sam" },
  "requests.list": { input: () => ({ which: "all" }), by: "sam" },
  "requests.counts": { input: nothing, by: "sam" },
  "requests.detail": { input: ({ proposal }) => ({ proposal }), by: "sam" },
  "requests.choices": { input: nothing, by: "olivia" },
  "requests.draft": {
    input: ({ device }) => ({
      secrets: [SECRET],
      justification: "To look at it",
      ticket: "PAY-1",
      notBefore: null,
      durationSeconds: 3600,
      maxUses: 1,
      device,
      returnTo,
    }),
    by: "olivia",
  },
  "requests.decide": {
    input: ({ pending }) => ({
      proposals: [pending.proposal],
      decision: "approve",
      reason: null,
      returnTo,
    }),
    by: "sam",
  },
  "requests.draftRevoke": { input: ({ request }) => ({ request, reason, returnTo }), by: "sam" },
  "requests.draftStatus": {
    input: () => ({ draft: "x-040g2081040g2081040g208104" }),
    by: "sam",
    refusedWith: "draft-gone",
  },
  "audit.search": { input: () => ({}), by: "sam" },
  "audit.histogram": { input: () => ({}), by: "sam" },
  "audit.detail": { input: () => ({ entry: 1 }), by: "sam" },
  "people.list": { input: () => ({}), by: "sam" },
  "people.detail": { input: ({ olivia }) => ({ person: olivia }), by: "sam" },
  "people.draftRoles": {
    input: ({ olivia }) => ({ person: olivia, after: [], returnTo }),
    by: "sam",
    refusedWith: "not-allowed",
  },
  "people.draftLink": {
    input: ({ olivia, issuer }) => ({
      person: olivia,
      issuer,
      subject: "olivia-two",
      returnTo,
    }),
    by: "sam",
  },
  "people.draftRevoke": {
    input: ({ olivia }) => ({ subject: { type: "person", person: olivia }, reason, returnTo }),
    by: "sam",
  },
  "workloads.list": { input: () => ({}), by: "sam" },
  "workloads.facets": { input: () => ({}), by: "sam" },
  "workloads.draftBind": {
    input: ({ until }) => ({
      name: SECRET,
      workload: "spiffe://acme.example/payments/worker",
      proof: "end-to-end",
      expiresAt: until,
      returnTo,
    }),
    by: "olivia",
  },
  "workloads.draftRevoke": { input: ({ binding }) => ({ binding, reason, returnTo }), by: "sam" },
  "notifications.list": { input: () => ({}), by: "sam" },
  "notifications.unseen": { input: nothing, by: "sam" },
  "notifications.markSeen": { input: ({ until }) => ({ until }), by: "sam" },
  "notifications.settings": { input: nothing, by: "sam" },
  "notifications.setMail": { input: () => ({ address: null, wanted: false }), by: "sam" },
  "status.read": { input: nothing, by: "sam" },
  "live.changes": { input: () => ({ sinceMs: 0 }), by: "sam" },
  // Last: they end the session with which they are called.
  "session.signOut": { input: nothing, by: "sam" },
  "session.signOutEverywhere": { input: nothing, by: "sam" },
} as const satisfies Record<Action, Case>;

/** What the case of a procedure sends, for things of this tenant. @throws Error where it has none */
export function inputFor(path: string, facts: Facts): unknown {
  const known: Readonly<Record<string, Case | undefined>> = CASES;
  const found = known[path];
  if (found === undefined) throw new Error(`the procedure ${path} has no case`);
  return found.input(facts);
}
