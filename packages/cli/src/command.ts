import { parseArgs } from "node:util";
import type { Context } from "./context.ts";
import { usage } from "./stop.ts";

export type OptionSpec = {
  readonly type: "string" | "boolean";
  readonly multiple?: boolean;
  /** What stands for the value in the help, e.g. `TEXT`. */
  readonly value?: string;
  readonly help: string;
};
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type ValueOf<S extends OptionSpec> = S["type"] extends "boolean"
  ? boolean
  : S extends { readonly multiple: true }
    ? string[]
    : string;
export type Values<O extends OptionSpecs> = { readonly [K in keyof O]: ValueOf<O[K]> | undefined };

export type Given<O extends OptionSpecs> = {
  readonly values: Values<O>;
  readonly positionals: readonly string[];
  /** What stands behind `--`, of the commands that take one. */
  readonly rest: readonly string[];
};

export type CommandSpec<O extends OptionSpecs> = {
  readonly name: string;
  /** One line, in the list of commands. */
  readonly summary: string;
  /** Without `secrets NAME`, one line for each way to call it. */
  readonly usage: readonly string[];
  /** Paragraphs. */
  readonly about: readonly string[];
  readonly examples: readonly string[];
  readonly options: O;
  readonly positionals: { readonly min: number; readonly max: number };
  readonly takesRest?: boolean;
  /** Where a second positional is most likely a value that somebody typed: refused with what to do about it. */
  readonly valueMayBeMistyped?: boolean;
  /** Returns the exit code. */
  readonly run: (context: Context, given: Given<O>) => Promise<number>;
};

/** A command as the table holds it: its options are known only to itself. */
export type Command = Omit<CommandSpec<OptionSpecs>, "run"> & {
  readonly run: (context: Context, args: readonly string[]) => Promise<number>;
};

export const COMMON_OPTIONS = {
  json: { type: "boolean", help: "Results on stdout, and errors on stderr, as JSON" },
  profile: {
    type: "string",
    value: "NAME",
    help: "Another enrolment of this machine; also COUNTERSIGN_PROFILE",
  },
  help: { type: "boolean", help: "This text" },
} as const satisfies OptionSpecs;

export function defineCommand<const O extends OptionSpecs>(spec: CommandSpec<O>): Command {
  return { ...spec, run: (context, args) => spec.run(context, parseGiven(spec, args)) };
}

function parseGiven<const O extends OptionSpecs>(
  spec: CommandSpec<O>,
  args: readonly string[],
): Given<O> {
  const split = spec.takesRest ? args.indexOf("--") : -1;
  const own = split < 0 ? args : args.slice(0, split);
  const rest = split < 0 ? [] : args.slice(split + 1);
  const help = `secrets ${spec.name} --help`;
  const { values, positionals } = readArgs({ ...spec.options, ...COMMON_OPTIONS }, own, help);
  if (positionals.length > spec.positionals.max && spec.valueMayBeMistyped) {
    throw usage(
      "A value given on the command line ends up in the shell's history and in the process list, so it is refused. If it was the real one, treat it as disclosed and change it at its source.",
      `secrets ${spec.name} NAME --stdin, or --file FILE`,
    );
  }
  if (positionals.length < spec.positionals.min || positionals.length > spec.positionals.max) {
    throw usage(`Wrong number of arguments: secrets ${spec.name} ${spec.usage[0] ?? ""}`, help);
  }
  // readArgs has checked every name and type against exactly these specs.
  return { values: values as Values<O>, positionals, rest };
}

/**
 * `parseArgs`, with refusals that repeat nothing of what was typed: it might be a value.
 */
export function readArgs(
  options: OptionSpecs,
  args: readonly string[],
  help: string,
): { values: Readonly<Record<string, unknown>>; positionals: string[] } {
  const config = Object.fromEntries(
    Object.entries(options).map(([name, { type, multiple }]) => [
      name,
      { type, multiple: multiple ?? false },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options: config, strict: true, allowPositionals: true });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION")
      throw usage("There is an option that this command does not have.", help);
    if (code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE")
      throw usage("An option lacks its value, or has one that it does not take.", help);
    throw error;
  }
}
