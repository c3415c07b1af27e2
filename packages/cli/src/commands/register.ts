import type { Digest } from "@countersign/protocol/ids";
import { serviceOf } from "@countersign/protocol/names";
import type { SecretPolicy } from "@countersign/protocol/policy";
import { SECRET_CATEGORIES, SECRET_TYPES } from "@countersign/protocol/taxonomy";
import { defineCommand } from "../command.ts";
import { openSession, requireLogin } from "../context.ts";
import { actFrom } from "../drafts/draft-act.ts";
import { DESK_OPTIONS, signAndWait } from "../drafts/sign-and-wait.ts";
import { usage } from "../stop.ts";
import { readValue, VALUE_OPTIONS } from "../values/read-value.ts";
import { sealForIntake } from "../values/seal-for-intake.ts";
import { bindingFrom } from "./binding.ts";
import { NO_POLICY, POLICY_OPTIONS, policyFrom } from "./policy-options.ts";
import { required, secretNameFrom, wholeNumberFrom } from "./secret-name.ts";

export const registerCommand = defineCommand({
  name: "register",
  summary: "Make a new secret, with its first value or without",
  usage: [
    "NAME --type TYPE --category CATEGORY --owner TEAM --service NAME --classification CLASS --tier TIER --rotation-days DAYS [--generate [--length N] | --stdin | --file FILE] [--workload SPIFFE-ID]…",
  ],
  about: [
    "Name, environment and type never change afterwards. The first value comes along under the same signature: generated in the key service's hardware, or sealed on this machine.",
    "With --workload, a workload may fetch it from the start: one signature a person for the secret, its value and its bindings.",
    `Types: ${SECRET_TYPES.join(", ")}.`,
    `Categories: ${SECRET_CATEGORIES.join(", ")}.`,
  ],
  examples: [
    "secrets register payments/prod/postgres/app-password --type database-credential --category database-user --owner payments --service payments --classification pii --tier critical --rotation-days 90 --generate",
  ],
  options: {
    type: { type: "string", value: "TYPE", help: "One of the types above" },
    category: { type: "string", value: "CATEGORY", help: "One of the categories above" },
    ...POLICY_OPTIONS,
    generate: { type: "boolean", help: "Generate the value; nobody sees it" },
    length: { type: "string", value: "N", help: "Characters to generate, 1 to 512" },
    ...VALUE_OPTIONS,
    workload: {
      type: "string",
      multiple: true,
      value: "SPIFFE-ID",
      help: "A workload that may fetch it; can be repeated, 20 at most",
    },
    "workload-for": { type: "string", value: "TIME", help: "How long those may, up to 90d (30d)" },
    "gateway-vouched": { type: "boolean", help: "The gateway vouches for those workloads" },
    ...DESK_OPTIONS,
  },
  positionals: { min: 1, max: 1 },
  valueMayBeMistyped: true,
  run: async (context, { values, positionals }) => {
    const name = secretNameFrom(positionals[0]);
    const isBrought = values.stdin === true || values.file !== undefined;
    if (values.generate === true && isBrought)
      throw usage("Either --generate, or a value by --stdin or --file.");
    const length = wholeNumberFrom(values.length, "--length", { min: 1, max: 512 });
    if (length !== null && values.generate !== true) throw usage("--length goes with --generate.");
    if (values.workload === undefined && (values["workload-for"] ?? values["gateway-vouched"]))
      throw usage("--workload-for and --gateway-vouched go with --workload.");
    const fields = {
      act: "register-secret",
      name,
      type: required(values.type, "--type"),
      category: required(values.category, "--category"),
      // The service stands in the name already; whoever names another one means it.
      policy: policyFrom(values, { ...NO_POLICY, service: serviceOf(name) }),
      bindings: bindingsFrom(values, context.now()),
    };
    // Judged before a value is read or anything is sent.
    actFrom({ ...fields, value: null });
    requireLogin(context);
    const lacking = Object.entries(fields.policy).filter(([, it]) => it === null);
    if (lacking.length > 0) {
      const options = lacking.map(([field]) => OPTION_OF_FIELD[field as keyof SecretPolicy]); // its own keys
      context.say.prose(
        `Without ${options.join(", ")} it can be registered, but not handed out before \`secrets edit\` sets them.`,
        "! ",
        "due",
      );
    }
    const plain = isBrought ? await readValue(context, values) : null;
    const session = await openSession(context);
    const sealed = plain === null ? null : await sealForIntake(session, plain);
    const value =
      sealed !== null
        ? { source: "sealed", sealed: sealed.sealed }
        : values.generate === true
          ? { source: "generated", length }
          : null;
    const digest: { sealed?: Digest } = sealed === null ? {} : { sealed: sealed.digest };
    return signAndWait(context, session, {
      act: actFrom({ ...fields, value }),
      ...digest,
      choices: values,
      again: `secrets register ${name} …`,
      done: `${name} is registered.`,
    });
  },
});

const OPTION_OF_FIELD = {
  owner: "--owner",
  service: "--service",
  dataClassification: "--classification",
  tier: "--tier",
  rotationPeriodDays: "--rotation-days",
} as const satisfies Record<keyof SecretPolicy, string>;

function bindingsFrom(
  values: {
    readonly workload: readonly string[] | undefined;
    readonly "workload-for": string | undefined;
    readonly "gateway-vouched": boolean | undefined;
  },
  nowMs: number,
) {
  const workloads = values.workload ?? [];
  if (new Set(workloads).size !== workloads.length)
    throw usage("--workload: one stands there twice.");
  return workloads.map((workload) =>
    bindingFrom(workload, {
      duration: values["workload-for"],
      option: "--workload-for",
      isVouched: values["gateway-vouched"] === true,
      nowMs,
    }),
  );
}
