import { defineCommand } from "../command.ts";
import { openSession, requireLogin } from "../context.ts";
import { actFrom } from "../drafts/draft-act.ts";
import { DESK_OPTIONS, signAndWait } from "../drafts/sign-and-wait.ts";
import { readValue, VALUE_OPTIONS } from "../values/read-value.ts";
import { sealForIntake } from "../values/seal-for-intake.ts";
import { secretNameFrom } from "./secret-name.ts";

export const putCommand = defineCommand({
  name: "put",
  summary: "Give a secret a new value that you have",
  usage: ["NAME --stdin", "NAME --file FILE"],
  about: [
    "The value is sealed on this machine to the key service's hardware-backed intake key; what you sign names the digest of exactly that sealed value. It becomes the next version, and grants for the one before end.",
    "A value has 1 to 65,536 bytes. One newline at its end is removed, and said so; --raw keeps it. A value on the command line is refused: it would stand in the shell's history and in the process list.",
  ],
  examples: [
    "pass show db | secrets put payments/prod/postgres/app-password --stdin",
    "secrets put payments/prod/tls/key --file key.pem --raw",
  ],
  options: { ...VALUE_OPTIONS, ...DESK_OPTIONS },
  positionals: { min: 1, max: 1 },
  valueMayBeMistyped: true,
  run: async (context, { values, positionals }) => {
    const name = secretNameFrom(positionals[0]);
    requireLogin(context);
    const plain = await readValue(context, values);
    const session = await openSession(context);
    const { sealed, digest } = await sealForIntake(session, plain);
    return signAndWait(context, session, {
      act: actFrom({ act: "put-value", name, value: { source: "sealed", sealed } }),
      sealed: digest,
      choices: values,
      again: `secrets put ${name} …`,
      done: `${name} has a new value.`,
    });
  },
});
