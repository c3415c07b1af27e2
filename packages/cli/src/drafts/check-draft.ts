import { type Act, type ActOf, act as actSchema } from "@countersign/protocol/acts";
import { canonicalise } from "@countersign/protocol/canonical";
import type { Commitment, DeviceId, Digest, PersonId } from "@countersign/protocol/ids";
import { type Instant, secondsBetween, toInstant } from "@countersign/protocol/instants";
import { environmentOf, type TenantId } from "@countersign/protocol/names";
import type { OpenedStatement } from "@countersign/protocol/openings";
import type { SecretPolicy } from "@countersign/protocol/policy";
import { accountText } from "@countersign/protocol/sign-in";
import type {
  Statement,
  StatementOf,
  ValueRef,
  WorkloadBinding,
} from "@countersign/protocol/statement";

/** Who asks, from which device: what the draft must name. */
export type Asker = {
  readonly person: PersonId;
  readonly tenant: TenantId;
  readonly device: DeviceId;
  readonly deviceLabel: string;
};

export type Expected = {
  readonly act: Act;
  readonly asker: Asker;
  /** Digest of the value sealed here, for acts that bring one. */
  readonly sealed: Digest | null;
  readonly nowMs: number;
};

/** A service's clock may differ this much from ours in what it dates. */
const CLOCK_SLACK_SECONDS = 120;
/** A draft that could be signed for longer is not one that the key service makes. */
const MAX_SIGN_SECONDS = 86_400;

/**
 * Compares a drafted statement with what was asked, field by field, before its link is shown. A hostile
 * service can draft anything; what it changed is named here, one phrase each, and the person never gets
 * to sign it. Empty: it says what was asked and nothing else.
 *
 * What only the service can know (secret ids, versions, nonce, checkpoint) is not judged here.
 */
export async function draftDifferences(
  drafted: OpenedStatement,
  expected: Expected,
): Promise<string[]> {
  const { statement } = drafted;
  const { act, asker, nowMs } = expected;
  const now = toInstant(nowMs);
  const signFor = secondsBetween(now, statement.signBy);
  const common = [
    ...unless(statement.tenant === asker.tenant, "it is of another tenant"),
    ...unless(statement.signer.person === asker.person, "another person would sign it"),
    ...unless(
      isNear(statement.draftedAt, now),
      "it is dated at another time than this machine's clock shows",
    ),
    ...unless(signFor > 0 && signFor <= MAX_SIGN_SECONDS, "the time to sign is wrong"),
  ];
  if (statement.kind !== act.act) return [...common, "it is another kind of act"];
  // The kinds of statements and of acts have the same names: CHECKS is keyed by the one that both are.
  const check = CHECKS[act.act] as (of: Checked, wanted: Act) => Promise<string[]>;
  return [...common, ...(await check({ drafted, expected, now }, actSchema.parse(act)))];
}

type Checked = {
  readonly drafted: OpenedStatement;
  readonly expected: Expected;
  readonly now: Instant;
};
type Checks = { readonly [K in Act["act"]]: (of: Checked, wanted: ActOf<K>) => Promise<string[]> };

const CHECKS: Checks = {
  request: async (of, wanted) => {
    const body = bodyOf(of.drafted.statement, "request");
    const { asker } = of.expected;
    const duration = secondsBetween(body.notBefore, body.expiresAt);
    return [
      ...unless(
        sameSet(
          body.secrets.map((it) => it.name),
          wanted.secrets,
        ),
        "it names other secrets",
      ),
      ...unless(
        body.secrets.every((it) => it.environment === environmentOf(it.name)),
        "it names another environment",
      ),
      ...unless(body.recipient.device === asker.device, "the value would go to another device"),
      ...opens(of, body.recipient.label, asker.deviceLabel, "it names another device"),
      ...opens(of, body.justification, wanted.justification, "the justification differs"),
      ...opens(of, body.ticket, wanted.ticket, "the ticket differs"),
      ...unless(body.maxUses === wanted.maxUses, "it allows another number of openings"),
      ...unless(duration === wanted.durationSeconds, "it lasts for another time"),
      ...unless(
        wanted.notBefore === null
          ? isNear(body.notBefore, of.now)
          : body.notBefore === wanted.notBefore,
        "it begins at another time",
      ),
      ...unless(
        body.secrets.every((it) => of.drafted.policies.has(it.policy)),
        "the metadata of a secret is not shown",
      ),
    ];
  },
  approve: async (of, wanted) =>
    decisionDifferences(of, bodyOf(of.drafted.statement, "approve"), wanted),
  deny: async (of, wanted) => decisionDifferences(of, bodyOf(of.drafted.statement, "deny"), wanted),
  withdraw: async (of, wanted) =>
    decisionDifferences(of, bodyOf(of.drafted.statement, "withdraw"), wanted),
  "register-secret": async (of, wanted) => {
    const body = bodyOf(of.drafted.statement, "register-secret");
    return [
      ...unless(body.name === wanted.name, "it names another secret"),
      ...unless(body.environment === environmentOf(wanted.name), "it names another environment"),
      ...unless(
        body.type === wanted.type && body.category === wanted.category,
        "type or category differs",
      ),
      ...unless(same(body.policy, wanted.policy), "the metadata differs"),
      ...valueDifferences(body.value, wanted.value?.source ?? null, of.expected.sealed),
      ...unless(
        sameSet(body.bindings.map(bindingText), wanted.bindings.map(bindingText)),
        "the workloads that may fetch it differ",
      ),
    ];
  },
  "put-value": async (of, wanted) => {
    const body = bodyOf(of.drafted.statement, "put-value");
    return [
      ...unless(body.secret.name === wanted.name, "it names another secret"),
      ...valueDifferences(body.value, wanted.value.source, of.expected.sealed),
    ];
  },
  "edit-secret": async (of, wanted) =>
    policyDifferences(bodyOf(of.drafted.statement, "edit-secret"), wanted),
  "reclassify-secret": async (of, wanted) =>
    policyDifferences(bodyOf(of.drafted.statement, "reclassify-secret"), wanted),
  "change-role": async (of, wanted) => {
    const body = bodyOf(of.drafted.statement, "change-role");
    return [
      ...unless(body.person.person === wanted.person, "it is about another person"),
      ...unless(
        sameSet(body.after.map(canonicalise), wanted.after.map(canonicalise)),
        "the roles differ",
      ),
    ];
  },
  "link-identity": async (of, wanted) => {
    const body = bodyOf(of.drafted.statement, "link-identity");
    return [
      ...unless(body.person.person === wanted.person, "it is about another person"),
      ...opens(of, body.account, accountText(wanted), "it names another account"),
    ];
  },
  "bind-workload": async (of, wanted) => {
    const body = bodyOf(of.drafted.statement, "bind-workload");
    return [
      ...unless(body.secret.name === wanted.name, "it names another secret"),
      ...unless(
        bindingText(body.binding) === bindingText(wanted.binding),
        "the workload or its terms differ",
      ),
    ];
  },
  revoke: async (of, wanted) => {
    const body = bodyOf(of.drafted.statement, "revoke");
    return [
      ...unless(
        subjectText(body.subject) === subjectText(wanted.subject),
        "it would revoke something else",
      ),
      ...grantDifferences(of, body.subject),
      ...opens(of, body.reason, wanted.reason, "the reason differs"),
    ];
  },
};

