import type { Entry } from "../../decisions/domain/entry.ts";
import type { TenantState } from "../../decisions/domain/state.ts";
import { maySee } from "../../requests/domain/decide-approval.ts";
import type { Key, Person } from "../../roster/domain/roster.ts";

type Reader = { readonly tenant: TenantState; readonly person: Person };

/**
 * Whether a person may read the bytes of a ledger entry: where it names them, where it records or decides a
 * proposal that they may see, and where it enrols a key that signed such a proposal. Of any other entry they get
 * the hash, which proves as well that it stands where it stands.
 */
export function mayReadEntry(reader: Reader, entry: Entry): boolean {
  if (JSON.stringify(entry).includes(`"${reader.person.person}"`)) return true;
  return entry.events.some((event) => {
    switch (event.type) {
      case "ProposalMade":
      case "ProposalApproved":
      case "ProposalDenied":
      case "ProposalWithdrawn": {
        const proposal = reader.tenant.proposals.get(event.proposal);
        return proposal !== undefined && maySee(reader.person, proposal);
      }
      case "KeyEnrolled":
        return hasSignedFor(reader, event);
      default:
        return false;
    }
  });
}

/** Whether the key is the reader's own, or signed a proposal that they may see. */
export function hasSignedFor(
  { tenant, person }: Reader,
  key: Pick<Key, "tenant" | "person" | "credential">,
): boolean {
  if (key.tenant !== person.tenant) return false;
  if (key.person === person.person) return true;
  return [...tenant.proposals.values()].some(
    (it) =>
      (it.credential === key.credential ||
        it.approvals.some((approval) => approval.credential === key.credential)) &&
      maySee(person, it),
  );
}
