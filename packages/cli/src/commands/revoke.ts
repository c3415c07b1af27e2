import { defineCommand } from "../command.ts";
import { openSession } from "../context.ts";
import { actFrom } from "../drafts/draft-act.ts";
import { DESK_OPTIONS, signAndWait } from "../drafts/sign-and-wait.ts";
import { usage } from "../stop.ts";
import { required, secretNameFrom } from "./secret-name.ts";

const SUBJECTS = {
  grant: (id: string) => ({ type: "grant", request: id }),
  device: (id: string) => ({ type: "device", device: id }),
  key: (id: string) => ({ type: "key", credential: id }),
  binding: (id: string) => ({ type: "binding", binding: id }),
  secret: (id: string) => ({ type: "secret", name: secretNameFrom(id) }),
  person: (id: string) => ({ type: "person", person: id }),
} as const;

export const revokeCommand = defineCommand({
  name: "revoke",
  summary: "End a grant, device, key, binding, secret or person's access",
  usage: ["grant|device|key|binding|person ID --why TEXT", "secret NAME --why TEXT"],
  about: [
    "Takes effect when it is signed, and cannot be undone. `device` without an ID is this one.",
  ],
  examples: [
    "secrets revoke grant r-… --why 'done early'",
    "secrets revoke device --why 'laptop sold'",
  ],
  options: {
    why: { type: "string", value: "TEXT", help: "The reason; people will read it" },
    ...DESK_OPTIONS,
  },
  positionals: { min: 1, max: 2 },
  run: async (context, { values, positionals }) => {
    const [type = "", typed] = positionals;
    if (!isSubject(type))
      throw usage(
        `What to revoke is one of: ${Object.keys(SUBJECTS).join(", ")}.`,
        "secrets revoke --help",
      );
    const reason = required(values.why, "--why");
    const session = await openSession(context);
    const id = typed ?? (type === "device" ? session.login.device.device : null);
    if (id === null) throw usage(`Say which ${type} to revoke.`, "secrets revoke --help");
    return signAndWait(context, session, {
      act: actFrom({ act: "revoke", subject: SUBJECTS[type](id), reason }),
      choices: values,
      again: `secrets revoke ${type} …`,
      done: "It is revoked.",
    });
  },
});

function isSubject(text: string): text is keyof typeof SUBJECTS {
  return Object.hasOwn(SUBJECTS, text);
}
