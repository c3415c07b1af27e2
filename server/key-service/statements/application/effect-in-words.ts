import type { DomainEvent } from "../../decisions/domain/event.ts";

/** What a signature brought about, in one sentence for the person who gave it. */
export function effectInWords(events: readonly DomainEvent[]): string {
  const has = (type: DomainEvent["type"]) => events.some((event) => event.type === type);
  if (has("GrantIssued"))
    return "Everybody has signed. The value can be opened on the device that was named.";
  if (has("ProposalAccepted") && has("ProposalApproved"))
    return "Everybody has signed. It is in effect.";
  if (has("SessionOpened")) return "You are signed in at the console.";
  if (has("ProposalAccepted")) return "It is in effect.";
  if (has("ProposalApproved")) return "Your signature is recorded. Others still have to sign.";
  if (has("ProposalMade")) return "Recorded. It now waits for others to sign.";
  if (has("ProposalDenied")) return "Refused. Nobody else needs to decide.";
  if (has("ProposalWithdrawn")) return "Withdrawn.";
  if (has("DeviceEnrolled")) return "The device is enrolled.";
  return "It is revoked.";
}
