import type * as z from "zod";
import type { TenantReads } from "../../../db/console-database.ts";
import { instantOf, People } from "../../names/names.ts";
import type { requestsContract } from "../contract.ts";

type Happening = z.infer<typeof requestsContract.detail.output>["history"][number];
const WHAT = {
  proposed: "proposed",
  approved: "approved",
  denied: "denied",
  withdrawn: "withdrawn",
} as const satisfies Record<string, Happening["what"]>;
const isVerdict = (of: string): of is keyof typeof WHAT => Object.hasOwn(WHAT, of);

/** Everything that happened with a proposal and with what was granted on it, in the order of the ledger. */
export async function readHistory(
  tx: TenantReads,
  of: { readonly proposal: string; readonly request: string | null },
): Promise<Happening[]> {
  const lines = await tx.signatureLine.findMany({ where: { proposal: of.proposal } });
  const proposal = await tx.proposal.findFirst({ where: { proposal: of.proposal } });
  const grant = of.request && (await tx.grant.findFirst({ where: { request: of.request } }));
  const releases = of.request ? await tx.release.findMany({ where: { request: of.request } }) : [];
  const people = await People.load(
    tx,
    [...lines, ...releases].map((it) => it.person),
  );
  const nobody = { person: null, reason: null } as const;
  const happenings: Happening[] = lines.flatMap((it) =>
    isVerdict(it.verdict)
      ? [
          {
            at: instantOf(it.signedAt),
            entry: Number(it.entry),
            what: WHAT[it.verdict],
            person: people.ref(it.person),
            reason: it.reason,
          },
        ]
      : [],
  );
  if (proposal?.status === "expired" && proposal.decidedAt !== null) {
    const at = instantOf(proposal.decidedAt);
    happenings.push({ ...nobody, at, entry: Number(proposal.entry), what: "expired" });
  }
  if (grant) {
    const ended = grant.endedAt;
    const entry = Number(grant.entry);
    // The row's entry is that of its last change: of the end, once it ended.
    const issued = ended === null ? entry : Math.max(...happenings.map((it) => it.entry));
    happenings.push({ ...nobody, at: instantOf(grant.issuedAt), entry: issued, what: "granted" });
    if (ended !== null) happenings.push({ ...nobody, at: instantOf(ended), entry, what: "ended" });
  }
  for (const it of releases) {
    const person = people.ref(it.person);
    const at = instantOf(it.intendedAt);
    happenings.push({ at, entry: Number(it.entry), what: "opened", person, reason: null });
  }
  // Sorting is stable: an approval and the grant that it gave stand in one entry, the approval first.
  return happenings.sort((a, b) => a.entry - b.entry);
}
