import type { DeviceId, Digest, PersonId, RequestId } from "@countersign/protocol/ids";
import type { StatementOf } from "@countersign/protocol/statement";
import type { ProposalView } from "@countersign/protocol/views";
import type { Recorded } from "../state/recorded-acts.ts";
import { entryDiffers, proveEntry } from "./prove-entry.ts";
import { isRecordOf } from "./prove-release.ts";
import { hasEvent, proveSignature, type SignatureJudge } from "./verify-signature.ts";

/** One entry that was proven, and what of the caller's it records. */
export type ProvenEntry = {
  readonly index: number;
  /** `act`: something else that the caller signed and waited for here, a decision for example. */
  readonly kind: "proposal" | "approval" | "opening" | "act";
  readonly proposal: Digest | null;
  readonly request: RequestId | null;
  /** Who signed, or opened. */
  readonly person: PersonId;
  /** Of an opening on the caller's device: whether this machine remembers it. Null where that is not the question. */
  readonly isRemembered: boolean | null;
};

export type Caller = { readonly person: PersonId; readonly device: DeviceId };

/**
 * Proves, in the tree with the judge's head, all that is the caller's: each of their proposals, each
 * signature under it, each opening that it led to, and whatever this machine remembers to be recorded.
 * Everything is compared with the statements themselves; what lies beyond the head the next run proves.
 * @throws Stop `log-differs`, naming the entry.
 */
export async function verifyOwnEntries(
  judge: SignatureJudge,
  caller: Caller,
  of: { readonly views: readonly ProposalView[]; readonly recorded: Recorded },
): Promise<ProvenEntry[]> {
  const { views, recorded } = of;
  const proven: ProvenEntry[] = [];
  for (const view of views) proven.push(...(await verifyProposal(judge, caller, view, recorded)));
  const add = (it: ProvenEntry) => {
    if (!proven.some(({ index }) => index === it.index)) proven.push(it);
  };
  for (const { digest, index } of recorded.acts) {
    if (index >= judge.head.size) continue;
    const signed = await proveSignature(judge, index);
    if (signed.digest !== digest)
      throw entryDiffers(index, "does not record the statement that was signed from this machine");
    add(entryOf("act", index, signed.statement.signer.person));
  }
  for (const { index, ...opening } of recorded.openings) {
    if (index >= judge.head.size) continue;
    const { events } = await proveEntry(judge.client, judge.head, index);
    if (!events.some((event) => isRecordOf(event, opening)))
      throw entryDiffers(index, "does not record the opening that this machine remembers");
    const { person, request } = opening;
    add({ ...entryOf("opening", index, person), request, isRemembered: true });
  }
  return proven.sort((a, b) => a.index - b.index);
}

async function verifyProposal(
  judge: SignatureJudge,
  caller: Caller,
  view: ProposalView,
  recorded: Recorded,
): Promise<ProvenEntry[]> {
  const { index, proposal, request } = view;
  if (index >= judge.head.size) return [];
  const made = await proveSignature(judge, index);
  const isMine =
    made.digest === proposal &&
    made.statement.signer.person === caller.person &&
    hasEvent(made.entry, "ProposalMade", { proposal, by: caller.person });
  if (!isMine)
    throw entryDiffers(
      index,
      `does not record the statement that it is said to record (${request ?? proposal})`,
    );
  const base = { proposal, request };
  const approvals = await verifyApprovals(judge, caller, view);
  const openings =
    made.statement.kind === "request"
      ? await verifyOpenings(judge, caller, { view, body: made.statement.body, recorded })
      : [];
  return [entryOf("proposal", index, caller.person), ...approvals, ...openings].map((it) => ({
    ...it,
    ...base,
  }));
}

/** Each signed line by its own entry; who is said to have signed, by who did. */
async function verifyApprovals(
  judge: SignatureJudge,
  caller: Caller,
  { index: own, proposal, request, status, lines }: ProposalView,
): Promise<ProvenEntry[]> {
  const signed = lines.flatMap((line) => (line.signed === null ? [] : [line.signed]));
  const people = new Set([caller.person, ...signed.map((it) => it.person)]);
  if (people.size !== signed.length + 1)
    throw entryDiffers(own, `counts one person's signature twice (${request ?? proposal})`);
  if (status === "approved" && signed.length !== lines.length)
    throw entryDiffers(own, `is shown as approved without its signatures (${request ?? proposal})`);
  const proven: ProvenEntry[] = [];
  for (const { index, person, role, credential } of signed) {
    if (index >= judge.head.size) continue;
    const { entry, statement, ...by } = await proveSignature(judge, index);
    const isApproval =
      statement.kind === "approve" &&
      statement.body.proposal === proposal &&
      statement.signer.person === person &&
      statement.signer.role === role &&
      by.credential === credential &&
      hasEvent(entry, "ProposalApproved", { proposal, person, role, credential });
    if (!isApproval)
      throw entryDiffers(index, `does not record the approval that it is said to record`);
    proven.push(entryOf("approval", index, person));
  }
  return proven;
}

async function verifyOpenings(
  judge: SignatureJudge,
  caller: Caller,
  of: {
    readonly view: ProposalView;
    readonly body: StatementOf<"request">["body"];
    readonly recorded: Recorded;
  },
): Promise<ProvenEntry[]> {
  const { body, recorded } = of;
  const { request } = body;
  const { person } = caller;
  const proven: ProvenEntry[] = [];
  for (const { secret, used, releases } of of.view.grant?.uses ?? []) {
    const ref = body.secrets.find((it) => it.secret === secret);
    if (ref === undefined || releases.length !== used || used > body.maxUses)
      throw entryDiffers(of.view.index, `has openings that it does not allow (${request})`);
    for (const { use, index } of releases) {
      if (index >= judge.head.size) continue;
      const { events } = await proveEntry(judge.client, judge.head, index);
      const { device } = body.recipient;
      const members = { request, secret, version: ref.version, use, person, device };
      const remembered = recorded.openings.find(
        (it) => it.request === request && it.secret === secret && it.use === use,
      );
      // The same opening can be sealed again, to the same key: then two entries record it.
      const isOpening = events.some(
        (event) =>
          typeof event.recipientKey === "string" &&
          isRecordOf(event, {
            ...members,
            recipientKey: remembered?.recipientKey ?? (event.recipientKey as Digest), // compared with itself where nothing is remembered
          }),
      );
      if (!isOpening)
        throw entryDiffers(index, "does not record the opening that it is said to record");
      proven.push({
        ...entryOf("opening", index, person),
        isRemembered: device === caller.device ? remembered !== undefined : null,
      });
    }
  }
  return proven;
}

function entryOf(kind: ProvenEntry["kind"], index: number, person: PersonId): ProvenEntry {
  return { index, kind, proposal: null, request: null, person, isRemembered: null };
}
