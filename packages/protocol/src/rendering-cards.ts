import type { Commitment, Digest } from "./ids.ts";
import { instantInWords } from "./instants.ts";
import { secretReference } from "./names.ts";
import type { OpenedStatement } from "./openings.ts";
import type { SecretPolicy } from "./policy.ts";
import {
  bindingFields,
  bindingSentences,
  secretFields,
  unopenedPolicy,
  valueFields,
  valueSentence,
} from "./rendering-parts.ts";
import {
  assignmentsInWords,
  assignmentsOnlyIn,
  committed,
  deviceName,
  enrolledInWords,
  lengthInWords,
  mono,
  nameOf,
  person,
  policyInWords,
  signerName,
  text,
  time,
  timesInWords,
  untilInWords,
} from "./rendering-phrases.ts";
import { revoked } from "./rendering-revocations.ts";
import type { RenderedField, Rendering } from "./rendering-shape.ts";
import { ROLE_NAMES } from "./roles.ts";
import type {
  ATTESTATION_LEVELS,
  KEY_ALGORITHMS,
  StatementKind,
  StatementOf,
} from "./statement.ts";

/*
 * One card for each kind of statement: what is signed, in words that somebody woken at three in the
 * morning understands, and every field of the body. The table stays in one file, though it is long:
 * whoever changes the words of one kind should see those of its siblings.
 */

export type Card = {
  readonly title: string;
  readonly sentences: readonly string[];
  readonly fields: readonly RenderedField[];
  readonly about?: Rendering | null;
};

type Opened<K extends StatementKind> = OpenedStatement & { readonly statement: StatementOf<K> };
type RenderInner = (of: OpenedStatement) => Rendering;
type Cards = { readonly [K in StatementKind]: (of: Opened<K>, inner: RenderInner) => Card };

export function cardOf(of: OpenedStatement, inner: RenderInner): Card {
  const card: (of: never, inner: RenderInner) => Card = CARDS[of.statement.kind];
  return card(of as never, inner); // the table is keyed by the kind that is passed
}

