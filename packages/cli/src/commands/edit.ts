import { defineCommand } from "../command.ts";
import { openSession } from "../context.ts";
import { actFrom } from "../drafts/draft-act.ts";
import { DESK_OPTIONS, signAndWait } from "../drafts/sign-and-wait.ts";
import { usage } from "../stop.ts";
import { NO_POLICY, POLICY_OPTIONS, policyFrom } from "./policy-options.ts";
import { secretNameFrom } from "./secret-name.ts";

export const editCommand = defineCommand({
  name: "edit",
  summary: "Change a secret's metadata",
  usage: [
    "NAME [--owner TEAM] [--service NAME] [--classification CLASS] [--tier TIER] [--rotation-days DAYS]",
  ],
  about: [
    "What you do not name stays as it is. A change of classification, tier, owner or service is a re-classification: the stricter rules, of before or of after, decide who must sign.",
    "Name, environment and type never change.",
  ],
  examples: ["secrets edit payments/prod/postgres/app-password --rotation-days 60"],
  options: { ...POLICY_OPTIONS, ...DESK_OPTIONS },
  positionals: { min: 1, max: 1 },
  run: async (context, { values, positionals }) => {
    const name = secretNameFrom(positionals[0]);
    policyFrom(values, NO_POLICY); // judged before anything is sent
    const session = await openSession(context);
    const { policy: before } = await session.client.call("/people/v1/secrets/show", { name });
    const after = policyFrom(values, before);
    const changed = (field: keyof typeof after) => after[field] !== before[field];
    const isReclassified =
      changed("dataClassification") || changed("tier") || changed("owner") || changed("service");
    if (!isReclassified && !changed("rotationPeriodDays"))
      throw usage("Nothing would change.", `secrets show ${name}`);
    return signAndWait(context, session, {
      act: actFrom({ act: isReclassified ? "reclassify-secret" : "edit-secret", name, after }),
      choices: values,
      again: `secrets edit ${name} …`,
      done: `The metadata of ${name} is changed.`,
    });
  },
});
