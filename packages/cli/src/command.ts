import { parseArgs } from "node:util";
import { REFUSALS, type RefusalCode } from "@countersign/protocol/refusals";
import type { Context } from "./context.ts";
import { Stop, usage } from "./stop.ts";

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
  /** What to do next where the service refuses so, in place of what is said after any command. */
  readonly nextSteps?: Partial<Record<RefusalCode, string>>;
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
  return {
    ...spec,
    run: async (context, args) => {
      try {
        return await spec.run(context, parseGiven(spec, args));
      } catch (error) {
        throw error instanceof Stop ? withNext(spec, error) : error;
      }
    },
  };
}

/** Nobody is left without a next step: of the command's own, or its help. */
function withNext(
  { name, nextSteps }: Pick<Command, "name" | "nextSteps">,
  { code, message, next, correlation }: Stop,
): Stop {
  const isOfService = correlation !== null && code in REFUSALS;
  const own = isOfService ? nextSteps?.[code as RefusalCode] : undefined; // `in` has just proven that it is one
  const help = code === "usage" ? `secrets ${name} --help` : null;
  return new Stop(code, message, own ?? next ?? help, correlation);
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

/** A digest or credential in base64url may begin with a hyphen; no option is so long. */
const ID_LIKE_AN_OPTION = /^-[A-Za-z0-9_-]{42}$/;
const STAND_IN = "an id that begins with a hyphen: ";

/**
 * `parseArgs`, with refusals that repeat nothing of what was typed: it might be a value. An id that begins
 * with a hyphen is an id.
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
    const plain = args.map((it) => (ID_LIKE_AN_OPTION.test(it) ? STAND_IN + it : it));
    const parsed = parseArgs({
      args: plain,
      options: config,
      strict: true,
      allowPositionals: true,
    });
    const values = Object.entries(parsed.values).map(([name, value]) => [name, asTyped(value)]);
    return { values: Object.fromEntries(values), positionals: parsed.positionals.map(textAsTyped) };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION")
      throw usage("There is an option that this command does not have.", help);
    if (code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE")
      throw usage("An option lacks its value, or has one that it does not take.", help);
    throw error;
  }
}

function asTyped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTyped);
  return typeof value === "string" ? textAsTyped(value) : value;
}

function textAsTyped(text: string): string {
  return text.startsWith(STAND_IN) ? text.slice(STAND_IN.length) : text;
}
