import { fromBase64url } from "@countersign/protocol/bytes";
import { type Digest, type RequestId, requestId } from "@countersign/protocol/ids";
import { parseSecretReference, type SecretName } from "@countersign/protocol/names";
import { openStatement } from "@countersign/protocol/openings";
import type { StatementOf } from "@countersign/protocol/statement";
import type { ProposalView } from "@countersign/protocol/views";
import type { Context, Session } from "../context.ts";
import { readRequest } from "../state/request-file.ts";
import { Stop, usage } from "../stop.ts";

/** A request of the caller's, for this device, as its signed statement says it; the view is the service's word. */
export type OwnRequest = {
  readonly request: RequestId;
  readonly proposal: Digest;
  readonly body: StatementOf<"request">["body"];
  readonly view: ProposalView;
};

/** What somebody typed for a request: its id, or a secret's name. */
export type RequestChoice =
  | { readonly by: "id"; readonly request: RequestId }
  | { readonly by: "name"; readonly name: SecretName };

export function requestChoiceFrom(text: string | undefined): RequestChoice {
  const id = requestId.safeParse(text);
  if (id.success) return { by: "id", request: id.data };
  const name = parseSecretReference(text ?? "");
  if (name !== null) return { by: "name", name };
  throw usage(
    "That is neither a request's id (r-…) nor a secret's name.",
    "secrets requests shows the ids",
  );
}

/** @throws Stop `not-found`, `other-device`, `draft-differs`. */
export async function findRequest(
  context: Context,
  session: Session,
  choice: RequestChoice,
): Promise<OwnRequest> {
  if (choice.by === "id") {
    return ownRequest(
      context,
      session,
      await session.client.call("/people/v1/proposals/show", { proposal: choice.request }),
    );
  }
  const { proposals } = await session.client.call("/people/v1/proposals/list", { which: "mine" });
  const usable = proposals.filter((it) => isUsable(context, it, choice.name));
  // The one that lasts longest, where several would do.
  usable.sort((a, b) => ((a.grant?.expiresAt ?? "") < (b.grant?.expiresAt ?? "") ? 1 : -1));
  const [view] = usable;
  if (view === undefined) {
    throw new Stop(
      "not-found",
      `You have no approved request for ${choice.name} with an opening left.`,
      `secrets request ${choice.name} --why TEXT --ticket TEXT`,
    );
  }
  return ownRequest(context, session, view);
}

/** An opening is left, or one was begun here and never arrived. */
function isUsable(context: Context, { request, grant }: ProposalView, name: SecretName): boolean {
  const use = grant?.uses.find((it) => it.name === name);
  if (request === null || use === undefined || grant === null) return false;
  if (grant.status === "active" && use.left > 0) return true;
  const begun = readRequest(context.state, request)?.uses[use.secret];
  return (grant.status === "active" || grant.status === "spent") && begun?.delivered === false;
}

/**
 * Reads the request's own statement instead of believing the view: its digest must be the proposal's,
 * it must name this person and this device, and, where it was drafted here, be the very same one.
 */
export async function ownRequest(
  context: Context,
  session: Session,
  view: ProposalView,
): Promise<OwnRequest> {
  const bytes = fromBase64url(view.statement);
  const opened = bytes === null ? null : await openStatement(bytes, view.openings);
  if (opened === null || !opened.ok || opened.value.digest !== view.proposal) throw notTheSame();
  const { statement } = opened.value;
  if (
    statement.kind !== "request" ||
    view.request === null ||
    statement.body.request !== view.request
  ) {
    throw usage("That is not a request for a secret.", "secrets requests");
  }
  if (
    statement.signer.person !== session.login.person ||
    statement.tenant !== session.login.tenant
  ) {
    throw new Stop(
      "not-allowed",
      "That is somebody else's request.",
      "secrets requests shows your own",
    );
  }
  const stored = readRequest(context.state, view.request);
  if (stored !== null && stored.proposal !== view.proposal) throw notTheSame();
  return { request: view.request, proposal: view.proposal, body: statement.body, view };
}

export function requireThisDevice(session: Session, own: OwnRequest): void {
  if (own.body.recipient.device === session.login.device.device) return;
  throw new Stop(
    "other-device",
    "That request names another device of yours: its value opens there only.",
    "Run the same command on that device.",
  );
}

function notTheSame(): Stop {
  return new Stop(
    "draft-differs",
    "The service shows another statement than the one that was signed.",
    "Stop, and tell a security admin now.",
  );
}
