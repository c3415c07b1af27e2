import { fromBase64url } from "@countersign/protocol/bytes";
import { digest, requestId } from "@countersign/protocol/ids";
import { openStatement } from "@countersign/protocol/openings";
import { type Command, defineCommand } from "../command.ts";
import { openSession, type Session } from "../context.ts";
import { actFrom } from "../drafts/draft-act.ts";
import { DESK_OPTIONS, signAndWait } from "../drafts/sign-and-wait.ts";
import { Stop, usage } from "../stop.ts";
import { required } from "./secret-name.ts";

const WORDS = {
  approve: {
    summary: "Sign somebody's request, at the desk",
    about:
      "Shows the request in full and leads to the desk, where your hardware key signs. Approving gives you no sight of the value.",
    done: "You approved it.",
    why: "A reason that the record keeps",
  },
  deny: {
    summary: "Refuse somebody's request, at the desk",
    about:
      "Shows the request in full and leads to the desk. The person who asked reads your reason.",
    done: "You denied it.",
    why: "The reason; the person who asked reads it",
  },
  withdraw: {
    summary: "Take back a request of your own, at the desk",
    about: "Ends a request that nobody has decided yet.",
    done: "It is withdrawn.",
    why: "A reason that the record keeps",
  },
} as const;

function decisionCommand(decision: keyof typeof WORDS): Command {
  const words = WORDS[decision];
  return defineCommand({
    name: decision,
    summary: words.summary,
    usage: [decision === "deny" ? "ID --why TEXT" : "ID [--why TEXT]"],
    about: [words.about],
    examples: [`secrets ${decision} r-…${decision === "deny" ? " --why 'wrong environment'" : ""}`],
    options: { why: { type: "string", value: "TEXT", help: words.why }, ...DESK_OPTIONS },
    positionals: { min: 1, max: 1 },
    nextSteps: {
      "not-found": `secrets requests${decision === "withdraw" ? "" : " --waiting"} shows the ids`,
    },
    run: async (context, { values, positionals }) => {
      const reason = decision === "deny" ? required(values.why, "--why") : (values.why ?? null);
      const id = requestId.or(digest).safeParse(positionals[0]);
      if (!id.success)
        throw usage("That is not the id of a request.", "secrets requests --waiting shows the ids");
      const session = await openSession(context);
      const proposal = await findProposal(session, id.data);
      return signAndWait(context, session, {
        act: actFrom({ act: decision, proposal, reason }),
        choices: values,
        again: `secrets ${decision} ${id.data}`,
        done: words.done,
      });
    },
  });
}

/** The digest that an id stands for, taken from the statement and not from the service's word. */
async function findProposal(
  session: Session,
  id: ReturnType<typeof digest.parse> | ReturnType<typeof requestId.parse>,
) {
  const view = await session.client.call("/people/v1/proposals/show", { proposal: id });
  const bytes = fromBase64url(view.statement);
  const opened = bytes === null ? null : await openStatement(bytes, view.openings);
  const isAsked =
    opened?.ok === true &&
    opened.value.digest === view.proposal &&
    (id === view.proposal ||
      (opened.value.statement.kind === "request" && opened.value.statement.body.request === id));
  if (!isAsked)
    throw new Stop(
      "draft-differs",
      "The service shows another proposal than the one you named.",
      "Stop, and tell a security admin now.",
    );
  return view.proposal;
}

export const approveCommand = decisionCommand("approve");
export const denyCommand = decisionCommand("deny");
export const withdrawCommand = decisionCommand("withdraw");
