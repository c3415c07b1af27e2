import { fromBase64url } from "@countersign/protocol/bytes";
import { openStatement } from "@countersign/protocol/openings";
import { render } from "@countersign/protocol/rendering";
import type { ProposalView } from "@countersign/protocol/views";
import { defineCommand } from "../command.ts";
import { openSession } from "../context.ts";
import { type Cell, type Column, tableLines } from "../terminal/table.ts";
import { relativeTime } from "../terminal/times.ts";

type Row = { readonly view: ProposalView; readonly title: string };

export const requestsCommand = defineCommand({
  name: "requests",
  summary: "What you asked for, or what waits for your signature",
  usage: ["[--waiting]"],
  about: [
    "Lists your own requests and other proposals, newest first. --waiting lists what you can sign now.",
  ],
  examples: ["secrets requests", "secrets requests --waiting --json"],
  options: { waiting: { type: "boolean", help: "What waits for your signature instead" } },
  positionals: { min: 0, max: 0 },
  run: async (context, { values }) => {
    const { client } = await openSession(context);
    const which = values.waiting === true ? "waiting-for-me" : "mine";
    const { proposals } = await client.call("/people/v1/proposals/list", { which });
    context.json({ proposals });
    if (proposals.length === 0) {
      context.out.line(
        which === "mine" ? "You have asked for nothing yet." : "Nothing waits for your signature.",
      );
      return 0;
    }
    const rows = await Promise.all(
      proposals.map(async (view): Promise<Row> => ({ view, title: await titleOf(view) })),
    );
    for (const line of tableLines(
      rows,
      columns(context.now(), which === "mine"),
      context.out.width,
      26,
    ))
      context.out.line(...line);
    if (which !== "mine")
      context.out.line({
        text: "secrets approve ID, or secrets deny ID --why TEXT",
        style: "quiet",
      });
    return 0;
  },
});

/** From the statement itself; the view around it is the service's word only. */
async function titleOf(view: ProposalView): Promise<string> {
  const bytes = fromBase64url(view.statement);
  const opened = bytes === null ? null : await openStatement(bytes, view.openings);
  return opened?.ok && opened.value.digest === view.proposal
    ? render(opened.value).title
    : "(its statement does not match its digest)";
}

function columns(nowMs: number, own: boolean): Column<Row>[] {
  return [
    { title: "WHAT", priority: 0, cell: (it) => ({ text: it.title }) },
    { title: "SIGNED", priority: 1, cell: (it) => ({ text: linesOf(it.view) }) },
    { title: "STATE", priority: 0, cell: (it) => stateOf(it.view) },
    {
      title: own ? "ASKED" : "DECIDE BY",
      priority: 3,
      cell: (it) => ({
        text: relativeTime(own ? it.view.proposedAt : it.view.decideBy, nowMs),
        style: "quiet",
      }),
    },
    {
      title: "ID",
      priority: 0,
      cell: (it) => ({ text: it.view.request ?? it.view.proposal, style: "quiet" }),
    },
  ];
}

/** One mark for each line: filled once somebody has signed it. */
function linesOf(view: ProposalView): string {
  return view.lines.map((line) => (line.signed === null ? "○" : "●")).join("") || "–";
}

function stateOf(view: ProposalView): Cell {
  switch (view.status) {
    case "pending":
      return { text: "waits", style: "due" };
    case "approved":
      return view.grant === null || view.grant.status === "active"
        ? { text: view.grant === null ? "in force" : "open", style: "good" }
        : { text: view.grant.status, style: "quiet" };
    case "denied":
      return { text: "denied", style: "bad" };
    default:
      return { text: view.status, style: "quiet" };
  }
}
