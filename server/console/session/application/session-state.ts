import { procedureForAnybody } from "../../trpc/procedure.ts";
import { sessionContract } from "../contract.ts";

/** Asked by the sign-in page, before there is a session and while it is being signed. */
export const sessionState = procedureForAnybody("session.state", sessionContract.state).query(
  async ({ ctx }) => {
    const session = await ctx.sessionState();
    if (session.state === "waits-for-signature") return session;
    if (session.state === "signed-out") {
      const identityProviderAnswers = await ctx.parts.identityProviderAnswers();
      return { ...session, identityProviderAnswers };
    }
    const { name, returnTo } = session.caller;
    return { state: "open", name, returnTo };
  },
);
