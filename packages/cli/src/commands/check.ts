import { defineCommand } from "../command.ts";
import { openSession, requireLogin } from "../context.ts";
import { exitCodeOf } from "../stop.ts";
import { readValue, VALUE_OPTIONS } from "../values/read-value.ts";
import { sealForIntake } from "../values/seal-for-intake.ts";
import { secretNameFrom } from "./secret-name.ts";

export const checkCommand = defineCommand({
  name: "check",
  summary: "Is this candidate the stored value? Opens nothing",
  usage: ["NAME --stdin", "NAME --file FILE"],
  about: [
    "Seals the candidate to the key service, which answers only whether it is the stored value. Each check is recorded, and there are few of them in an hour. Exit code 0: it is; 1: it is not.",
  ],
  examples: ["pass show db | secrets check payments/prod/postgres/app-password --stdin"],
  options: VALUE_OPTIONS,
  positionals: { min: 1, max: 1 },
  valueMayBeMistyped: true,
  run: async (context, { values, positionals }) => {
    const name = secretNameFrom(positionals[0]);
    requireLogin(context);
    const plain = await readValue(context, values);
    const session = await openSession(context);
    const { sealed: candidate } = await sealForIntake(session, plain);
    const { equal, version } = await session.client.call("/people/v1/values/check", {
      name,
      candidate,
    });
    context.json({ name, equal, version });
    context.out.line(
      equal
        ? `It is the stored value (version ${version}).`
        : `It is not the stored value (version ${version}).`,
    );
    return equal ? 0 : exitCodeOf("value-differs");
  },
});
