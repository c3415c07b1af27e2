import {
  DATA_CLASSIFICATIONS,
  type DataClassification,
  type SecretCategory,
  TIERS,
  type Tier,
} from "@countersign/protocol/taxonomy";
import type { RegisterChoices } from "../../../../components/rooms/views.ts";

export type SecretDraft = {
  readonly name: string;
  readonly category: SecretCategory;
  readonly owner: string | null;
  readonly dataClassification: DataClassification | null;
  readonly tier: Tier | null;
  readonly rotationPeriodDays: number | null;
  readonly value: "generated" | "later";
};
export type SecretProblems = {
  readonly [K in "name" | "category" | "rotationPeriodDays"]?: string;
};
export type ReadSecret =
  | { readonly ok: true; readonly secret: SecretDraft }
  | { readonly ok: false; readonly problems: SecretProblems };

const SCHEME = "secret://";
/** As the protocol has names, which pages do not load; the key service judges again. */
const SEGMENT = "[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?";
const NAME = new RegExp(`^(${SEGMENT})/(?:dev|test|staging|prod)(?:/${SEGMENT}){1,6}$`);
const MOST_DAYS = 36_500;

/** What the form says, or everything that is wrong with it, by field. */
export function readSecret(form: FormData, choices: RegisterChoices): ReadSecret {
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  const typed = text("name");
  const name = typed.startsWith(SCHEME) ? typed.slice(SCHEME.length) : typed;
  const kind = choices.kinds.find((it) => it.category === text("category"));
  const days = text("rotationPeriodDays");
  const problem = nameProblem(name, choices.services);
  const problems: SecretProblems = {
    ...(problem === null ? {} : { name: problem }),
    ...(kind === undefined ? { category: "Choose what it is used for." } : {}),
    ...(/^\d{0,5}$/.test(days) && Number(days) <= MOST_DAYS
      ? {}
      : { rotationPeriodDays: "Write a number of days, 0 to 36500, or nothing." }),
  };
  if (kind === undefined || Object.keys(problems).length > 0) return { ok: false, problems };
  return {
    ok: true,
    secret: {
      name,
      category: kind.category,
      owner: text("owner") || null,
      dataClassification:
        DATA_CLASSIFICATIONS.find((it) => it === text("dataClassification")) ?? null,
      tier: TIERS.find((it) => it === text("tier")) ?? null,
      rotationPeriodDays: days === "" ? null : Number(days),
      value: text("value") === "generated" ? "generated" : "later",
    },
  };
}

function nameProblem(name: string, services: readonly string[]): string | null {
  const service = name.length <= 256 && !name.includes("..") ? NAME.exec(name)?.[1] : undefined;
  if (service === undefined)
    return "Write service/environment/path/name in small letters, digits, dots and hyphens.";
  if (!services.includes(service))
    return `It must begin with a service of yours: ${services.join(", ")}.`;
  return null;
}
