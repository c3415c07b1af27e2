import { credentialId, digest, requestId, secretId } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import { role, signingRole } from "@countersign/protocol/roles";
import { matchLines } from "@countersign/protocol/signing-lines";
import { statement } from "@countersign/protocol/statement";
import { PROPOSAL_STATUSES, type SignatureLine } from "@countersign/protocol/views";
import * as z from "zod";
import type { TenantReads } from "../../../db/console-database.ts";
import { dateOf, instantOf, instantOrNull, People, secretNames } from "../../names/names.ts";
import type { GRANT_STATUSES, RequestRow } from "../contract.ts";
import { aboutPerson } from "./about-person.ts";

const chainOf = z.array(z.strictObject({ anyOf: z.array(role) }));
type Proposal = Awaited<ReturnType<TenantReads["proposal"]["findMany"]>>[number];
type Line = Awaited<ReturnType<TenantReads["signatureLine"]["findMany"]>>[number];
type GrantStatus = (typeof GRANT_STATUSES)[number];

/** Proposals as rows of a list: names instead of ids, who signed which line, what became of the grant. */
export async function toRequestRows(
  tx: TenantReads,
  proposals: readonly Proposal[],
  { waiting, now }: { readonly waiting: ReadonlySet<string>; readonly now: Instant },
): Promise<RequestRow[]> {
  const lines = await tx.signatureLine.findMany({
    where: { proposal: { in: proposals.map((it) => it.proposal) } },
    orderBy: { entry: "asc" },
  });
  const statements = new Map(
    proposals.map((it) => [it.proposal, statement.parse(it.statement)] as const),
  );
  const abouts = [...statements.values()].map(aboutPerson);
  const people = await People.load(tx, [
    ...proposals.map((it) => it.proposedBy),
    ...lines.map((it) => it.person),
    ...abouts,
  ]);
  const names = await secretNames(
    tx,
    proposals.flatMap((it) => it.secrets),
  );
  const grants = await grantStatuses(tx, proposals, now);
  return proposals.map((it) => {
    const said = statements.get(it.proposal);
    if (said === undefined) throw new Error("every proposal's statement was parsed above");
    const signed = lines.filter((line) => line.proposal === it.proposal);
    return {
      proposal: digest.parse(it.proposal),
      request: it.request === null ? null : requestId.parse(it.request),
      kind: it.kind,
      proposedBy: people.ref(it.proposedBy),
      role: signingRole.parse(it.role),
      about: {
        secrets: it.secrets.map((id) => ({
          secret: names.has(id) ? secretId.parse(id) : null,
          name: names.get(id) ?? (said.kind === "register-secret" ? said.body.name : id),
        })),
        person: people.refOrNull(aboutPerson(said)),
        workload: said.kind === "bind-workload" ? said.body.binding.workload : null,
      },
      status: z.enum(PROPOSAL_STATUSES).parse(it.status),
      grant: (it.request && grants.get(it.request)) || null,
      lines: signatureLines(chainOf.parse(it.chain), signed, people),
      justification: it.justification,
      ticket: it.ticket,
      proposedAt: instantOf(it.proposedAt),
      decideBy: instantOf(it.decideBy),
      decidedAt: instantOrNull(it.decidedAt),
      entry: Number(it.entry),
      waitsForMe: waiting.has(it.proposal),
    };
  });
}

function signatureLines(
  chain: z.infer<typeof chainOf>,
  of: readonly Line[],
  people: People,
): SignatureLine[] {
  const approvals = of.flatMap((line) => {
    const parsed = role.safeParse(line.role);
    return line.verdict === "approved" && parsed.success && line.credential !== null
      ? [{ line, role: parsed.data, credential: line.credential }]
      : [];
  });
  const signers = matchLines(
    chain,
    approvals.map((it) => it.role),
  );
  return chain.map(({ anyOf }, at) => {
    const approval = approvals[signers[at] ?? -1];
    if (approval === undefined) return { anyOf, signed: null };
    const { line, role: as, credential } = approval;
    return {
      anyOf,
      signed: {
        ...people.ref(line.person),
        role: as,
        at: instantOf(line.signedAt),
        credential: credentialId.parse(credential),
        index: Number(line.entry),
      },
    };
  });
}

async function grantStatuses(
  tx: TenantReads,
  proposals: readonly Proposal[],
  now: Instant,
): Promise<ReadonlyMap<string, GrantStatus>> {
  const requests = proposals.flatMap((it) => (it.request === null ? [] : [it.request]));
  if (requests.length === 0) return new Map();
  const grants = await tx.grant.findMany({ where: { request: { in: requests } } });
  const used = await tx.release.groupBy({
    by: ["request", "secret"],
    where: { request: { in: requests } },
    _count: { use: true },
  });
  const secrets = await tx.grantSecret.findMany({ where: { request: { in: requests } } });
  const at = dateOf(now);
  return new Map(
    grants.map((grant) => {
      const own = secrets.filter((it) => it.request === grant.request);
      const spent = own.every(({ secret }) =>
        used.some(
          (it) =>
            it.request === grant.request && it.secret === secret && it._count.use >= grant.maxUses,
        ),
      );
      const status = z.enum(["active", "expired", "revoked"]).parse(grant.status);
      if (status !== "active") return [grant.request, status];
      if (grant.expiresAt <= at) return [grant.request, "expired"];
      return [grant.request, spent ? "spent" : "active"];
    }),
  );
}
