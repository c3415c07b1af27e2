import type { Commitment, Digest } from "./ids.ts";
import { durationInWords, type Instant, secondsBetween } from "./instants.ts";
import { secretReference } from "./names.ts";
import type { OpenedStatement } from "./openings.ts";
import { type Assignment, ROLE_NAMES, type SigningRole } from "./roles.ts";
import type {
  DeviceRef,
  PersonRef,
  SecretRef,
  StatementKind,
  StatementOf,
  ValueRef,
  WorkloadBinding,
} from "./statement.ts";
import { type DigestWords, digestWords } from "./words.ts";

/**
 * The one way a statement is shown to people: at the desk, in the terminal, in the console, in
 * evidence. Pure over what truly opens; what does not open shows as its id, never as a guess.
 */
export type Rendering = {
  readonly title: string;
  readonly sentences: readonly string[];
  readonly fields: readonly RenderedField[];
  /** The statement that this one is about, shown in full. */
  readonly about: Rendering | null;
  readonly words: DigestWords;
  readonly digest: Digest;
};
export type RenderedField = {
  readonly label: string;
  readonly value: string;
  /** How to set it: prose, a name or digest in the mono face, a time, or something that did not open. */
  readonly face: "text" | "mono" | "time" | "unopened";
};

export function render(of: OpenedStatement): Rendering {
  const card = RENDERERS[of.statement.kind](of as never); // the table is keyed by the kind that is passed
  const { statement } = of;
  return {
    ...card,
    about: card.about ?? null,
    fields: [
      ...card.fields,
      {
        label: "Signer",
        value: `${name(of, statement.signer)}, ${signingRoleName(statement.signer.role)}`,
        face: "text",
      },
      { label: "Tenant", value: statement.tenant, face: "mono" },
      time("Sign by", statement.signBy),
    ],
    words: digestWords(of.digest),
    digest: of.digest,
  };
}

type Card = {
  title: string;
  sentences: string[];
  fields: RenderedField[];
  about?: Rendering | null;
};
type Opened<K extends StatementKind> = OpenedStatement & { readonly statement: StatementOf<K> };
type Renderers = { readonly [K in StatementKind]: (of: Opened<K>) => Card };

