import { bindingId, credentialId, deviceId, personId, requestId } from "@countersign/protocol/ids";
import type { z } from "zod";
import { defineCommand } from "../command.ts";
import { openSession, requireLogin } from "../context.ts";
import { actFrom } from "../drafts/draft-act.ts";
import { DESK_OPTIONS, signAndWait } from "../drafts/sign-and-wait.ts";
import { usage } from "../stop.ts";
import { required, secretNameFrom } from "./secret-name.ts";

/** What each kind of subject is named by, and where its id is shown. */
const SUBJECTS = {
  grant: (text: string) => ({
    type: "grant",
    request: idFrom(requestId, text, "a grant's id, that of its request: r-…; secrets requests"),
  }),
  device: (text: string) => ({
    type: "device",
    device: idFrom(deviceId, text, "a device's id: d-…; secrets people PERSON"),
  }),
  key: (text: string) => ({
    type: "key",
    credential: idFrom(credentialId, text, "a hardware key's id; secrets people PERSON"),
  }),
  binding: (text: string) => ({
    type: "binding",
    binding: idFrom(bindingId, text, "a binding's id: b-…; secrets show NAME"),
  }),
  secret: (text: string) => ({ type: "secret", name: secretNameFrom(text) }),
  person: (text: string) => ({
    type: "person",
    person: idFrom(personId, text, "a person's id: p-…; secrets people"),
  }),
} as const;

function idFrom<T>(schema: z.ZodType<T>, text: string, what: string): T {
  const parsed = schema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw usage(`That is not ${what} shows it.`);
}

export const revokeCommand = defineCommand({
  name: "revoke",
  summary: "End a grant, device, key, binding, secret or person's access",
  usage: ["grant|device|key|binding|person ID --why TEXT", "secret NAME --why TEXT"],
  about: [
    "Takes effect when everybody who must has signed, and cannot be undone. What is yours takes your own signature only; `device` without an ID is this one.",
    "`secrets people` shows the ids of people, keys and devices, `secrets show NAME` those of bindings, `secrets requests` those of grants (a grant has the id of its request).",
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
  nextSteps: { "not-found": "secrets people, secrets show NAME and secrets requests show the ids" },
  run: async (context, { values, positionals }) => {
    const [type = "", typed] = positionals;
    if (!isSubject(type))
      throw usage(`What to revoke is one of: ${Object.keys(SUBJECTS).join(", ")}.`);
    const reason = required(values.why, "--why");
    const id = typed ?? (type === "device" ? requireLogin(context).login.device.device : null);
    if (id === null) throw usage(`Say which ${type} to revoke.`);
    const subject = SUBJECTS[type](id);
    const session = await openSession(context);
    return signAndWait(context, session, {
      act: actFrom({ act: "revoke", subject, reason }),
      choices: values,
      again: `secrets revoke ${type} …`,
      done: "It is revoked.",
    });
  },
});

function isSubject(text: string): text is keyof typeof SUBJECTS {
  return Object.hasOwn(SUBJECTS, text);
}
