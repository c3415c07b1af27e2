import { defineCommand } from "../command.ts";
import { type Context, openSession } from "../context.ts";
import { requestChoiceFrom, requireThisDevice } from "../grants/find-request.ts";
import {
  chooseSecret,
  chooseUse,
  markDelivered,
  type OpenedUse,
  openingLine,
  openUse,
  requireActive,
} from "../grants/open-use.ts";
import { resumeRequest } from "../grants/resume-request.ts";
import { Stop, usage } from "../stop.ts";
import { askYes } from "../terminal/ask.ts";
import { createOutFile, type OutFile } from "../values/out-file.ts";
import { requireMemoryPlace } from "../values/tmpfs.ts";
import { secretNameFrom, wholeNumberFrom } from "./secret-name.ts";

export const getCommand = defineCommand({
  name: "get",
  summary: "Open an approved value on this device; waits while people sign",
  usage: ["ID|NAME [NAME] [--out FILE | --show] [--use N]"],
  about: [
    "ID is a request's; NAME finds your approved request for that secret. The value goes to standard output byte for byte, so pipe it to where it belongs. Onto a terminal it goes only after a question, or with --show. With --json it is in the member `value`, base64.",
    "--out writes a 0600 file that lives in memory (tmpfs), with FILE.expires beside it; `secrets tidy` removes it when the grant ends. A disk is refused unless --allow-disk.",
    "Before the value is opened, this machine proves that the ledger records this very opening: in a checkpoint that enough of the pinned witnesses have cosigned, and that continues what this machine saw before. Where that cannot be proven, nothing is handed over: exit code 7 where the witnesses are behind (run it again), 8 where the ledger says something else (stop, and tell a security admin).",
    "A use that was begun and did not arrive is opened again, and so is --use N: neither spends another one.",
  ],
  examples: [
    "secrets get r-… | psql-login",
    "secrets get payments/prod/tls/key --out /dev/shm/tls.key",
  ],
  options: {
    out: { type: "string", value: "FILE", help: "Write it to this new file instead" },
    "allow-disk": { type: "boolean", help: "Let --out write to a disk" },
    show: { type: "boolean", help: "Show it on this terminal without asking" },
    use: { type: "string", value: "N", help: "Open this use (again)" },
    "no-wait": { type: "boolean", help: "Where it still waits for people, end with exit code 4" },
  },
  positionals: { min: 1, max: 2 },
  nextSteps: { "not-found": "secrets requests shows the ids" },
  run: async (context, { values, positionals }) => {
    const choice = requestChoiceFrom(positionals[0]);
    const name =
      positionals[1] === undefined
        ? choice.by === "name"
          ? choice.name
          : null
        : secretNameFrom(positionals[1]);
    const asked = wholeNumberFrom(values.use, "--use", { min: 1, max: 100 });
    if (values.out !== undefined && values.show === true) throw usage("Either --out or --show.");
    // Places and consent first: nothing that can fail for want of them may spend a use.
    const place =
      values.out === undefined
        ? null
        : requireMemoryPlace(values.out, values["allow-disk"] === true, context.environment);

    const session = await openSession(context);
    const own = await resumeRequest(context, session, { choice, wait: values["no-wait"] !== true });
    requireThisDevice(session, own);
    requireActive(context, own);
    const secret = chooseSecret(own, name);
    const use = chooseUse(context, own, secret, asked);
    if (place === null) await requireConsent(context, values.show === true);
    const file = place === null ? null : createOutFile(context.state, place);
    const opened = await openUse(context, session, { own, secret, use }).catch((error: unknown) => {
      file?.abandon();
      throw error;
    });
    try {
      deliver(context, { opened, file, request: own.request, expiresAt: own.body.expiresAt });
    } finally {
      opened.value.fill(0);
    }
    markDelivered(context, own, opened);
    return 0;
  },
});

async function requireConsent(context: Context, show: boolean): Promise<void> {
  if (context.world.stdout.isTTY !== true || show) return;
  context.say.prose(
    "Standard output is a terminal: the value would stand on the screen and in its scroll-back. Piping it on, or --out, leaves it in neither.",
  );
  if (await askYes(context, "Show it here? [y/N] ")) return;
  throw new Stop(
    "needs-terminal-consent",
    "Nothing was opened.",
    "secrets get … --out FILE, --show, or pipe it to where it belongs",
  );
}

type Delivery = {
  opened: OpenedUse;
  file: OutFile | null;
  request: string;
  expiresAt: Parameters<OutFile["fill"]>[1];
};

function deliver(context: Context, { opened, file, request, expiresAt }: Delivery): void {
  const { name, version, use, intent, proven } = opened;
  const facts = { request, name, version, use, intent, proven, expiresAt };
  if (file !== null) {
    file.fill(opened.value, expiresAt);
    context.json({ ...facts, out: file.path });
    context.out.line(`${name} is in ${file.path}, until ${expiresAt}.`);
  } else if (context.isJson) {
    // The one document that holds a value: it was asked for here, in this form.
    context.json({ ...facts, value: opened.value.toString("base64") });
  } else {
    context.world.stdout.write(Uint8Array.from(opened.value));
    if (context.world.stdout.isTTY === true && opened.value.at(-1) !== 0x0a)
      context.world.stdout.write("\n");
  }
  context.say.line({
    text: openingLine(opened),
    style: "quiet",
  });
}
