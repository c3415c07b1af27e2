import { toBase64url } from "@countersign/protocol/bytes";
import {
  CONSOLE_API,
  type ConsoleApiInput,
  type ConsoleApiOutput,
  type ConsoleApiPath,
} from "@countersign/protocol/console-api";
import { asDigest } from "@countersign/protocol/digest";
import { toInstant } from "@countersign/protocol/instants";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import * as z from "zod";
import { err, ok, type Result } from "../../kernel/result.ts";
import type { Decision } from "../decisions/domain/decision.ts";
import { decodeEntry } from "../decisions/domain/entry.ts";
import { type DeskParts, knownPerson, viewContext } from "../desk/application/desk-parts.ts";
import { entryBytes } from "../desk/application/log-handlers.ts";
import { waitingFor } from "../desk/application/proposal-handlers.ts";
import { type Ledger, LedgerFault } from "../ledger/domain/ledger.ts";
import { leafHash } from "../ledger/domain/merkle.ts";
import { auditRows } from "../ledger/projection/domain/audit-rows.ts";
import { findProposal, viewProposal } from "../requests/application/view-proposal.ts";
import {
  decideDeny,
  decideWithdraw,
  maySee,
  whyNotApprove,
} from "../requests/domain/decide-approval.ts";
import { viewSecret } from "../secrets/application/view-secret.ts";
import { roleToDecide } from "../statements/application/choose-role.ts";

/*
 * What the console reads that no projection has: judgements of the fold (who can sign, why not, who must sign)
 * and proofs of the ledger. Metadata only, of whatever tenant and person the console names: it is trusted to
 * show its own screens truly, and with nothing else.
 */
export type ReadParts = DeskParts & {
  readonly ledger: Ledger;
  /** How the service is, for the page that shows it. */
  readonly status: () => Promise<ConsoleApiOutput<"/console/v1/status">>;
};
type Reads = {
  readonly [P in ReadPath]: (
    parts: ReadParts,
    input: ConsoleApiInput<P>,
  ) => Promise<Result<ConsoleApiOutput<P>, Refusal>>;
};
type ReadPath = Extract<
  ConsoleApiPath,
  | "/console/v1/proposals/read"
  | "/console/v1/proposals/waiting"
  | "/console/v1/secrets/read"
  | "/console/v1/log/head"
  | "/console/v1/log/inclusion"
  | "/console/v1/status"
>;

const MOST_WAITING = 1000;

const READS: Reads = {
  "/console/v1/proposals/read": async (parts, input) => {
    const known = knownPerson(parts, input);
    if (!known.ok) return known;
    const { tenant, person } = known.value;
    const proposal = findProposal(tenant, input.proposal);
    if (proposal === undefined || !maySee(person, proposal)) return err(NO_PROPOSAL);
    const context = viewContext(parts, tenant);
    if (!context.ok) return context;
    const role = roleToDecide(context.value, proposal, person);
    const acting = { ...context.value, signer: person };
    return ok({
      view: await viewProposal(context.value, proposal),
      cannot: {
        approve: whyNotApprove(context.value, proposal, person, role)?.message ?? null,
        deny: whyRefused(decideDeny(acting, proposal.proposal, role)),
        withdraw: whyRefused(decideWithdraw(acting, proposal.proposal)),
      },
    });
  },

  "/console/v1/proposals/waiting": async (parts, input) => {
    const known = knownPerson(parts, input);
    if (!known.ok) return known;
    const context = viewContext(parts, known.value.tenant);
    if (!context.ok) return context;
    const waiting = waitingFor(context.value, known.value.person);
    return ok({ proposals: waiting.slice(0, MOST_WAITING).map((it) => it.proposal) });
  },

  "/console/v1/secrets/read": async ({ path }, { tenant, secret }) => {
    const now = path.now();
    if (!now.ok) return now;
    const found = path.state.tenants.get(tenant)?.secrets.get(secret);
    if (found === undefined) return err(refuse("not-found", "There is no such secret."));
    return ok(viewSecret(found, now.value));
  },

  "/console/v1/log/head": async ({ ledger, path }) => {
    const { size, root, note, cosignatures } = await newestCosigned(ledger);
    return ok({
      origin: path.state.genesis?.ledgerOrigin ?? "",
      size,
      root: root.toString("base64"),
      note,
      witnesses: cosignatures.map(({ witness, timestampSeconds }) => ({
        name: witness,
        at: toInstant(timestampSeconds * 1000),
      })),
    });
  },

  "/console/v1/log/inclusion": async ({ ledger }, { tenant, index }) => {
    const covering = await checkpointOver(ledger, index);
    if (covering === null) return err(refuse("not-found", "The ledger has no such entry."));
    const bytes = await entryBytes(ledger, index);
    if (bytes === null) return err(TAMPERED);
    const { size, root, note } = covering;
    const concerns = auditRows(index, decodeEntry(bytes)).some((row) => row.tenant === tenant);
    return ok({
      entry: concerns ? toBase64url(bytes) : null,
      leafHash: asDigest(leafHash(bytes)),
      index,
      size,
      proof: (await ledger.inclusionProof(index, size)).map(asDigest),
      root: asDigest(root),
      note,
    });
  },

  "/console/v1/status": async ({ status }) => ok(await status()),
};

export function isRead(path: string): path is ReadPath {
  return Object.hasOwn(READS, path);
}

/** Parses and answers one read. A refusal where the input is malformed. */
export async function answerRead<P extends ReadPath>(
  parts: ReadParts,
  path: P,
  body: unknown,
): Promise<Result<unknown, Refusal>> {
  const input = CONSOLE_API[path].input.safeParse(body);
  if (!input.success) return err(refuse("malformed", z.prettifyError(input.error)));
  // The schema under this path gave what the reader under this path takes, which TypeScript cannot follow.
  return READS[path](parts, input.data as ConsoleApiInput<P>);
}

function whyRefused(decision: Decision): string | null {
  return decision.ok ? null : decision.refusal.message;
}

/** The newest checkpoint, with cosignatures where they come at once: one that was just signed has none yet. */
async function newestCosigned(ledger: Ledger) {
  try {
    return await ledger.witnessed(ledger.checkpoint().size, COSIGNED_AT_ONCE_MS);
  } catch (error) {
    if (error instanceof LedgerFault) return ledger.checkpoint();
    throw error;
  }
}

/** A signed checkpoint that covers the entry: the newest, or one that is made now. Null past the end. */
async function checkpointOver(ledger: Ledger, index: number) {
  if (index >= ledger.head().size) return null;
  const newest = ledger.checkpoint();
  if (newest.size > index) return newest;
  try {
    return await ledger.witnessed(index + 1, COSIGNED_WITHIN_MS);
  } catch (error) {
    if (!(error instanceof LedgerFault)) throw error;
    const since = ledger.checkpoint();
    return since.size > index ? since : null;
  }
}

const COSIGNED_WITHIN_MS = 3000;
const COSIGNED_AT_ONCE_MS = 1000;
const NO_PROPOSAL = refuse("not-found", "There is no such request, or it is not for you to see.");
const TAMPERED = refuse(
  "tampering-found",
  "This entry was changed in the database since it was recorded, so it is not shown. The checker reports it; an operator restores it.",
);
