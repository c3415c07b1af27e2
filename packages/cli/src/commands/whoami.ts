import { defineCommand } from "../command.ts";
import { openSession } from "../context.ts";
import { pinWords } from "../state/pinned-service.ts";
import { fieldLines } from "../terminal/channel.ts";
import { relativeTime } from "../terminal/times.ts";
import { rolesOf } from "./people.ts";

export const whoamiCommand = defineCommand({
  name: "whoami",
  summary: "Who you are here: roles, device, keys, key service",
  usage: [""],
  about: [
    "Shows the person and device that the key service knows this machine as, and the words of the service's pinned keys.",
  ],
  examples: ["secrets whoami", "secrets whoami --json"],
  options: {},
  positionals: { min: 0, max: 0 },
  run: async (context) => {
    const { client, login, pin } = await openSession(context);
    const me = await client.call("/people/v1/whoami", {});
    context.json({
      ...me,
      service: {
        origin: login.origin,
        mode: pin.mode,
        ledgerOrigin: pin.ledgerOrigin,
        words: pinWords(pin),
      },
    });
    const fields: [string, string][] = [
      ["Person", `${me.name}  ${me.person}`],
      ["Tenant", me.tenant],
      ["Roles", rolesOf(me.roles)],
      ["Device", `${me.device.label}  ${me.device.device}`],
      [
        "Enrolled",
        `${relativeTime(me.device.enrolledAt, context.now())}, until ${me.device.expiresAt}`,
      ],
      ...me.keys.map((key): [string, string] => [
        "Key",
        `${key.credential}  enrolled ${relativeTime(key.enrolledAt, context.now())}`,
      ]),
      ["Service", `${login.origin} (${pin.mode})`],
      ["Its words", pinWords(pin).join(" ")],
      ["Ledger", pin.ledgerOrigin],
    ];
    for (const [label, value] of fields) {
      for (const line of fieldLines(label, value, 11, context.out.width)) context.out.line(...line);
    }
    return 0;
  },
});
