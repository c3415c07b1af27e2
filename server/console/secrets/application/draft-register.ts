import { CATEGORIES } from "@countersign/protocol/categories";
import { serviceOf } from "@countersign/protocol/names";
import { refuse } from "@countersign/protocol/refusals";
import { draftAct } from "../../drafts/draft.ts";
import { procedure } from "../../trpc/procedure.ts";
import { RefusalError } from "../../trpc/refusal-error.ts";
import { secretsContract } from "../contract.ts";

/** A new secret of a service of the caller's; what is left open keeps it from being handed out, not from being kept. */
export const draftRegister = procedure(
  "secrets.draftRegister",
  secretsContract.draftRegister,
).mutation(({ ctx, input: { name, category, value, returnTo, ...given } }) => {
  const service = serviceOf(name);
  if (!ctx.reach.all && !ctx.reach.services.includes(service))
    throw new RefusalError(OTHER_SERVICE);
  return draftAct(
    ctx,
    {
      act: "register-secret",
      name,
      type: CATEGORIES[category].type,
      category,
      policy: { ...given, service },
      value: value === "generated" ? { source: "generated", length: null } : null,
      bindings: [],
    },
    returnTo,
  );
});

const OTHER_SERVICE = refuse(
  "not-allowed",
  "The name begins with a service that is not yours. Its owner or admin registers its secrets.",
);