const CARDS: Cards = {
  "enrol-key": (of) => {
    const { body, signer } = of.statement;
    const who = nameOf(of, body.person);
    const { authority } = body;
    return {
      title:
        body.person.person === signer.person
          ? `${who} enrols a hardware key`
          : `${signerName(of)} enrols a hardware key for ${who}`,
      sentences: [
        `From then on this key signs as ${who}.`,
        authority.by === "invitation"
          ? "A one-time enrolment link allows it."
          : "A key that was enrolled before vouches for it.",
        body.backupEligible
          ? "This key can be copied to other devices."
          : "This key cannot be copied to another device.",
      ],
      fields: [
        person(of, "Person", body.person),
        mono("Person id", body.person.person),
        mono("Key", body.credential),
        mono("Public key", body.publicKey),
        text("Algorithm", ALGORITHM_NAMES[body.algorithm]),
        mono("Model (AAGUID)", body.aaguid),
        text("Maker", ATTESTATION_PHRASES[body.attestation]),
        authority.by === "invitation"
          ? mono("Enrolment link", authority.invitation)
          : mono("Vouching key", authority.credential),
      ],
    };
  },

  "enrol-device": (of) => {
    const { body } = of.statement;
    return {
      title: `${signerName(of)} enrols ${deviceName(of, body)}`,
      sentences: [
        `From then on ${signerName(of)} can have secrets opened on this device.`,
        `This holds ${untilInWords(of, body.expiresAt)}.`,
      ],
      fields: [
        committed(of, "Device", body.label),
        mono("Device id", body.device),
        mono("Device key", body.publicKey),
        time("Until", body.expiresAt),
      ],
    };
  },

  "change-role": (of) => {
    const { body } = of.statement;
    const who = nameOf(of, body.person);
    const gained = assignmentsOnlyIn(body.after, body.before);
    const lost = assignmentsOnlyIn(body.before, body.after);
    return {
      title: `${signerName(of)} changes the roles of ${who}`,
      sentences: [
        ...(gained.length > 0 ? [`${who} gains: ${assignmentsInWords(gained)}.`] : []),
        ...(lost.length > 0 ? [`${who} loses: ${assignmentsInWords(lost)}.`] : []),
        ...(gained.length + lost.length === 0 ? [`${who} gains and loses nothing.`] : []),
      ],
      fields: [
        person(of, "Person", body.person),
        mono("Person id", body.person.person),
        text("Roles before", assignmentsInWords(body.before)),
        text("Roles after", assignmentsInWords(body.after)),
      ],
    };
  },

  "link-identity": (of) => {
    const { body } = of.statement;
    const who = nameOf(of, body.person);
    return {
      title: `${signerName(of)} links an account of the identity provider to ${who}`,
      sentences: [
        `From then on whoever signs in with this account is taken for ${who} at the console.`,
        `The account alone opens nothing: each sign-in also takes a hardware key of ${who}.`,
      ],
      fields: [
        committed(of, "Account", body.account),
        person(of, "Person", body.person),
        mono("Person id", body.person.person),
      ],
    };
  },

  "sign-in": (of) => {
    const { body } = of.statement;
    return {
      title: `${signerName(of)} signs in to the console`,
      sentences: [
        `This opens one session of the console, ${untilInWords(of, body.expiresAt)}.`,
        "It opens no secret: every request and every approval is signed by itself.",
      ],
      fields: [
        committed(of, "Account", body.account),
        mono("Identity provider", body.issuer),
        time("Signed in there", body.authenticatedAt),
        time("Until", body.expiresAt),
        mono("Session", body.session),
      ],
    };
  },

  "register-secret": (of) => {
    const { body } = of.statement;
    return {
      title: `${signerName(of)} registers the new secret ${body.name}`,
      sentences: [
        body.value === null ? "It has no value yet." : valueSentence(body.value),
        ...body.bindings.flatMap((binding) => bindingSentences(of, binding)),
      ],
      fields: [
        mono("Secret", secretReference(body.name)),
        mono("Secret id", body.secret),
        text("Type", body.type),
        text("Category", body.category),
        ...policyInWords(body.policy).map(([label, value]) => text(label, value)),
        ...valueFields(body.value),
        ...body.bindings.flatMap(bindingFields),
      ],
    };
  },

  "edit-secret": (of) => policyChange(of, "edits the metadata of"),
  "reclassify-secret": (of) => policyChange(of, "re-classifies"),

  "put-value": (of) => {
    const { body } = of.statement;
    const { version } = body.secret;
    return {
      title: `${signerName(of)} puts a new value into ${body.secret.name}`,
      sentences: [
        valueSentence(body.value),
        version === 1
          ? "It becomes version 1, the first."
          : `It becomes version ${version}. What was granted for version ${version - 1} ends.`,
      ],
      fields: [...secretFields(of, body.secret), ...valueFields(body.value)],
    };
  },

  request: (of) => {
    const { body } = of.statement;
    const [first, ...others] = body.secrets;
    const one = first !== undefined && others.length === 0;
    const what = one ? first.name : `${body.secrets.length} secrets`;
    return {
      title: `${signerName(of)} asks to use ${what} for ${lengthInWords(body.notBefore, body.expiresAt)}`,
      sentences: [
        `${one ? "The value" : "Each value"} may be opened ${timesInWords(body.maxUses)} on ` +
          `${deviceName(of, body.recipient)}, and nowhere else.`,
        `That device was ${enrolledInWords(of, body.recipient.enrolledAt)}.`,
        `This holds from ${instantInWords(body.notBefore)} to ${instantInWords(body.expiresAt)}.`,
      ],
      fields: [
        committed(of, "Why", body.justification),
        committed(of, "Ticket", body.ticket),
        ...body.secrets.flatMap((secret) => secretFields(of, secret, !one)),
        committed(of, "Device", body.recipient.label),
        mono("Device id", body.recipient.device),
        time("Device enrolled", body.recipient.enrolledAt),
        time("From", body.notBefore),
        time("Until", body.expiresAt),
        text("Openings", one ? `${body.maxUses}` : `${body.maxUses} of each`),
        mono("Request", body.request),
      ],
    };
  },

  approve: (of, inner) =>
    decision(of, inner, "approves", `This counts as one approval, by ${roleWithArticle(of)}.`),
  deny: (of, inner) =>
    decision(of, inner, "refuses", "This ends it: nobody can approve it any more."),
  withdraw: (of, inner) =>
    decision(of, inner, "withdraws", "This ends it: nobody can approve it any more."),

  "bind-workload": (of) => {
    const { body } = of.statement;
    return {
      title: `${signerName(of)} lets a workload fetch ${body.secret.name}`,
      sentences: bindingSentences(of, body.binding),
      fields: [...bindingFields(body.binding), ...secretFields(of, body.secret)],
    };
  },

  revoke: (of, inner) => {
    const { what, effect, fields } = revoked(of);
    const { subject } = of.statement.body;
    const request = subject.type === "grant" ? of.statements.get(subject.proposal) : undefined;
    return {
      title: `${signerName(of)} revokes ${what}`,
      sentences: [
        effect,
        "This takes effect once everybody who must has signed, and cannot be undone.",
      ],
      fields: [committed(of, "Why", of.statement.body.reason), ...fields],
      about: request === undefined ? null : inner(request),
    };
  },
};

