import { procedure } from "../../trpc/procedure.ts";
import { sessionContract } from "../contract.ts";

/**
 * Ends this session: here at once, and in the ledger. Where the key service does not answer, the session is over
 * for this console all the same, and the ledger ends it when it expires.
 */
export const signOut = procedure("session.signOut", sessionContract.signOut).mutation(
  async ({ ctx: { parts, caller, forgetCookie } }) => {
    const { session, tenant, person } = caller;
    await parts.sessions.end(session);
    parts.live.changed({ tenant, tables: ["console_session"] });
    forgetCookie();
    const ended = await parts.keyService.call("/console/v1/sessions/end", {
      tenant,
      person,
      session,
    });
    return { ended: ended.ok ? ended.value.ended : 0 };
  },
);
