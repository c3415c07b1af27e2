import { credentialId, type Digest, deviceId, type PersonId } from "@countersign/protocol/ids";
import * as z from "zod";
import type { TenantReads } from "../../../db/console-database.ts";
import { instantOf, instantOrNull } from "../../names/names.ts";
import type { peopleContract } from "../contract.ts";

type Detail = z.infer<typeof peopleContract.detail.output>;
const MOST_SESSIONS = 20;

/** Keys, devices, linked accounts and sessions of one person, newest first. */
export async function readPersonParts(
  tx: TenantReads,
  person: PersonId,
  { now, session }: { readonly now: Date; readonly session: Digest },
): Promise<Pick<Detail, "keys" | "devices" | "accounts" | "sessions">> {
  const where = { person };
  const keys = await tx.hardwareKey.findMany({ where, orderBy: { enrolledAt: "desc" } });
  const devices = await tx.device.findMany({ where, orderBy: { enrolledAt: "desc" } });
  const accounts = await tx.linkedIdentity.findMany({ where, orderBy: { linkedAt: "desc" } });
  const sessions = await tx.signedSession.findMany({
    where,
    orderBy: { openedAt: "desc" },
    take: MOST_SESSIONS,
  });
  return {
    keys: keys.map((it) => ({
      credential: credentialId.parse(it.credential),
      aaguid: it.aaguid,
      algorithm: it.algorithm,
      backupEligible: it.backupEligible,
      status: z.enum(["active", "locked", "revoked"]).parse(it.status),
      enrolledAt: instantOf(it.enrolledAt),
      lastUsedAt: instantOrNull(it.lastUsedAt),
      entry: Number(it.entry),
    })),
    devices: devices.map((it) => ({
      device: deviceId.parse(it.device),
      label: it.label ?? it.device,
      status:
        it.status === "active" && it.expiresAt <= now
          ? "expired"
          : z.enum(["active", "revoked"]).parse(it.status),
      enrolledAt: instantOf(it.enrolledAt),
      expiresAt: instantOf(it.expiresAt),
      entry: Number(it.entry),
    })),
    accounts: accounts.map((it) => ({
      account: it.accountCommitment,
      text: it.account,
      status: z.enum(["linked", "unlinked"]).parse(it.status),
      linkedAt: instantOf(it.linkedAt),
    })),
    sessions: sessions.map((it) => ({
      openedAt: instantOf(it.openedAt),
      expiresAt: instantOf(it.expiresAt),
      status: it.expiresAt <= now ? "ended" : z.enum(["open", "ended"]).parse(it.status),
      endedAt: instantOrNull(it.endedAt),
      current: it.session === session,
    })),
  };
}
