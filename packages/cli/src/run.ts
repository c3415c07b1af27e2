import { join } from "node:path";
import { COMMANDS } from "./command-table.ts";
import { showHelp, showOverview } from "./commands/help.ts";
import type { Context } from "./context.ts";
import { openStateDir } from "./state/state-dir.ts";
import { exitCodeOf, Stop, usage } from "./stop.ts";
import { openChannel } from "./terminal/channel.ts";
import { tidyOutFiles } from "./values/out-file.ts";
import { VERSION } from "./version.ts";
import type { Output, World } from "./world.ts";

/** Runs one command line. Resolves to the exit code; everything that can go wrong has been said by then. */
export async function run(world: World): Promise<number> {
  const [name, ...args] = world.args;
  const own = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  const isJson = own.includes("--json") || name === "--json";
  try {
    const context = openContext(world, isJson, profileOf(world, own));
    if (name === "--version") return showVersion(context);
    if (name === undefined || name === "--help" || name === "-h") {
      showOverview(context, COMMANDS);
      return name === undefined ? exitCodeOf("usage") : 0;
    }
    const command = COMMANDS.find((it) => it.name === name);
    if (command === undefined) throw usage("There is no such command.", "secrets help");
    if (own.includes("--help") || own.includes("-h")) {
      showHelp(context, command);
      return 0;
    }
    if (command.name !== "tidy" && command.name !== "help") tidyQuietly(context);
    return await command.run(context, args);
  } catch (error) {
    return tell(world, isJson, error);
  }
}

/** Other enrolments of one machine stand apart: for people with two tenants, and for development. */
function profileOf(world: World, args: readonly string[]): string {
  const at = args.indexOf("--profile");
  const inline = args.find((it) => it.startsWith("--profile="))?.slice("--profile=".length);
  const profile = (at >= 0 ? args[at + 1] : inline) ?? world.environment.profile ?? "default";
  if (/^[a-z0-9][a-z0-9-]{0,31}$/.test(profile)) return profile;
  throw usage("A profile's name has a to z, 0 to 9 and hyphen, 32 at most.");
}

function openContext(world: World, isJson: boolean, profile: string): Context {
  const { environment } = world;
  const channel = (output: Output) =>
    openChannel({
      sink: isJson ? { write: () => undefined } : output,
      isTerminal: output.isTTY === true && !environment.dumbTerminal,
      colour: output.isTTY === true && !environment.noColour && !environment.dumbTerminal,
      width: widthOf(output, environment),
    });
  return {
    world,
    environment,
    state: openStateDir(join(environment.configDir, profile)),
    out: channel(world.stdout),
    say: channel(world.stderr),
    isJson,
    json: (document) => {
      if (isJson) world.stdout.write(`${JSON.stringify(document)}\n`);
    },
    now: world.now,
    live: { active: false },
  };
}

/** A terminal that does not know its size says 0. */
function widthOf(output: Output, environment: World["environment"]): number {
  return output.columns || environment.columns || 80;
}

function showVersion(context: Context): number {
  context.json({ version: VERSION });
  context.out.line(`secrets ${VERSION}`);
  return 0;
}

/** Values whose time is over go away with whatever command comes next. */
function tidyQuietly(context: Context): void {
  for (const { path, gone } of tidyOutFiles(context.state, context.now())) {
    if (gone === "removed")
      context.say.line({ text: `Removed ${path}: its grant has ended`, style: "quiet" });
  }
}

/**
 * Says on stderr what happened and what to do next. A fault says nothing of its own message: it may
 * hold anything.
 */
function tell(world: World, isJson: boolean, error: unknown): number {
  const stop = error instanceof Stop ? error : faultOf(error);
  const { code, message, next, correlation, exit } = stop;
  if (isJson) {
    world.stderr.write(
      `${JSON.stringify({ error: { code, message, next, correlation, exit } })}\n`,
    );
    return exit;
  }
  const { environment, stderr } = world;
  const say = openChannel({
    sink: stderr,
    isTerminal: stderr.isTTY === true,
    colour: stderr.isTTY === true && !environment.noColour && !environment.dumbTerminal,
    width: widthOf(stderr, environment),
  });
  say.prose(`secrets: ${message}`, "", exit === 8 ? "bad" : undefined);
  if (next !== null) say.prose(`→ ${next}`, "  ");
  if (correlation !== null) say.line({ text: `  reference ${correlation}`, style: "quiet" });
  return exit;
}

function faultOf(error: unknown): Stop {
  const where =
    error instanceof Error
      ? (error.stack ?? "").split("\n").find((line) => line.trimStart().startsWith("at "))
      : undefined;
  const kind = error instanceof Error ? error.name : typeof error;
  return new Stop(
    "fault",
    `A fault in secrets itself (${kind}${where === undefined ? "" : ` ${where.trim()}`}).`,
    "Run it again; if it stays, report this line.",
  );
}
