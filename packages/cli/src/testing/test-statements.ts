import { randomBytes } from "node:crypto";
import type { Act } from "@countersign/protocol/acts";
import { toBase64url } from "@countersign/protocol/bytes";
import { commit, type Opening } from "@countersign/protocol/commitment";
import { digestOf } from "@countersign/protocol/digest";
import {
  bindingId,
  type Commitment,
  type Digest,
  idText,
  nonce,
  requestId,
  salt,
  secretId,
} from "@countersign/protocol/ids";
import { addSeconds, type Instant } from "@countersign/protocol/instants";
import { sealedValueDigest } from "@countersign/protocol/intake";
import { environmentOf, type SecretName, type TenantId } from "@countersign/protocol/names";
import type { Openings } from "@countersign/protocol/openings";
import { policyDigest, type SecretPolicy } from "@countersign/protocol/policy";
import {
  encodeStatement,
  type Statement,
  statement as statementSchema,
} from "@countersign/protocol/statement";
import type { TextLabel } from "@countersign/protocol/text";
import { assignmentOf, CAST, type TestPerson, type TestSecret } from "./test-cast.ts";
import { TestRefusal } from "./test-refusal.ts";

/** What a test service knows when it drafts. */
export type DraftingFacts = {
  readonly tenant: TenantId;
  readonly signer: TestPerson;
  readonly device: {
    readonly device: string;
    readonly label: string;
    readonly enrolledAt: Instant;
  };
  readonly secrets: ReadonlyMap<SecretName, TestSecret>;
  readonly proposals: ReadonlyMap<
    Digest,
    { readonly statement: Statement; readonly bytes: Uint8Array; readonly openings: Openings }
  >;
  readonly checkpoint: { readonly size: number; readonly root: string };
  readonly now: Instant;
};

export type DraftedStatement = {
  readonly statement: Statement;
  readonly bytes: Uint8Array;
  readonly openings: Openings;
};

/** Drafts as an honest key service does. */
export async function draftStatement(facts: DraftingFacts, act: Act): Promise<DraftedStatement> {
  const openings: {
    texts: Record<string, Opening>;
    policies: Record<string, SecretPolicy>;
    statements: Record<string, string>;
  } = {
    texts: {},
    policies: {},
    statements: {},
  };
  const text = async (label: TextLabel, value: string): Promise<Commitment> => {
    const fresh = salt.parse(toBase64url(randomBytes(32)));
    const commitment = await commit(label, value, fresh);
    openings.texts[commitment] = { label, salt: fresh, value };
    return commitment;
  };
  const ref = async (name: SecretName, next = false) => {
    const known = facts.secrets.get(name);
    if (known === undefined)
      throw new Error("the test asks for a secret that the service does not know");
    const policy = await policyDigest(known.policy);
    openings.policies[policy] = known.policy;
    return {
      secret: known.secret,
      name,
      environment: environmentOf(name),
      version: known.version + (next ? 1 : 0),
      policy,
    };
  };
  const proposal = (of: Digest) => {
    const known = facts.proposals.get(of);
    if (known === undefined)
      throw new Error("the test decides a proposal that the service does not know");
    openings.statements[of] = toBase64url(known.bytes);
    Object.assign(openings.texts, known.openings.texts);
    Object.assign(openings.policies, known.openings.policies);
  };
  const { signer } = facts;
  const statement = statementSchema.parse({
    kind: act.act,
    version: 1,
    tenant: facts.tenant,
    signer: {
      person: signer.person,
      name: await text("person-name", signer.name),
      role: signer.role,
    },
    nonce: nonce.parse(toBase64url(randomBytes(32))),
    draftedAt: facts.now,
    signBy: addSeconds(facts.now, 600),
    restoreEpoch: 0,
    rosterEpoch: 1,
    floor: await digestOf("floor", { v: 1 }),
    checkpoint: facts.checkpoint,
    body: await bodyOf(),
  });
  return { statement, bytes: encodeStatement(statement), openings: openings as Openings }; // keys come from the branded values above

  async function bodyOf(): Promise<unknown> {
    switch (act.act) {
      case "request": {
        const notBefore = act.notBefore ?? facts.now;
        return {
          request: newId("r"),
          secrets: await Promise.all(act.secrets.map((name) => ref(name))),
          recipient: {
            device: facts.device.device,
            label: await text("device-label", facts.device.label),
            enrolledAt: facts.device.enrolledAt,
          },
          justification: await text("justification", act.justification),
          ticket: await text("ticket", act.ticket),
          notBefore,
          expiresAt: addSeconds(notBefore, act.durationSeconds),
          maxUses: act.maxUses,
        };
      }
      case "approve":
      case "deny":
      case "withdraw":
        proposal(act.proposal);
        return {
          proposal: act.proposal,
          reason: act.reason === null ? null : await text("reason", act.reason),
        };
      case "register-secret":
        return {
          secret: newId("s"),
          name: act.name,
          environment: environmentOf(act.name),
          type: act.type,
          category: act.category,
          policy: act.policy,
          identity: await digestOf("identity", act.name),
          value: act.value === null ? null : await valueRef(act.value),
          bindings: act.bindings.map((it) => ({
            ...it,
            binding: bindingId.parse(idText("b", randomBytes(16))),
          })),
        };
      case "put-value":
        return {
          secret: await ref(act.name, true),
          identity: await digestOf("identity", act.name),
          value: await valueRef(act.value),
        };
      case "edit-secret":
      case "reclassify-secret":
        return { secret: await ref(act.name), after: act.after };
      case "bind-workload":
        return {
          secret: await ref(act.name),
          binding: { ...act.binding, binding: bindingId.parse(idText("b", randomBytes(16))) },
        };
      case "change-role": {
        const of = CAST.find((it) => it.person === act.person);
        if (of === undefined) throw new TestRefusal("not-found", "There is no such person.");
        const person = { person: of.person, name: await text("person-name", of.name) };
        return { person, before: [assignmentOf(of)], after: act.after };
      }
      case "revoke": {
        if (act.subject.type === "grant") {
          const { request } = act.subject;
          const known = [...facts.proposals].find(
            ([, it]) => it.statement.kind === "request" && it.statement.body.request === request,
          )?.[0];
          if (known === undefined)
            throw new Error("the test revokes a grant that the service does not know");
          proposal(known);
          return {
            subject: { ...act.subject, proposal: known },
            reason: await text("reason", act.reason),
          };
        }
        const { subject } = act;
        const shown =
          subject.type === "secret"
            ? { type: "secret", secret: await ref(subject.name) }
            : subject.type === "device"
              ? { ...subject, label: await text("device-label", facts.device.label) }
              : subject;
        return { subject: shown, reason: await text("reason", act.reason) };
      }
    }
  }
}

async function valueRef(value: Extract<Act, { act: "put-value" }>["value"]) {
  const envelope = await digestOf("envelope", { random: toBase64url(randomBytes(8)) });
  return value.source === "generated"
    ? { source: "generated", envelope }
    : { source: "sealed", envelope, sealed: await sealedValueDigest(value.sealed) };
}

function newId(prefix: "r" | "s"): string {
  const text = idText(prefix, randomBytes(16));
  return prefix === "r" ? requestId.parse(text) : secretId.parse(text);
}
