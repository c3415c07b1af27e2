import { bindingId, requestId, type SecretId } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import type * as z from "zod";
import type { TenantReads } from "../../../db/console-database.ts";
import { dateOf, instantOf, People } from "../../names/names.ts";
import type { secretsContract } from "../contract.ts";

type Detail = z.infer<typeof secretsContract.detail.output>;
const MOST_READS = 20;

/** What the projections know of one secret beside its row. */
export async function readSecretParts(
  tx: TenantReads,
  secret: SecretId,
  now: Instant,
): Promise<Pick<Detail, "policyDigest" | "versions" | "readers" | "bindings" | "reads">> {
  const at = dateOf(now);
  const found = await tx.secret.findFirstOrThrow({ where: { secret } });
  const versions = await tx.secretVersion.findMany({
    where: { secret },
    orderBy: { version: "desc" },
  });
  const granted = await tx.grantSecret.findMany({ where: { secret } });
  const grants = await tx.grant.findMany({
    where: {
      request: { in: granted.map((it) => it.request) },
      status: "active",
      expiresAt: { gt: at },
    },
    orderBy: { expiresAt: "asc" },
  });
  const used = await tx.release.groupBy({
    by: ["request"],
    where: { secret, request: { in: grants.map((it) => it.request) } },
    _count: { use: true },
  });
  const uses = new Map(used.map((it) => [it.request, it._count.use]));
  const bindings = await tx.binding.findMany({
    where: { secret, status: "active", expiresAt: { gt: at } },
    orderBy: { expiresAt: "asc" },
  });
  const reads = await tx.release.findMany({
    where: { secret },
    orderBy: { intendedAt: "desc" },
    take: MOST_READS,
  });
  const people = await People.load(
    tx,
    [...grants, ...reads].map((it) => it.person),
  );
  return {
    policyDigest: found.policyDigest,
    versions: versions.map((it) => ({
      version: it.version,
      addedAt: instantOf(it.addedAt),
      entry: Number(it.entry),
      current: it.version === found.currentVersion,
    })),
    readers: grants
      .map((it) => ({
        person: people.ref(it.person),
        request: requestId.parse(it.request),
        device: it.device,
        usesLeft: it.maxUses - (uses.get(it.request) ?? 0),
        expiresAt: instantOf(it.expiresAt),
      }))
      .filter((it) => it.usesLeft > 0),
    bindings: bindings.map((it) => ({
      binding: bindingId.parse(it.binding),
      workload: it.workload,
      expiresAt: instantOf(it.expiresAt),
    })),
    reads: reads.map((it) => ({
      person: people.ref(it.person),
      request: requestId.parse(it.request),
      use: it.use,
      version: it.version,
      at: instantOf(it.intendedAt),
      done: it.doneAt !== null,
      entry: Number(it.entry),
    })),
  };
}
