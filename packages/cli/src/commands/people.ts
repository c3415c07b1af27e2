import { personId } from "@countersign/protocol/ids";
import { type Assignment, ROLE_NAMES } from "@countersign/protocol/roles";
import type { PersonView } from "@countersign/protocol/views";
import { defineCommand } from "../command.ts";
import { type Context, openSession } from "../context.ts";
import { Stop, usage } from "../stop.ts";
import { fieldLines } from "../terminal/channel.ts";
import { type Column, tableLines } from "../terminal/table.ts";
import { relativeTime } from "../terminal/times.ts";

export const peopleCommand = defineCommand({
  name: "people",
  summary: "Who there is: roles, keys, devices, and their ids",
  usage: ["[PERSON]"],
  about: [
    "Officers and security admins see everybody of their tenant, anybody else themselves. With the id of a PERSON, also their hardware keys and devices: what `secrets revoke` and `secrets change-role` want to be named.",
  ],
  examples: ["secrets people", "secrets people p-…"],
  options: {},
  positionals: { min: 0, max: 1 },
  run: async (context, { positionals }) => {
    const [typed] = positionals;
    const wanted = typed === undefined ? null : personId.safeParse(typed);
    if (wanted?.success === false)
      throw usage("That is not a person's id (p-…).", "secrets people shows the ids");
    const { client } = await openSession(context);
    const { people } = await client.call("/people/v1/people/list", {});
    const shown = wanted === null ? people : people.filter((it) => it.person === wanted.data);
    const [only] = shown;
    if (only === undefined) {
      throw new Stop(
        "not-found",
        "There is no such person, or they are not for you to see.",
        "secrets people shows whom you see",
      );
    }
    context.json({ people: shown });
    if (wanted !== null) showPerson(context, only);
    else
      for (const line of tableLines(shown, COLUMNS, context.out.width, 20))
        context.out.line(...line);
    return 0;
  },
});

/** Roles as people say them. */
export function rolesOf(roles: readonly Assignment[]): string {
  const words = roles.map((it) =>
    it.service === null ? ROLE_NAMES[it.role] : `${ROLE_NAMES[it.role]} of ${it.service}`,
  );
  return words.join(", ") || "none";
}

const COLUMNS: Column<PersonView>[] = [
  { title: "WHO", priority: 0, cell: (it) => ({ text: it.name }) },
  { title: "ROLES", priority: 1, cell: (it) => ({ text: rolesOf(it.roles) }) },
  {
    title: "STATE",
    priority: 2,
    cell: (it) =>
      it.status === "revoked"
        ? { text: "revoked", style: "bad" }
        : it.keys.some((key) => key.status === "active")
          ? { text: "active", style: "good" }
          : { text: "no key yet", style: "due" },
  },
  { title: "ID", priority: 0, cell: (it) => ({ text: it.person, style: "quiet" }) },
];

function showPerson(context: Context, it: PersonView): void {
  const { out } = context;
  const ago = (at: PersonView["keys"][number]["enrolledAt"]) => relativeTime(at, context.now());
  const fields: [string, string][] = [
    ["Person", it.person],
    ["State", it.status],
    ["Roles", rolesOf(it.roles)],
    ...it.keys.map((key): [string, string] => [
      "Key",
      `${key.credential}  ${key.status}, enrolled ${ago(key.enrolledAt)}`,
    ]),
    ...it.devices.map((device): [string, string] => [
      "Device",
      `${device.device}  ${device.label}, ${device.status}, enrolled ${ago(device.enrolledAt)}`,
    ]),
  ];
  out.line({ text: it.name, style: "strong" });
  for (const [label, value] of fields)
    for (const line of fieldLines(label, value, 8, out.width)) out.line(...line);
}
