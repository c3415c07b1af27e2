import { defineCommand } from "../command.ts";
import { openSession } from "../context.ts";
import { actFrom } from "../drafts/draft-act.ts";
import { DESK_OPTIONS, signAndWait } from "../drafts/sign-and-wait.ts";
import { secretNameFrom, wholeNumberFrom } from "./secret-name.ts";

export const generateCommand = defineCommand({
  name: "generate",
  summary: "Give a secret a new value that nobody has seen",
  usage: ["NAME [--length N]"],
  about: [
    "The key service generates the value by the secret's type, from its hardware's random source. It becomes the next version.",
  ],
  examples: ["secrets generate payments/prod/postgres/app-password --length 40"],
  options: {
    length: {
      type: "string",
      value: "N",
      help: "Characters, 1 to 512; otherwise what the type asks for",
    },
    ...DESK_OPTIONS,
  },
  positionals: { min: 1, max: 1 },
  run: async (context, { values, positionals }) => {
    const name = secretNameFrom(positionals[0]);
    const length = wholeNumberFrom(values.length, "--length", { min: 1, max: 512 });
    const act = actFrom({ act: "put-value", name, value: { source: "generated", length } });
    const session = await openSession(context);
    return signAndWait(context, session, {
      act,
      choices: values,
      again: `secrets generate ${name}`,
      done: `${name} has a new value.`,
    });
  },
});
