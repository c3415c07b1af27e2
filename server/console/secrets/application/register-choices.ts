import { CATEGORIES } from "@countersign/protocol/categories";
import { SECRET_CATEGORIES } from "@countersign/protocol/taxonomy";
import { procedure } from "../../trpc/procedure.ts";
import { secretsContract } from "../contract.ts";

export const registerChoices = procedure(
  "secrets.registerChoices",
  secretsContract.registerChoices,
).query(({ ctx: { reach } }) => ({
  services: [...reach.services],
  kinds: SECRET_CATEGORIES.map((category) => ({ category, type: CATEGORIES[category].type })),
}));
