import type { SecretView } from "@countersign/protocol/views";
import { defineCommand } from "../command.ts";
import { openSession } from "../context.ts";
import { type Column, tableLines } from "../terminal/table.ts";
import { relativeTime } from "../terminal/times.ts";

export const listCommand = defineCommand({
  name: "list",
  summary: "The secrets you may see, never their values",
  usage: ["[PREFIX]"],
  about: [
    "Lists names and metadata. PREFIX is the beginning of a name, with or without secret://.",
  ],
  examples: ["secrets list", "secrets list payments/prod"],
  options: {},
  positionals: { min: 0, max: 1 },
  run: async (context, { positionals }) => {
    const prefix = (positionals[0] ?? "").replace(/^secret:\/\//, "");
    const { client } = await openSession(context);
    const { secrets } = await client.call("/people/v1/secrets/list", { prefix });
    context.json({ secrets });
    if (secrets.length === 0) {
      context.out.line(
        prefix === ""
          ? "There is no secret that you may see yet."
          : "No name that you may see begins so.",
      );
      context.out.line({ text: "secrets register NAME … makes one", style: "quiet" });
      return 0;
    }
    for (const line of tableLines(secrets, columns(context.now()), context.out.width))
      context.out.line(...line);
    return 0;
  },
});

function columns(nowMs: number): Column<SecretView>[] {
  return [
    { title: "NAME", priority: 0, cell: (it) => ({ text: it.name }) },
    { title: "STATE", priority: 0, cell: stateOf },
    {
      title: "DATA",
      priority: 2,
      cell: (it) => ({ text: it.policy.dataClassification ?? "missing" }),
    },
    { title: "TIER", priority: 1, cell: (it) => ({ text: it.policy.tier ?? "missing" }) },
    { title: "TYPE", priority: 4, cell: (it) => ({ text: it.type, style: "quiet" }) },
    {
      title: "VERSION",
      priority: 3,
      cell: (it) => ({ text: it.version === 0 ? "none" : String(it.version) }),
    },
    {
      title: "ROTATED",
      priority: 5,
      cell: (it) => ({
        text: it.lastRotatedAt === null ? "never" : relativeTime(it.lastRotatedAt, nowMs),
        style: "quiet",
      }),
    },
  ];
}

function stateOf(of: SecretView) {
  if (of.status === "revoked") return { text: "revoked", style: "bad" } as const;
  if (of.incomplete.length > 0) return { text: "incomplete", style: "due" } as const;
  if (of.warnings.length > 0) return { text: "due", style: "due" } as const;
  return { text: "ready", style: "good" } as const;
}
