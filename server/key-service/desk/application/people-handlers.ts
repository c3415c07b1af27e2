import { toBase64url } from "@countersign/protocol/bytes";
import { asDigest } from "@countersign/protocol/digest";
import { refuse } from "@countersign/protocol/refusals";
import { err, ok } from "../../../kernel/result.ts";
import { decodeEntry } from "../../decisions/domain/entry.ts";
import type { GenesisDeclared } from "../../decisions/domain/event.ts";
import { type OpenGrantParts, openGrant } from "../../grants/application/open-grant.ts";
import { type Ledger, LedgerFault } from "../../ledger/domain/ledger.ts";
import { leafHash } from "../../ledger/domain/merkle.ts";
import {
  emptyLines,
  findProposal,
  viewProposal,
} from "../../requests/application/view-proposal.ts";
import { maySee } from "../../requests/domain/decide-approval.ts";
import type { StageValueFor } from "../../secrets/application/stage-value.ts";
import { draftAct } from "../../statements/application/draft-act.ts";
import { previewChain } from "../../statements/application/preview-chain.ts";
import type { PeopleHandlers } from "../infrastructure/people-handlers.ts";
import { type DeskParts, viewContext } from "./desk-parts.ts";
import { madeBy, waitingFor } from "./proposal-handlers.ts";
import { personOfDevice } from "./secret-handlers.ts";

type CommandLineHandlers = Pick<
  PeopleHandlers,
  | "/people/v1/hello"
  | "/people/v1/drafts"
  | "/people/v1/drafts/status"
  | "/people/v1/proposals/list"
  | "/people/v1/proposals/show"
  | "/people/v1/grants/open"
  | "/people/v1/log/checkpoint"
  | "/people/v1/log/consistency"
  | "/people/v1/log/inclusion"
>;

export type CommandLineParts = DeskParts & {
  readonly ledger: Ledger;
  readonly open: OpenGrantParts;
  readonly stageValueFor: StageValueFor;
};