function bodyOf<K extends Act["act"]>(statement: Statement, kind: K): StatementOf<K>["body"] {
  if (statement.kind !== kind) throw new TypeError("the kinds have been compared before");
  return statement.body as StatementOf<K>["body"]; // the line above has proven the kind
}

async function decisionDifferences(
  of: Checked,
  body: StatementOf<"approve" | "deny" | "withdraw">["body"],
  wanted: ActOf<"approve" | "deny" | "withdraw">,
): Promise<string[]> {
  return [
    ...unless(body.proposal === wanted.proposal, "it decides another proposal"),
    ...unless(of.drafted.statements.has(body.proposal), "what it decides is not shown"),
    ...(body.reason === null || wanted.reason === null
      ? unless(body.reason === wanted.reason, "the reason differs")
      : opens(of, body.reason, wanted.reason, "the reason differs")),
  ];
}

function policyDifferences(
  body: StatementOf<"edit-secret">["body"],
  wanted: { readonly name: string; readonly after: SecretPolicy },
): string[] {
  return [
    ...unless(body.secret.name === wanted.name, "it names another secret"),
    ...unless(same(body.after, wanted.after), "the metadata differs"),
  ];
}

/** `sealed` must be the digest of exactly what was sealed here: another one is another value. */
function valueDifferences(
  value: ValueRef | null,
  source: ValueRef["source"] | null,
  sealed: Digest | null,
): string[] {
  if ((value?.source ?? null) !== source) return ["the value comes from elsewhere"];
  return value?.source === "sealed"
    ? unless(value.sealed === sealed, "it stores another value than the one sealed here")
    : [];
}

function bindingText(
  binding: Omit<WorkloadBinding, "binding"> & { readonly binding?: unknown },
): string {
  return canonicalise({
    workload: binding.workload,
    proof: binding.proof,
    expiresAt: binding.expiresAt,
  });
}

function subjectText(
  subject: StatementOf<"revoke">["body"]["subject"] | ActOf<"revoke">["subject"],
): string {
  switch (subject.type) {
    case "grant":
      return `grant ${subject.request}`;
    case "device":
      return `device ${subject.device}`;
    case "key":
      return `key ${subject.credential}`;
    case "binding":
      return `binding ${subject.binding}`;
    case "secret":
      return `secret ${"name" in subject ? subject.name : subject.secret.name}`;
    case "person":
      return `person ${typeof subject.person === "string" ? subject.person : subject.person.person}`;
    case "identity":
      return `identity ${subject.account}`;
  }
}

/** A grant is shown as the request that it came from: the desk must show that very one. */
function grantDifferences(
  of: Checked,
  subject: StatementOf<"revoke">["body"]["subject"],
): string[] {
  if (subject.type !== "grant") return [];
  const shown = of.drafted.statements.get(subject.proposal)?.statement;
  const isShown = shown?.kind === "request" && shown.body.request === subject.request;
  return unless(isShown, "the request behind the grant is not shown");
}

function opens(of: Checked, commitment: Commitment, wanted: string, otherwise: string): string[] {
  return unless(of.drafted.texts.get(commitment) === wanted, otherwise);
}

const unless = (holds: boolean, otherwise: string): string[] => (holds ? [] : [otherwise]);
const same = (a: unknown, b: unknown) => canonicalise(a) === canonicalise(b);
/** Equal as lists without order; a repeated member counts. */
const sameSet = (a: readonly string[], b: readonly string[]) => same([...a].sort(), [...b].sort());
const isNear = (at: Instant, now: Instant) =>
  Math.abs(secondsBetween(at, now)) <= CLOCK_SLACK_SECONDS;
