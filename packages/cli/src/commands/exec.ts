import type { SecretRef } from "@countersign/protocol/statement";
import { defineCommand } from "../command.ts";
import { type Context, openSession, type Session } from "../context.ts";
import { findCommand } from "../exec/find-command.ts";
import { runChild } from "../exec/run-child.ts";
import {
  findRequest,
  type OwnRequest,
  requestChoiceFrom,
  requireThisDevice,
} from "../grants/find-request.ts";
import {
  chooseUse,
  markDelivered,
  openingLine,
  openUse,
  requireActive,
} from "../grants/open-use.ts";
import { Stop, usage } from "../stop.ts";
import { secretNameFrom } from "./secret-name.ts";

export const execCommand = defineCommand({
  name: "exec",
  summary: "Run one command with approved values in its environment",
  usage: ["ID|NAME… [--env VAR=NAME]… -- COMMAND [ARGUMENT…]"],
  about: [
    "Opens the values and puts them into the environment of that one process: not onto a command line, not into a file, not into this shell. The command is found and looked at before any use is spent; each opening is proven to stand in the ledger before it is opened, as with `get`; no shell runs in between; signals and its exit code pass through.",
    "Without --env, a variable is named after the last part of the secret's name: app-password becomes APP_PASSWORD. On Linux a process's environment can be read by other processes of the same user, and is passed on to its own children.",
    "Where the command cannot be found or started the exit code is 127 or 126, as with env(1).",
  ],
  examples: [
    "secrets exec r-… -- ./migrate",
    "secrets exec r-… --env PGPASSWORD=payments/prod/postgres/app-password -- psql -h db.internal app",
  ],
  options: {
    env: {
      type: "string",
      multiple: true,
      value: "VAR=NAME",
      help: "Name the variable of one secret; can be repeated",
    },
  },
  positionals: { min: 1, max: 20 },
  takesRest: true,
  nextSteps: { "not-found": "secrets requests shows the ids" },
  run: async (context, { values, positionals, rest }) => {
    if (rest.length === 0) throw usage("Say what to run, behind `--`.", "secrets exec --help");
    const choices = positionals.map(requestChoiceFrom);
    const named = (values.env ?? []).map(bindingFrom);
    const file = findCommand(rest[0] ?? "", context.environment.path);
    const session = await openSession(context);
    const owns: OwnRequest[] = [];
    for (const choice of choices) {
      const own = await findRequest(context, session, choice);
      requireThisDevice(session, own);
      requireActive(context, own);
      if (!owns.some((it) => it.request === own.request)) owns.push(own);
    }
    const only = choices.every((it) => it.by === "name") ? choices.map((it) => it.name) : null;
    const wanted = owns.flatMap((own) =>
      own.body.secrets
        .filter((it) => only === null || only.includes(it.name))
        .map((secret) => ({ own, secret })),
    );
    const variables = assignVariables(
      wanted.map((it) => it.secret),
      named,
    );
    // Which use of each is known before the first is spent.
    const planned = wanted.map((it) => ({
      ...it,
      use: chooseUse(context, it.own, it.secret, null),
    }));
    const env = await openAll(context, session, planned, variables);
    const ended = runChild({
      file,
      argv: rest,
      values: env,
      onTerminal: context.world.stdin.isTTY === true,
    });
    // Only once the child's own handling stands: a signal in between must find one of the two.
    context.world.yieldInterrupt();
    return ended;
  },
});

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
/** Variables with which a value would change how programs are found and loaded, rather than what one is told. */
const DANGEROUS =
  /^(?:PATH|HOME|SHELL|IFS|ENV|BASH_ENV|NODE_OPTIONS|PYTHONPATH|PERL5LIB|RUBYOPT|LD_.*|DYLD_.*)$/;

type Named = { readonly variable: string; readonly name: string };

function bindingFrom(text: string): Named {
  const at = text.indexOf("=");
  const variable = text.slice(0, Math.max(at, 0));
  if (!VARIABLE.test(variable)) throw usage("--env: VAR=NAME, where VAR is letters, digits and _.");
  if (DANGEROUS.test(variable))
    throw usage(
      "--env: that variable decides how programs run; a secret's value does not belong there.",
    );
  return { variable, name: secretNameFrom(text.slice(at + 1)) };
}

/** `payments/prod/postgres/app-password` → `APP_PASSWORD`. */
export function variableFor(name: string): string {
  const last = (name.split("/").at(-1) ?? "").toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
  return /^\d/.test(last) ? `_${last}` : last;
}

/** @throws Stop `usage` where two secrets would share a variable, or --env names one that is not there. */
function assignVariables(
  secrets: readonly SecretRef[],
  named: readonly Named[],
): ReadonlyMap<string, string> {
  const stray = named.find((it) => !secrets.some((secret) => secret.name === it.name));
  if (stray !== undefined)
    throw usage(`--env ${stray.variable}: that secret is not in what you run it with.`);
  const variables = new Map(
    secrets.map((secret) => [
      secret.name as string,
      named.find((it) => it.name === secret.name)?.variable ?? variableFor(secret.name),
    ]),
  );
  const all = [...variables.values()];
  const twice = all.find((it, at) => all.indexOf(it) !== at);
  if (twice !== undefined)
    throw usage(`Two secrets would both be ${twice}.`, "Name them apart: --env VAR=NAME");
  const dangerous = all.find((it) => DANGEROUS.test(it));
  if (dangerous !== undefined)
    throw usage(`${dangerous} decides how programs run.`, "Name it otherwise: --env VAR=NAME");
  return variables;
}

async function openAll(
  context: Context,
  session: Session,
  planned: readonly { own: OwnRequest; secret: SecretRef; use: number }[],
  variables: ReadonlyMap<string, string>,
): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const plan of planned) {
    const opened = await openUse(context, session, plan);
    try {
      env[variables.get(opened.name) ?? variableFor(opened.name)] = textOf(
        opened.value,
        plan.own.request,
        opened.use,
      );
    } finally {
      opened.value.fill(0);
    }
    markDelivered(context, plan.own, opened);
    context.say.line({
      text: openingLine(opened),
      style: "quiet",
    });
  }
  return env;
}

/** A variable holds text without NUL; anything else would arrive changed. */
function textOf(value: Buffer, request: string, use: number): string {
  const text = value.toString("utf8");
  if (!value.includes(0) && Buffer.from(text).equals(value)) return text;
  throw new Stop(
    "usage",
    "That value is not text, so it cannot stand in an environment variable. Its use is spent, but the same one can be opened again.",
    `secrets get ${request} --use ${use} --out FILE`,
  );
}
