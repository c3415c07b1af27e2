import { procedure } from "../../trpc/procedure.ts";
import { sessionContract } from "../contract.ts";
import { writePreferences } from "../infrastructure/preferences.ts";

export const setPreferences = procedure(
  "session.setPreferences",
  sessionContract.setPreferences,
).mutation(({ ctx: { parts, caller }, input }) => writePreferences(parts.database, caller, input));
