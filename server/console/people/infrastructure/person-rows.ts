import { personId } from "@countersign/protocol/ids";
import { assignment } from "@countersign/protocol/roles";
import * as z from "zod";
import type { TenantReads } from "../../../db/console-database.ts";
import { instantOrNull } from "../../names/names.ts";
import { PERSON_STATUSES, type PersonRow } from "../contract.ts";

type Person = Awaited<ReturnType<TenantReads["person"]["findMany"]>>[number];

export async function toPersonRows(
  tx: TenantReads,
  people: readonly Person[],
  now: Date,
): Promise<PersonRow[]> {
  const of = { person: { in: people.map((it) => it.person) } };
  const keys = await tx.hardwareKey.groupBy({
    by: ["person"],
    where: { ...of, status: "active" },
    _count: { credential: true },
    _max: { lastUsedAt: true },
  });
  const devices = await tx.device.groupBy({
    by: ["person"],
    where: { ...of, status: "active", expiresAt: { gt: now } },
    _count: { device: true },
  });
  const accounts = await tx.linkedIdentity.groupBy({
    by: ["person"],
    where: { ...of, status: "linked" },
    _count: { accountCommitment: true },
  });
  return people.map(({ person, name, status, roles }) => {
    const own = <T extends { person: string }>(it: T) => it.person === person;
    const key = keys.find(own);
    return {
      person: personId.parse(person),
      name: name ?? person,
      status: z.enum(PERSON_STATUSES).parse(status),
      roles: z.array(assignment).parse(roles),
      activeKeys: key?._count.credential ?? 0,
      activeDevices: devices.find(own)?._count.device ?? 0,
      accounts: accounts.find(own)?._count.accountCommitment ?? 0,
      lastSignedAt: instantOrNull(key?._max.lastUsedAt ?? null),
    };
  });
}
