import { secretReference } from "@countersign/protocol/names";
import { defineCommand } from "../command.ts";
import { openSession } from "../context.ts";
import { fieldLines } from "../terminal/channel.ts";
import { rolesInWords } from "../terminal/signature-lines.ts";
import { relativeTime } from "../terminal/times.ts";
import { secretNameFrom } from "./secret-name.ts";

export const showCommand = defineCommand({
  name: "show",
  summary: "One secret's metadata, what it lacks, and who would have to sign",
  usage: ["NAME"],
  about: [
    "Shows everything that is known of a secret but its value. `secrets request NAME` asks for that.",
  ],
  examples: ["secrets show payments/prod/postgres/app-password"],
  options: {},
  positionals: { min: 1, max: 1 },
  run: async (context, { positionals }) => {
    const name = secretNameFrom(positionals[0]);
    const { client } = await openSession(context);
    const secret = await client.call("/people/v1/secrets/show", { name });
    context.json(secret);
    const { policy } = secret;
    const now = context.now();
    const fields: [string, string][] = [
      ["Type", `${secret.type}, ${secret.category}`],
      ["Owner", policy.owner ?? "missing"],
      ["Service", policy.service ?? "missing"],
      ["Data", policy.dataClassification ?? "missing (counts as personal data)"],
      ["Tier", policy.tier ?? "missing"],
      [
        "Rotation",
        policy.rotationPeriodDays === null ? "missing" : `every ${policy.rotationPeriodDays} days`,
      ],
      ["Version", secret.version === 0 ? "no value yet" : String(secret.version)],
      [
        "Rotated",
        secret.lastRotatedAt === null
          ? "never"
          : `${secret.lastRotatedAt} (${relativeTime(secret.lastRotatedAt, now)})`,
      ],
      ...(secret.expiresAt === null
        ? []
        : [
            ["Expires", `${secret.expiresAt} (${relativeTime(secret.expiresAt, now)})`] as [
              string,
              string,
            ],
          ]),
      ["Status", secret.status],
      ["Id", secret.secret],
      ["You need", ["your own signature", ...secret.chain.map(rolesInWords)].join(", then ")],
    ];
    for (const { binding, workload, proof, expiresAt } of secret.bindings) {
      const vouched = proof === "gateway-vouched" ? ", vouched for by the gateway" : "";
      fields.push([
        "Workload",
        `${workload}${vouched}, until ${expiresAt} (${relativeTime(expiresAt, now)})  ${binding}`,
      ]);
    }
    const { out } = context;
    out.line({ text: secretReference(secret.name), style: "strong" });
    for (const [label, value] of fields) {
      for (const line of fieldLines(label, value, 10, out.width)) out.line(...line);
    }
    for (const sentence of secret.incomplete) out.prose(`Not handed out: ${sentence}`, "! ", "due");
    for (const sentence of secret.warnings) out.prose(sentence, "! ", "due");
    return 0;
  },
});
