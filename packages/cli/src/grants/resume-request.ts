import { digestWords } from "@countersign/protocol/words";
import type { Context, Session } from "../context.ts";
import { showLink } from "../drafts/draft-act.ts";
import { stopUnlessDone, waitForDecision, waitForPeople } from "../drafts/wait-for-people.ts";
import { type RequestFile, readRequest } from "../state/request-file.ts";
import { Stop } from "../stop.ts";
import {
  findRequest,
  type OwnRequest,
  ownRequest,
  type RequestChoice,
  requireThisDevice,
} from "./find-request.ts";

/**
 * Finds a request and, where it still waits for signatures, goes on waiting where an earlier command
 * stopped: for the caller's own signature at the desk first, if that is still missing.
 * @throws Stop `waits-for-people` instead of waiting.
 */
export async function resumeRequest(
  context: Context,
  session: Session,
  of: { readonly choice: RequestChoice; readonly wait: boolean },
): Promise<OwnRequest> {
  const { choice, wait } = of;
  const stored = choice.by === "id" ? readRequest(context.state, choice.request) : null;
  const unsigned = stored === null ? null : await stillUnsigned(session, stored);
  if (unsigned !== null) {
    showLink(context.say, unsigned.link, digestWords(unsigned.proposal));
    context.json({
      event: "unsigned",
      request: unsigned.request,
      link: unsigned.link,
      words: digestWords(unsigned.proposal),
    });
    if (!wait)
      throw new Stop(
        "waits-for-people",
        "That request waits for your own signature.",
        unsigned.link,
      );
    const outcome = await waitForPeople(context, session, {
      ...waitingFor(context, unsigned),
      draft: unsigned.draft,
    });
    stopUnlessDone(outcome, "secrets request asks again");
  }
  const own = await findRequest(context, session, choice);
  if (own.view.status !== "pending") return own;
  requireThisDevice(session, own);
  if (!wait)
    throw new Stop(
      "waits-for-people",
      "That request still waits for signatures.",
      `secrets get ${own.request}`,
    );
  const outcome = await waitForDecision(
    context,
    session,
    waitingFor(context, { proposal: own.proposal, request: own.request }),
  );
  stopUnlessDone(outcome, "secrets request asks again");
  return ownRequest(context, session, outcome.view ?? own.view);
}

/** Null once the person has signed, and where this machine did not draft it. */
async function stillUnsigned(session: Session, stored: RequestFile) {
  const { draft } = stored;
  if (draft === null) return null;
  const { status } = await session.client.call("/people/v1/drafts/status", { draft: draft.id });
  return status === "waiting" ? { ...stored, draft: draft.id, link: draft.link } : null;
}

function waitingFor(context: Context, of: Pick<RequestFile, "proposal" | "request">) {
  return {
    digest: of.proposal,
    lines: [],
    candidates: [],
    // Standard output is for the value alone.
    channel: context.say,
    resume: `secrets get ${of.request}`,
    isProposal: true,
  };
}
