import type { Act } from "@countersign/protocol/acts";
import type { Digest } from "@countersign/protocol/ids";
import type { OptionSpecs } from "../command.ts";
import type { Context, Session } from "../context.ts";
import { exitCodeOf, Stop } from "../stop.ts";
import { draftAct, draftDocument, showDraft } from "./draft-act.ts";
import { stopUnlessDone, waitForPeople } from "./wait-for-people.ts";

/** Options of every command that ends at the desk. */
export const DESK_OPTIONS = {
  "no-wait": { type: "boolean", help: "Print the link and end with exit code 4" },
  open: { type: "boolean", help: "Open the desk in a browser on this machine" },
} as const satisfies OptionSpecs;

export type DeskChoices = {
  readonly "no-wait": boolean | undefined;
  readonly open: boolean | undefined;
};

const DECISIONS: readonly Act["act"][] = ["approve", "deny", "withdraw"];

/**
 * The way of every act but a request: draft, check, show, wait, say where the ledger has it.
 * @returns the exit code: 0 in force, 4 with `--no-wait`.
 */
export async function signAndWait(
  context: Context,
  session: Session,
  of: {
    readonly act: Act;
    readonly sealed?: Digest;
    readonly choices: DeskChoices;
    readonly again: string;
    readonly done: string;
  },
): Promise<number> {
  const drafted = await draftAct(context, session, of.act, of.sealed ?? null);
  context.json(draftDocument(drafted));
  showDraft(context, context.out, drafted);
  if (of.choices.open === true) openDesk(context, drafted.link);
  if (of.choices["no-wait"] === true) {
    context.out.line(
      `The draft can be signed until ${drafted.opened.statement.signBy}; nothing happens before.`,
    );
    return exitCodeOf("waits-for-people");
  }
  context.out.line();
  const outcome = await waitForPeople(context, session, {
    draft: drafted.draft,
    digest: drafted.opened.digest,
    lines: drafted.lines,
    candidates: drafted.candidates,
    channel: context.out,
    resume: "secrets requests shows how it stands",
    isProposal: !DECISIONS.includes(of.act.act),
  });
  stopUnlessDone(outcome, of.again);
  await session.ledger.advance();
  context.json({ event: "done", digest: drafted.opened.digest, index: outcome.index });
  context.out.line(
    { text: "● ", style: "good" },
    of.done,
    ...(outcome.index === null
      ? []
      : [{ text: `  entry ${outcome.index}`, style: "quiet" } as const]),
  );
  return 0;
}

/** Opens the browser at the desk, or says why none can be. */
export function openDesk(context: Context, link: string): void {
  const { browser } = context.environment;
  if (browser === null)
    throw new Stop(
      "usage",
      "No browser can be opened on this machine: there is no display.",
      "Open the link on another one; leave out --open.",
    );
  context.world.openLink(browser, link);
}
