import { proposedObject, requestTitle } from "../requests/request-title.ts";
import type { AuditRow } from "../views.ts";
import { actInWords } from "./audit-words.ts";

/**
 * What an entry did, as the rest of its sentence after whoever did it: `approved a proposal: Lena Vogt binds a workload
 * to payments/prod/api/token`. Its secrets are named by whoever draws it; where it has none, its subject is.
 */
export function deedInWords(
  row: Pick<AuditRow, "act" | "outcome" | "about"> & { readonly secrets: readonly unknown[] },
): string {
  const { act, outcome, about } = row;
  if (row.secrets.length > 0) return actInWords(act, outcome, true);
  const plain = actInWords(act, outcome);
  if (about === null) return plain;
  const withObject = actInWords(act, outcome, true);
  switch (about.type) {
    case "person":
      return act === "revoke"
        ? `${withObject} ${about.person.name}`
        : `${plain}, of ${about.person.name}`;
    case "secret":
      return outcome === "refused" || act === "revoke"
        ? `${withObject} ${about.name}`
        : `${plain}, ${about.name}`;
    case "device":
      return act === "revoke"
        ? `${withObject} the device ${about.label} of ${about.person.name}`
        : `${plain}, ${about.label}`;
    case "key":
      return act === "revoke"
        ? `${withObject} a hardware key of ${about.person.name}`
        : `${plain}, of ${about.person.name}`;
    case "binding":
      return act === "revoke"
        ? `${withObject} the binding of ${about.workload} to ${about.secret}`
        : `${plain}, of ${about.workload} to ${about.secret}`;
    case "proposal":
      return ofProposal(row, about);
  }
}

type Proposal = Extract<NonNullable<AuditRow["about"]>, { type: "proposal" }>;

/** How each of one's own proposals goes on with its object. */
const OWN: Readonly<Record<string, string>> = {
  "bind-workload": "bound a workload to",
  "change-role": "changed the roles of",
  "enrol-key": "enrolled a hardware key for",
  "link-identity": "linked an account to",
};

function ofProposal({ act, outcome }: Pick<AuditRow, "act" | "outcome">, of: Proposal): string {
  const plain = actInWords(act, outcome);
  const object = proposedObject(of);
  if (act === of.kind && outcome === "done")
    return object === "" ? plain : `${OWN[act] ?? actInWords(act, outcome, true)} ${object}`;
  if (act === "revoke")
    return `${actInWords(act, outcome, true)} what came of: ${requestTitle(of)}`;
  return `${plain}: ${requestTitle(of)}`;
}