const RENDERERS: Renderers = {
  "enrol-key": (of) => {
    const { body } = of.statement;
    const invited = body.authority.by === "invitation";
    return {
      title: `${name(of, body.person)} enrols a hardware key`,
      sentences: [
        invited
          ? "This key will sign for this person. It was made with a one-time enrolment link."
          : "This further key will sign for this person. It is vouched for by a key enrolled before.",
        ...(body.backupEligible ? ["This key can be copied between devices."] : []),
      ],
      fields: [
        { label: "Key", value: body.credential, face: "mono" },
        { label: "Model (AAGUID)", value: body.aaguid, face: "mono" },
      ],
    };
  },
  "enrol-device": (of) => {
    const { body } = of.statement;
    return {
      title: `${signer(of)} enrols the device ${text(of, body.label, body.device)}`,
      sentences: [
        "Values that are released to this person can be opened on this device, and on no other.",
        `The enrolment ends ${inWords(of.statement.draftedAt, body.expiresAt)}.`,
      ],
      fields: [
        { label: "Device", value: body.device, face: "mono" },
        { label: "Device key", value: body.publicKey, face: "mono" },
        time("Until", body.expiresAt),
      ],
    };
  },
  "change-role": (of) => {
    const { body } = of.statement;
    return {
      title: `${signer(of)} changes the roles of ${name(of, body.person)}`,
      sentences: [`Afterwards ${name(of, body.person)} is: ${assignments(body.after)}.`],
      fields: [
        { label: "Person", value: body.person.person, face: "mono" },
        { label: "Roles before", value: assignments(body.before), face: "text" },
        { label: "Roles after", value: assignments(body.after), face: "text" },
      ],
    };
  },
  "register-secret": (of) => {
    const { body } = of.statement;
    return {
      title: `${signer(of)} registers ${body.name}`,
      sentences: [
        body.value === null ? "It has no value yet." : valueSentence(body.value),
        ...body.bindings.map((binding) => bindingSentence(of.statement.draftedAt, binding)),
      ],
      fields: [
        { label: "Secret", value: secretReference(body.name), face: "mono" },
        { label: "Type", value: `${body.type}, ${body.category}`, face: "text" },
        ...policyFields(body.policy),
        ...valueFields(body.value),
        { label: "Secret id", value: body.secret, face: "mono" },
      ],
    };
  },
  "edit-secret": (of) => policyChange(of, "edits the metadata of"),
  "reclassify-secret": (of) => policyChange(of, "re-classifies"),
  "put-value": (of) => {
    const { body } = of.statement;
    return {
      title: `${signer(of)} puts a new value into ${body.secret.name}`,
      sentences: [
        valueSentence(body.value),
        `It becomes version ${body.secret.version}. Grants for the version before it end.`,
      ],
      fields: [...secretFields(of, body.secret), ...valueFields(body.value)],
    };
  },
  request: (of) => {
    const { body } = of.statement;
    const [first] = body.secrets;
    const what =
      body.secrets.length === 1 && first !== undefined
        ? first.name
        : `${body.secrets.length} secrets`;
    const length = durationInWords(secondsBetween(body.notBefore, body.expiresAt));
    return {
      title: `${signer(of)} asks to use ${what} for ${length}`,
      sentences: [
        `The value may be opened ${times(body.maxUses)} on ${deviceInWords(of, body.recipient)}, and nowhere else.`,
      ],
      fields: [
        { label: "Why", ...opened(of, body.justification) },
        { label: "Ticket", ...opened(of, body.ticket) },
        ...body.secrets.flatMap((secret) => secretFields(of, secret)),
        { label: "Device", value: body.recipient.device, face: "mono" },
        time("From", body.notBefore),
        time("Until", body.expiresAt),
        { label: "Openings", value: String(body.maxUses), face: "text" },
        { label: "Request", value: body.request, face: "mono" },
      ],
    };
  },
  approve: (of) => decision(of, "approves", of.statement.body),
  deny: (of) => decision(of, "refuses", of.statement.body),
  withdraw: (of) => decision(of, "withdraws", of.statement.body),
  "bind-workload": (of) => {
    const { body } = of.statement;
    return {
      title: `${signer(of)} binds a workload to ${body.secret.name}`,
      sentences: [bindingSentence(of.statement.draftedAt, body.binding)],
      fields: [
        { label: "Workload", value: body.binding.workload, face: "mono" },
        { label: "Proof of identity", value: body.binding.proof, face: "text" },
        time("Until", body.binding.expiresAt),
        ...secretFields(of, body.secret),
      ],
    };
  },
  revoke: (of) => {
    const { body } = of.statement;
    const { what, id } = revoked(of);
    return {
      title: `${signer(of)} revokes ${what}`,
      sentences: ["This takes effect at once and cannot be undone."],
      fields: [
        { label: "Why", ...opened(of, body.reason) },
        { label: "Id", value: id, face: "mono" },
      ],
    };
  },
};

function policyChange(of: Opened<"edit-secret"> | Opened<"reclassify-secret">, verb: string): Card {
  const { body } = of.statement;
  return {
    title: `${signer(of)} ${verb} ${body.secret.name}`,
    sentences: [
      "The rules that are stricter, those of before or those of after, decide who must sign.",
    ],
    fields: [
      ...secretFields(of, body.secret),
      ...policyFields(body.after).map((field) => ({ ...field, label: `${field.label} after` })),
    ],
  };
}

function decision(
  of: Opened<"approve"> | Opened<"deny"> | Opened<"withdraw">,
  verb: string,
  body: { readonly proposal: Digest; readonly reason: Commitment | null },
): Card {
  const proposal = of.statements.get(body.proposal);
  const about = proposal === undefined ? null : render(proposal);
  return {
    title: `${signer(of)} ${verb}: ${about?.title ?? body.proposal}`,
    sentences:
      about === null
        ? ["What this is about could not be shown: do not sign."]
        : about.sentences.map((sentence) => sentence),
    fields: [
      ...(body.reason === null ? [] : [{ label: "Reason", ...opened(of, body.reason) }]),
      { label: "Decided statement", value: body.proposal, face: "mono" },
    ],
    about,
  };
}

