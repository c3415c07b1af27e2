import { orThrow, procedure } from "../../trpc/procedure.ts";
import { sessionContract } from "../contract.ts";

/**
 * Ends every session of this person, on whatever machine. The ledger first: whoever asks for this fears a session
 * in other hands, and must be told where it could not be ended.
 */
export const signOutEverywhere = procedure(
  "session.signOutEverywhere",
  sessionContract.signOutEverywhere,
).mutation(async ({ ctx: { parts, caller, forgetCookie } }) => {
  const { tenant, person } = caller;
  const answer = await parts.keyService.call("/console/v1/sessions/end", {
    tenant,
    person,
    all: true,
  });
  await parts.sessions.endAllOf(tenant, person);
  parts.live.changed({ tenant, tables: ["console_session"] });
  forgetCookie();
  return orThrow(answer);
});