/** What the command line asks: drafts to sign at the desk, how a request stands, one opening, proofs. */
export function commandLineHandlers(parts: CommandLineParts): CommandLineHandlers {
  const { path, ledger } = parts;
  return {
    "/people/v1/hello": async () => {
      const { genesis } = path.state;
      return genesis === null
        ? err(refuse("unavailable", "There is no genesis yet."))
        : ok(hello(genesis));
    },

    "/people/v1/drafts": async ({ act }, { device }) => {
      const known = personOfDevice(parts, { device });
      if (!known.ok) return known;
      const { tenant, person: signer } = known.value;
      const context = viewContext(parts, tenant);
      if (!context.ok) return context;
      const { state, now } = context.value;
      const stageValue = parts.stageValueFor(device);
      const drafted = await draftAct({ state, tenant, signer, now, stageValue }, act);
      if (!drafted.ok) return drafted;
      const draft = await parts.drafter.draft(drafted.value);
      if (!draft.ok) return draft;
      const preview = await previewChain(context.value, signer, draft.value);
      if (!preview.ok) return preview;
      return ok({
        draft: draft.value.draft,
        link: `${parts.deskOrigin}/d/${draft.value.draft}`,
        statement: toBase64url(draft.value.statement),
        openings: draft.value.openings,
        lines: emptyLines(preview.value.chain),
        candidates: preview.value.candidates,
      });
    },

    "/people/v1/drafts/status": async ({ draft: id }, { device }) => {
      const known = personOfDevice(parts, { device });
      if (!known.ok) return known;
      const [draft] = await parts.drafts.load([id]);
      if (draft === undefined || draft.signer !== known.value.person.person) {
        return ok({ status: "expired", proposal: null, index: null });
      }
      const now = path.now();
      if (!now.ok) return now;
      const proposal = known.value.tenant.proposals.has(draft.digest) ? draft.digest : null;
      const status =
        draft.acceptedIndex !== null
          ? "signed"
          : draft.declined
            ? "declined"
            : draft.signBy <= now.value
              ? "expired"
              : "waiting";
      return ok({ status, proposal, index: draft.acceptedIndex });
    },

    "/people/v1/proposals/list": async ({ which }, caller) => {
      const known = personOfDevice(parts, caller);
      if (!known.ok) return known;
      const { tenant, person } = known.value;
      const context = viewContext(parts, tenant);
      if (!context.ok) return context;
      const found = which === "mine" ? madeBy(tenant, person) : waitingFor(context.value, person);
      const shown = found.slice(0, 50).map((it) => viewProposal(context.value, it));
      return ok({ proposals: await Promise.all(shown) });
    },

    "/people/v1/proposals/show": async ({ proposal: id }, caller) => {
      const known = personOfDevice(parts, caller);
      if (!known.ok) return known;
      const { tenant, person } = known.value;
      const proposal = findProposal(tenant, id);
      if (proposal === undefined || !maySee(person, proposal)) return err(NOT_FOUND);
      const context = viewContext(parts, tenant);
      return context.ok ? ok(await viewProposal(context.value, proposal)) : context;
    },

    "/people/v1/grants/open": async (input, { device, correlation }) => {
      const known = personOfDevice(parts, { device });
      if (!known.ok) return known;
      return openGrant(parts.open, {
        ...input,
        tenant: known.value.person.tenant,
        device,
        correlation,
      });
    },

    "/people/v1/log/checkpoint": async () => ok({ note: await newestNote(ledger) }),

    "/people/v1/log/consistency": async ({ from, to }) => {
      if (from > to || to > ledger.head().size) return err(BEYOND);
      return ok({ proof: (await ledger.consistencyProof(from, to)).map(asDigest) });
    },

    "/people/v1/log/inclusion": async ({ index, size }, { device, correlation }) => {
      const known = personOfDevice(parts, { device });
      if (!known.ok) return known;
      if (index >= size || size > ledger.head().size) return err(BEYOND);
      const proof = await ledger.inclusionProof(index, size);
      const bytes = await entryBytes(ledger, index);
      if (bytes === null) {
        const what = `ledger entry ${index} in the database is not the one that was appended`;
        void path.record("system", correlation, [
          { type: "TamperingFound", what, repaired: false },
        ]);
        return err(TAMPERED);
      }
      const own = isAbout(decodeEntry(bytes), known.value.person.person);
      return ok({
        leafHash: asDigest(leafHash(bytes)),
        proof: proof.map(asDigest),
        entry: own ? toBase64url(bytes) : null,
      });
    },
  };
}

function hello({ mode, ledgerOrigin, deskOrigin, releaseKey, logKey, witnesses }: GenesisDeclared) {
  return { mode, ledgerOrigin, deskOrigin, releaseKey, logKey, witnesses: [...witnesses] };
}

/** The newest checkpoint, with the witnesses' cosignatures where they answer in time. */
async function newestNote(ledger: Ledger): Promise<string> {
  try {
    return (await ledger.witnessed(ledger.head().size, COSIGNED_WITHIN_MS)).note;
  } catch (error) {
    if (error instanceof LedgerFault) return ledger.checkpoint().note;
    throw error;
  }
}

/** Null where the stored entry is not the one of the verified tree. */
export async function entryBytes(ledger: Ledger, index: number): Promise<Buffer | null> {
  try {
    for await (const entry of ledger.entries(index, index + 1)) return entry.bytes;
  } catch (error) {
    if (error instanceof LedgerFault && error.reason === "history-differs") return null;
    throw error;
  }
  throw new Error("an index below the size has an entry");
}

/** A person may read the entries that name them; of others they get the hash, which proves as well. */
function isAbout(entry: ReturnType<typeof decodeEntry>, person: string): boolean {
  return JSON.stringify(entry).includes(`"${person}"`);
}

const COSIGNED_WITHIN_MS = 3000;

const NOT_FOUND = refuse("not-found", "There is no such request of yours.");
const TAMPERED = refuse(
  "tampering-found",
  "This entry was changed in the database since it was recorded, so it is not shown. This was reported; an operator restores it.",
);
const BEYOND = refuse("malformed", "The ledger is not that long.");