function revoked(of: Opened<"revoke">): { what: string; id: string } {
  const { subject } = of.statement.body;
  switch (subject.type) {
    case "grant":
      return { what: "a grant", id: subject.request };
    case "device":
      return { what: `the device ${text(of, subject.label, subject.device)}`, id: subject.device };
    case "key":
      return { what: `a hardware key of ${name(of, subject.person)}`, id: subject.credential };
    case "binding":
      return { what: `a workload's binding to ${subject.secret.name}`, id: subject.binding };
    case "secret":
      return { what: `the secret ${subject.secret.name}`, id: subject.secret.secret };
    case "person":
      return { what: `all access of ${name(of, subject.person)}`, id: subject.person.person };
  }
}

function secretFields(of: OpenedStatement, secret: SecretRef): RenderedField[] {
  const policy = of.policies.get(secret.policy);
  return [
    {
      label: "Secret",
      value: `${secretReference(secret.name)} (version ${secret.version})`,
      face: "mono",
    },
    ...(policy === undefined
      ? [{ label: "Metadata", value: secret.policy, face: "unopened" as const }]
      : policyFields(policy)),
  ];
}

function policyFields(
  policy: {
    readonly [Field in "owner" | "service" | "dataClassification" | "tier"]: string | null;
  } & { readonly rotationPeriodDays: number | null },
): RenderedField[] {
  const rotation = policy.rotationPeriodDays;
  return [
    { label: "Owner", value: policy.owner ?? "missing", face: "text" },
    { label: "Service", value: policy.service ?? "missing", face: "text" },
    {
      label: "Data",
      value: policy.dataClassification ?? "missing (counts as personal data)",
      face: "text",
    },
    { label: "Tier", value: policy.tier ?? "missing", face: "text" },
    {
      label: "Rotation",
      value: rotation === null ? "missing" : `every ${rotation} days`,
      face: "text",
    },
  ];
}

function valueFields(value: ValueRef | null): RenderedField[] {
  if (value === null) return [];
  return value.source === "sealed"
    ? [{ label: "Sealed value", value: value.sealed, face: "mono" }]
    : [{ label: "Stored value", value: value.envelope, face: "mono" }];
}

function valueSentence(value: ValueRef): string {
  return value.source === "sealed"
    ? "The value was sealed on the person's own machine and has been stored encrypted."
    : "The value was generated from the hardware's random source; nobody has seen it.";
}

function bindingSentence(now: Instant, binding: WorkloadBinding): string {
  return `The workload ${binding.workload} may fetch it on its own; this ends ${inWords(now, binding.expiresAt)}.`;
}

function deviceInWords(of: OpenedStatement, device: DeviceRef): string {
  const age = durationInWords(secondsBetween(device.enrolledAt, of.statement.draftedAt));
  return `${text(of, device.label, device.device)}, enrolled ${age} ago`;
}

function signer(of: OpenedStatement): string {
  return name(of, of.statement.signer);
}

function name(of: OpenedStatement, person: Pick<PersonRef, "person" | "name">): string {
  return text(of, person.name, person.person);
}

function text(of: OpenedStatement, commitment: Commitment, otherwise: string): string {
  return of.texts.get(commitment) ?? otherwise;
}

function opened(
  of: OpenedStatement,
  commitment: Commitment,
): Pick<RenderedField, "value" | "face"> {
  const value = of.texts.get(commitment);
  return value === undefined ? { value: commitment, face: "unopened" } : { value, face: "text" };
}

function time(label: string, at: Instant): RenderedField {
  return { label, value: at, face: "time" };
}

function inWords(now: Instant, at: Instant): string {
  return `in ${durationInWords(secondsBetween(now, at))}`;
}

function times(count: number): string {
  return count === 1 ? "once" : count === 2 ? "twice" : `${count} times`;
}

function signingRoleName(of: SigningRole): string {
  return of === "member" ? "for themselves" : ROLE_NAMES[of];
}

function assignments(of: readonly Assignment[]): string {
  if (of.length === 0) return "none";
  return of
    .map((it) =>
      it.service === null ? ROLE_NAMES[it.role] : `${ROLE_NAMES[it.role]} of ${it.service}`,
    )
    .join(", ");
}
