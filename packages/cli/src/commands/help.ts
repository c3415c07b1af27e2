import { REFUSALS } from "@countersign/protocol/refusals";
import { COMMON_OPTIONS, type Command, defineCommand, type OptionSpecs } from "../command.ts";
import type { Context } from "../context.ts";
import { LOCAL_CODES, usage } from "../stop.ts";
import { type Channel, fieldLines } from "../terminal/channel.ts";

export const EXIT_CODES: readonly (readonly [number, string])[] = [
  [0, "done"],
  [1, "`check`: the candidate is not the stored value"],
  [2, "wrong use: an argument, an option, a value that does not fit"],
  [3, "not signed in, or no right to do it"],
  [4, "waits for people: their signatures, or the time it begins"],
  [5, "refused or ended: denied, expired, revoked, spent, changed meanwhile"],
  [6, "not found, or not for you to see"],
  [7, "unavailable, try again: nothing answers, a disk is full, the witnesses are behind"],
  [8, "the other side is not who it should be: stop, and tell a security admin"],
  [70, "a fault in secrets itself"],
  [126, "`exec`: the command cannot be started"],
  [127, "`exec`: there is no such command"],
  [130, "stopped with Ctrl-C"],
];

/** `secrets help`, which needs the table that it stands in. */
export function helpCommand(table: () => readonly Command[]): Command {
  return defineCommand({
    name: "help",
    summary: "How to use secrets, or one command; `help exit-codes`",
    usage: ["[COMMAND]", "exit-codes"],
    about: [],
    examples: ["secrets help request", "secrets help exit-codes"],
    options: {},
    positionals: { min: 0, max: 1 },
    run: async (context, { positionals }) => {
      const [topic] = positionals;
      if (topic === undefined) showOverview(context, table());
      else if (topic === "exit-codes") showExitCodes(context);
      else {
        const command = table().find((it) => it.name === topic);
        if (command === undefined) throw usage("There is no such command.", "secrets help");
        showHelp(context, command);
      }
      return 0;
    },
  });
}

export function showOverview(context: Context, table: readonly Command[]): void {
  const { out } = context;
  context.json({ commands: table.map(({ name, summary }) => ({ name, summary })) });
  out.line({ text: "secrets", style: "strong" }, " COMMAND [ARGUMENT…] [OPTION…]");
  out.line();
  const width = Math.max(...table.map(({ name }) => name.length)) + 4;
  for (const { name, summary } of table)
    for (const line of fieldLines(`  ${name}`, summary, width, out.width)) out.line(...line);
  out.line();
  out.prose(
    "secrets COMMAND --help says more. Values come in and go out by standard input, standard output and files, never on a command line.",
  );
}

export function showHelp(context: Context, command: Command): void {
  const { out } = context;
  context.json({
    name: command.name,
    summary: command.summary,
    usage: command.usage,
    about: command.about,
    examples: command.examples,
    options: optionsOf(command),
  });
  for (const way of command.usage)
    out.prose(`secrets ${command.name} ${way}`.trimEnd(), "", "strong");
  out.line();
  out.prose(`${command.summary}.`);
  for (const paragraph of command.about) {
    out.line();
    out.prose(paragraph);
  }
  out.line();
  showOptions(out, optionsOf(command));
  if (command.examples.length > 0) out.line();
  for (const example of command.examples) out.prose(example, "  ", "quiet");
}

function optionsOf(command: Command): OptionSpecs {
  return { ...command.options, ...COMMON_OPTIONS };
}

function showOptions(out: Channel, options: OptionSpecs): void {
  const labels = Object.entries(options).map(([name, spec]) => ({
    label: `  --${name}${spec.value === undefined ? "" : ` ${spec.value}`}`,
    help: spec.help,
  }));
  const width = Math.max(...labels.map((it) => it.label.length)) + 2;
  for (const { label, help } of labels)
    for (const line of fieldLines(label, help, width, out.width)) out.line(...line);
}

function showExitCodes(context: Context): void {
  const { out } = context;
  const codes = {
    ...LOCAL_CODES,
    ...Object.fromEntries(Object.entries(REFUSALS).map(([code, { exit }]) => [code, exit])),
  };
  context.json({ exitCodes: EXIT_CODES.map(([exit, meaning]) => ({ exit, meaning })), codes });
  for (const [exit, meaning] of EXIT_CODES) {
    for (const line of fieldLines(String(exit).padStart(4), meaning, 6, out.width))
      out.line(...line);
  }
  out.line();
  out.prose(
    "`exec` passes on the exit code of the command it ran; errors of secrets itself begin with `secrets:`. With --json, an error has a finer `code`:",
  );
  for (const [code, exit] of Object.entries(codes))
    out.line({ text: `${String(exit).padStart(4)}  ${code}`, style: "quiet" });
}
