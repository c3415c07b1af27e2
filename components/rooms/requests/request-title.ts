import { joinInWords } from "../../ui/time-words.ts";
import type { RequestRow } from "../views.ts";

/** As much of a proposal as its sentence needs. */
type Proposed = Pick<RequestRow, "proposedBy" | "kind" | "about">;

type Deed = { readonly verb: string; readonly object: "secrets" | "person" | "workload" };

/** What each kind of proposal wants, as the verb of a sentence. The statement's own card says it in full. */
const DEEDS: Readonly<Record<string, Deed>> = {
  request: { verb: "asks to use", object: "secrets" },
  "register-secret": { verb: "registers", object: "secrets" },
  "put-value": { verb: "adds a value to", object: "secrets" },
  "edit-secret": { verb: "edits the metadata of", object: "secrets" },
  "reclassify-secret": { verb: "reclassifies", object: "secrets" },
  "bind-workload": { verb: "binds a workload to", object: "secrets" },
  "change-role": { verb: "changes the roles of", object: "person" },
  "enrol-key": { verb: "enrols a hardware key for", object: "person" },
  "link-identity": { verb: "links an account to", object: "person" },
  revoke: { verb: "revokes", object: "secrets" },
};

/** `Olivia Hart asks to use payments/prod/postgres/app-password`: one line of a list. */
export function requestTitle(of: Proposed): string {
  const verb = DEEDS[of.kind]?.verb ?? of.kind.replaceAll("-", " ");
  return [of.proposedBy.name, verb, proposedObject(of)].filter((part) => part !== "").join(" ");
}

/** `payments/prod/postgres/app-password`: what a proposal is about, alone. Empty where that has no name. */
export function proposedObject({ kind, about }: Pick<Proposed, "kind" | "about">): string {
  if (DEEDS[kind]?.object === "person") return about.person?.name ?? "";
  const names = about.secrets.map((it) => it.name);
  const shown =
    names.length > 2 ? `${names[0]} and ${names.length - 1} more` : joinInWords(names, "and");
  return shown || (about.workload ?? "");
}

/**
 * Why one stands out among forty: what opens more than one secret, and what changes who may do what. A
 * hint to look, never a judgement.
 */
export function worthALook({ about, kind }: RequestRow): string | null {
  if (kind === "change-role") return "Changes who may do what.";
  if (kind === "reclassify-secret") return "Changes how strictly it is guarded.";
  if (about.secrets.length > 1) return `Opens ${about.secrets.length} secrets at once.`;
  return null;
}
