import { CircleCheck, CircleSlash, Clock, Hourglass, OctagonX, Undo2 } from "lucide-react";
import type { BadgeLook } from "../../ui/badge.tsx";
import type { GrantStatus, ProposalStatus, RequestDetail } from "../views.ts";

/** How a proposal stands, in a word. A new status without a look does not compile. */
export const PROPOSAL_LOOKS = {
  pending: { icon: Hourglass, word: "waits for signatures", tone: "accent" },
  approved: { icon: CircleCheck, word: "approved", tone: "proven" },
  denied: { icon: CircleSlash, word: "refused", tone: "plain" },
  withdrawn: { icon: Undo2, word: "withdrawn", tone: "plain" },
  expired: { icon: Clock, word: "lapsed", tone: "plain" },
} as const satisfies Record<ProposalStatus, BadgeLook>;

/** How the grant that came of a request stands. */
export const GRANT_LOOKS = {
  active: { icon: CircleCheck, word: "can be opened", tone: "proven" },
  spent: { icon: CircleCheck, word: "opened, no use left", tone: "plain" },
  expired: { icon: Clock, word: "ended", tone: "plain" },
  revoked: { icon: OctagonX, word: "revoked", tone: "alarm" },
} as const satisfies Record<GrantStatus, BadgeLook>;

/** The grant where there is one: it says more than that its request was approved. */
export function requestLook(status: ProposalStatus, grant: GrantStatus | null): BadgeLook {
  return status === "approved" && grant !== null ? GRANT_LOOKS[grant] : PROPOSAL_LOOKS[status];
}

/** What became of a proposal, after the name of who did it. */
export const HAPPENING_WORDS = {
  proposed: "asked",
  approved: "approved",
  denied: "refused",
  withdrawn: "withdrew it",
  expired: "it lapsed: not everybody signed in time",
  granted: "it was granted",
  opened: "opened the value",
  ended: "the grant ended",
} as const satisfies Record<RequestDetail["history"][number]["what"], string>;
