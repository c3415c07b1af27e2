import type { PersonId } from "@countersign/protocol/ids";
import type { Statement } from "@countersign/protocol/statement";

/** Whom a statement changes, where it is about a person. */
export function aboutPerson(of: Statement): PersonId | null {
  switch (of.kind) {
    case "change-role":
    case "enrol-key":
    case "link-identity":
      return of.body.person.person;
    default:
      return null;
  }
}
