import type { Digest, DraftId } from "@countersign/protocol/ids";
import type { Candidate, ProposalView, SignatureLine } from "@countersign/protocol/views";
import type { Context, Session } from "../context.ts";
import { keepAct } from "../state/recorded-acts.ts";
import { Stop } from "../stop.ts";
import { type Channel, type Line, styled } from "../terminal/channel.ts";
import { signatureLines } from "../terminal/signature-lines.ts";

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 3000;

export type Waiting = {
  readonly draft: DraftId;
  /** Digest of the statement that was checked here. */
  readonly digest: Digest;
  /** Who must sign besides the caller; empty where the caller's own signature is enough. */
  readonly lines: readonly SignatureLine[];
  readonly candidates: readonly Candidate[];
  readonly channel: Channel;
  /** How to go on after Ctrl-C. */
  readonly resume: string;
  /** Whether the statement is a proposal that others decide, and not itself a decision. */
  readonly isProposal: boolean;
};

export type Outcome =
  /** Signed, and in force: nobody else had to sign, or everybody has. */
  | { readonly status: "done"; readonly index: number | null; readonly view: ProposalView | null }
  | { readonly status: "declined" | "expired" }
  | { readonly status: "denied" | "withdrawn" | "lapsed"; readonly view: ProposalView };

/**
 * Waits for the caller's signature at the desk, then for everybody else's, with the lines filling in.
 * Only looks: Ctrl-C, a lost connection or a closed laptop changes nothing.
 * @throws Stop `interrupted` with the command that goes on waiting; `draft-differs` where the service
 * reports another statement than the one that was checked.
 */
export async function waitForPeople(
  context: Context,
  session: Session,
  waiting: Waiting,
): Promise<Outcome> {
  const { channel } = waiting;
  context.live.active = true;
  try {
    const own = await poll(context, waiting, async () => {
      const status = await session.client.call("/people/v1/drafts/status", {
        draft: waiting.draft,
      });
      if (status.status !== "waiting") return status;
      channel.redraw([
        [styled("due", "· "), "your signature at the desk"],
        ...openLines(context, waiting),
      ]);
      return null;
    });
    if (own.status === "declined" || own.status === "expired") return { status: own.status };
    if (own.index !== null)
      keepAct(context.state, session.pin.ledgerOrigin, {
        digest: waiting.digest,
        index: own.index,
      });
    if (!waiting.isProposal || own.proposal === null)
      return { status: "done", index: own.index, view: null };
    if (own.proposal !== waiting.digest) throw otherStatement();
    context.json({ event: "signed", digest: waiting.digest, index: own.index });
    return await waitForDecision(context, session, waiting);
  } finally {
    channel.settle();
    context.live.active = false;
  }
}

/** The second half: the caller has signed, others decide. */
export async function waitForDecision(
  context: Context,
  session: Session,
  waiting: Omit<Waiting, "draft">,
): Promise<Outcome> {
  const { channel } = waiting;
  let told = 0;
  const view = await poll(context, waiting, async () => {
    const now = await session.client.call("/people/v1/proposals/show", {
      proposal: waiting.digest,
    });
    if (now.proposal !== waiting.digest) throw otherStatement();
    channel.redraw([
      [styled("good", "● "), "your signature", styled("quiet", `  entry ${now.index}`)],
      ...signatureLines(now.lines, now.candidates, channel.width, context.now()),
    ]);
    const signed = now.lines.flatMap((line) => (line.signed === null ? [] : [line.signed]));
    for (const line of signed.slice(told)) context.json({ event: "line-signed", ...line });
    told = signed.length;
    return now.status === "pending" ? null : now;
  });
  channel.settle();
  switch (view.status) {
    case "approved":
      return { status: "done", index: view.index, view };
    case "denied":
    case "withdrawn":
      return { status: view.status, view };
    default:
      return { status: "lapsed", view };
  }
}

async function poll<T>(
  context: Context,
  waiting: Pick<Waiting, "channel" | "resume">,
  look: () => Promise<T | null>,
): Promise<T> {
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    const seen = await lookOrStop(waiting, look);
    if (seen !== null) return seen;
    await context.world.pause(pauseMs, context.world.interrupt);
    if (context.world.interrupt.aborted) throw stopped(waiting);
    pauseMs = Math.min(LONGEST_PAUSE_MS, Math.round(pauseMs * 1.25));
  }
}

/** While it only waits, an outage says how to go on, not merely that it happened. */
async function lookOrStop<T>(
  waiting: Pick<Waiting, "resume">,
  look: () => Promise<T | null>,
): Promise<T | null> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Stop && error.code === "interrupted") throw stopped(waiting);
    if (error instanceof Stop && error.code === "unreachable") {
      throw new Stop("unreachable", `${error.message} What was signed stands.`, waiting.resume);
    }
    throw error;
  }
}

function stopped(waiting: Pick<Waiting, "resume">): Stop {
  return new Stop("interrupted", "Stopped waiting; nothing was withdrawn.", waiting.resume);
}

function otherStatement(): Stop {
  return new Stop(
    "draft-differs",
    "The service reports another statement as signed than the one that was checked here.",
    "Stop, and tell a security admin now.",
  );
}

function openLines(context: Context, waiting: Waiting): Line[] {
  return signatureLines(waiting.lines, waiting.candidates, waiting.channel.width, context.now());
}

/** Ends a command whose proposal did not come into force. */
export function stopUnlessDone(
  outcome: Outcome,
  again: string,
): asserts outcome is Extract<Outcome, { status: "done" }> {
  switch (outcome.status) {
    case "done":
      return;
    case "declined":
      throw new Stop("ended", "You chose not to sign at the desk; nothing happened.", again);
    case "expired":
      throw new Stop("ended", "The draft was not signed in time; nothing happened.", again);
    case "denied":
      throw new Stop("ended", outcome.view.outcome ?? "It was denied.", again);
    case "withdrawn":
      throw new Stop("ended", outcome.view.outcome ?? "It was withdrawn.", again);
    case "lapsed":
      throw new Stop("ended", outcome.view.outcome ?? "Nobody decided in time.", again);
  }
}