const ATTESTATION_PHRASES = {
  none: "the key says nothing of its maker",
  self: "the key vouches for itself",
  unverified: "a certificate that nobody checked",
  verified: "checked against a pinned root",
} as const satisfies Record<(typeof ATTESTATION_LEVELS)[number], string>;

const ALGORITHM_NAMES = {
  [-7]: "ES256 (ECDSA on P-256)",
  [-8]: "EdDSA (Ed25519)",
  [-257]: "RS256 (RSA)",
} as const satisfies Record<(typeof KEY_ALGORITHMS)[number], string>;

function roleWithArticle(of: OpenedStatement): string {
  const { role } = of.statement.signer;
  if (role === "member") return "somebody who signs without a role";
  return `${/^[aeio]/.test(ROLE_NAMES[role]) ? "an" : "a"} ${ROLE_NAMES[role]}`;
}

function policyChange(of: Opened<"edit-secret"> | Opened<"reclassify-secret">, verb: string): Card {
  const { secret, after } = of.statement.body;
  const before = of.policies.get(secret.policy);
  const changes = before === undefined ? null : policyChanges(before, after);
  return {
    title: `${signerName(of)} ${verb} ${secret.name}`,
    sentences: [
      changes === null
        ? "What stood there before could not be shown."
        : changes.length === 0
          ? "Nothing changes."
          : `What changes: ${changes.join("; ")}.`,
      "The stricter rules, those of before or those of after, decide who must sign.",
      ...(of.statement.kind === "reclassify-secret" ? [BINDINGS_END] : []),
    ],
    fields: [
      mono("Secret", `${secretReference(secret.name)} (version ${secret.version})`),
      mono("Secret id", secret.secret),
      ...policyInWords(after).map(([label, value]) => text(`${label} after`, value)),
      ...(before === undefined
        ? [unopenedPolicy("Metadata before", secret)]
        : policyInWords(before).map(([label, value]) => text(`${label} before`, value))),
    ],
  };
}

const BINDINGS_END =
  "Workloads that were bound under weaker rules than those of after can fetch it no more.";

function policyChanges(before: SecretPolicy, after: SecretPolicy): string[] {
  const then = policyInWords(after);
  return policyInWords(before).flatMap(([label, value], i) => {
    const next = then[i]?.[1] ?? "";
    return next === value ? [] : [`${label.toLowerCase()} from ${value} to ${next}`];
  });
}

function decision(
  of: Opened<"approve"> | Opened<"deny"> | Opened<"withdraw">,
  inner: RenderInner,
  verb: string,
  effect: string,
): Card {
  const body: { readonly proposal: Digest; readonly reason: Commitment | null } = of.statement.body;
  const proposal = of.statements.get(body.proposal);
  const about = proposal === undefined ? null : inner(proposal);
  return {
    title: `${signerName(of)} ${verb}: ${about?.title ?? body.proposal}`,
    sentences: [
      ...(about === null ? ["What this is about could not be shown. Do not sign it."] : []),
      effect,
    ],
    fields: [
      ...(body.reason === null ? [] : [committed(of, "Reason", body.reason)]),
      about === null
        ? { label: "About", value: body.proposal, face: "unopened" }
        : mono("About", body.proposal),
    ],
    about,
  };
}
