import type { OpenedStatement } from "./openings.ts";
import { secretFields } from "./rendering-parts.ts";
import { committed, deviceName, mono, nameOf, person } from "./rendering-phrases.ts";
import type { RenderedField } from "./rendering-shape.ts";
import type { StatementOf } from "./statement.ts";

/* What is revoked, in words: one case for each kind of thing. */

type Revoked = { readonly what: string; readonly effect: string; readonly fields: RenderedField[] };

type OpenedRevocation = OpenedStatement & { readonly statement: StatementOf<"revoke"> };

export function revoked(of: OpenedRevocation): Revoked {
  const { subject } = of.statement.body;
  switch (subject.type) {
    case "grant":
      return {
        what: `what was granted on request ${subject.request}`,
        effect: "Nothing more can be opened on that request.",
        fields: [
          mono("Request", subject.request),
          of.statements.has(subject.proposal)
            ? mono("About", subject.proposal)
            : { label: "About", value: subject.proposal, face: "unopened" },
        ],
      };
    case "device":
      return {
        what: deviceName(of, subject),
        effect: "Nothing more can be opened on this device.",
        fields: [committed(of, "Device", subject.label), mono("Device id", subject.device)],
      };
    case "key":
      return {
        what: `a hardware key of ${nameOf(of, subject.person)}`,
        effect: "This key can sign nothing more.",
        fields: [
          mono("Key", subject.credential),
          person(of, "Person", subject.person),
          mono("Person id", subject.person.person),
        ],
      };
    case "binding":
      return {
        what: `a workload's access to ${subject.secret.name}`,
        effect: "That workload can no longer fetch this secret under this binding.",
        fields: [mono("Binding", subject.binding), ...secretFields(of, subject.secret)],
      };
    case "secret":
      return {
        what: `the secret ${subject.secret.name}`,
        effect: "Nobody and nothing can open it any more, in any version.",
        fields: secretFields(of, subject.secret),
      };
    case "person":
      return {
        what: `all access of ${nameOf(of, subject.person)}`,
        effect: "This person can sign nothing more and open nothing more.",
        fields: [person(of, "Person", subject.person), mono("Person id", subject.person.person)],
      };
    case "identity":
      return {
        what: `an account of ${nameOf(of, subject.person)} at the identity provider`,
        effect: "Nobody can sign in to the console with this account any more.",
        fields: [
          committed(of, "Account", subject.account),
          person(of, "Person", subject.person),
          mono("Person id", subject.person.person),
        ],
      };
  }
}
