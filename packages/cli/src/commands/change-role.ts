import { canonicalise } from "@countersign/protocol/canonical";
import { personId } from "@countersign/protocol/ids";
import {
  type Assignment,
  assignment,
  isPerService,
  ROLES,
  role,
} from "@countersign/protocol/roles";
import { defineCommand } from "../command.ts";
import { openSession } from "../context.ts";
import { actFrom } from "../drafts/draft-act.ts";
import { DESK_OPTIONS, signAndWait } from "../drafts/sign-and-wait.ts";
import { Stop, usage } from "../stop.ts";

export const changeRoleCommand = defineCommand({
  name: "change-role",
  summary: "Give somebody roles, or take them away",
  usage: ["PERSON [--give ROLE[:SERVICE]]… [--take ROLE[:SERVICE]]…"],
  about: [
    "For officers: proposes the roles that a person holds from then on. Other officers must sign; nobody changes their own roles. What is not named stays. PERSON is an id; `secrets people` lists them.",
    `Roles: ${ROLES.map((it) => (isPerService(it) ? `${it}:SERVICE` : it)).join(", ")}.`,
  ],
  examples: [
    "secrets change-role p-… --give service-owner:payments",
    "secrets change-role p-… --take security-admin --give auditor",
  ],
  options: {
    give: {
      type: "string",
      multiple: true,
      value: "ROLE",
      help: "A role to hold; can be repeated",
    },
    take: {
      type: "string",
      multiple: true,
      value: "ROLE",
      help: "A role to lose; can be repeated",
    },
    ...DESK_OPTIONS,
  },
  positionals: { min: 1, max: 1 },
  run: async (context, { values, positionals }) => {
    const person = personId.safeParse(positionals[0]);
    if (!person.success)
      throw usage("That is not a person's id (p-…).", "secrets people shows the ids");
    const give = (values.give ?? []).map((it) => assignmentFrom(it, "--give"));
    const take = (values.take ?? []).map((it) => assignmentFrom(it, "--take"));
    if (give.length + take.length === 0)
      throw usage("Say which role to --give or to --take.", "secrets change-role --help");
    const session = await openSession(context);
    const { people } = await session.client.call("/people/v1/people/list", {});
    const target = people.find((it) => it.person === person.data);
    if (target === undefined) {
      throw new Stop(
        "not-found",
        "There is no such person, or they are not for you to see.",
        "secrets people shows whom you see",
      );
    }
    const after = rolesAfter(target.roles, { give, take });
    return signAndWait(context, session, {
      act: actFrom({ act: "change-role", person: target.person, after }),
      choices: values,
      again: `secrets change-role ${target.person} …`,
      done: `The roles of ${target.name} are changed.`,
    });
  },
});

/** `security-admin`, or `service-owner:payments`. */
function assignmentFrom(text: string, option: string): Assignment {
  const [name, service, ...more] = text.split(":");
  const known = role.safeParse(name);
  const parsed = assignment.safeParse({ role: name, service: service ?? null });
  if (parsed.success && more.length === 0) return parsed.data;
  if (known.success) {
    throw usage(
      isPerService(known.data)
        ? `${option}: that role is held for one service: ${known.data}:SERVICE.`
        : `${option}: that role is held for no service in particular: ${known.data}.`,
    );
  }
  throw usage(`${option}: one of ${ROLES.join(", ")}.`);
}

/** @throws Stop `usage` where nothing would change, or a role is taken that is not held. */
function rolesAfter(
  before: readonly Assignment[],
  { give, take }: { give: readonly Assignment[]; take: readonly Assignment[] },
): Assignment[] {
  const held = new Map(before.map((it) => [canonicalise(it), it]));
  for (const it of take)
    if (!held.delete(canonicalise(it)))
      throw usage("--take: they do not hold that role.", "secrets people shows who holds what");
  for (const it of give) {
    if (held.has(canonicalise(it)))
      throw usage("--give: they hold that role already.", "secrets people shows who holds what");
    held.set(canonicalise(it), it);
  }
  return [...held.values()];
}
