import { commitment, credentialId, deviceId, personId } from "@countersign/protocol/ids";
import { instant } from "@countersign/protocol/instants";
import { assignment, role } from "@countersign/protocol/roles";
import { issuer, subject } from "@countersign/protocol/sign-in";
import * as z from "zod";
import { drafted, returnTo } from "../shapes/drafted.ts";
import { pageInput, pageOf } from "../shapes/paging.ts";

export const PERSON_STATUSES = ["active", "revoked"] as const;

export const personRow = z.strictObject({
  person: personId,
  name: z.string(),
  status: z.enum(PERSON_STATUSES),
  roles: z.array(assignment),
  activeKeys: z.int(),
  activeDevices: z.int(),
  /** Accounts at the identity provider that are linked. */
  accounts: z.int(),
  lastSignedAt: instant.nullable(),
});
export type PersonRow = z.infer<typeof personRow>;

const revocable = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("device"), device: deviceId }),
  z.strictObject({ type: z.literal("key"), credential: credentialId }),
  z.strictObject({ type: z.literal("person"), person: personId }),
  z.strictObject({ type: z.literal("identity"), account: commitment }),
]);

export const peopleContract = {
  list: {
    input: z.strictObject({
      q: z.string().max(80).optional(),
      role: z.array(role).optional(),
      service: z.string().max(64).optional(),
      status: z.array(z.enum(PERSON_STATUSES)).optional(),
      ...pageInput,
    }),
    output: pageOf(personRow),
  },
  detail: {
    input: z.strictObject({ person: personId }),
    output: z.strictObject({
      row: personRow,
      keys: z.array(
        z.strictObject({
          credential: credentialId,
          aaguid: z.string(),
          algorithm: z.int(),
          backupEligible: z.boolean(),
          status: z.enum(["active", "locked", "revoked"]),
          enrolledAt: instant,
          lastUsedAt: instant.nullable(),
          entry: z.int(),
        }),
      ),
      devices: z.array(
        z.strictObject({
          device: deviceId,
          label: z.string(),
          status: z.enum(["active", "expired", "revoked"]),
          enrolledAt: instant,
          expiresAt: instant,
          entry: z.int(),
        }),
      ),
      accounts: z.array(
        z.strictObject({
          account: z.string(),
          /** `issuer subject`, or null where it was erased. */
          text: z.string().nullable(),
          status: z.enum(["linked", "unlinked"]),
          linkedAt: instant,
        }),
      ),
      sessions: z.array(
        z.strictObject({
          openedAt: instant,
          expiresAt: instant,
          status: z.enum(["open", "ended"]),
          endedAt: instant.nullable(),
          /** The session in which this page is read. */
          current: z.boolean(),
        }),
      ),
      /** What this person may do here; the sentence says why not. */
      may: z.strictObject({
        changeRoles: z.string().nullable(),
        link: z.string().nullable(),
        revoke: z.string().nullable(),
      }),
    }),
  },
  draftRoles: {
    input: z.strictObject({ person: personId, after: z.array(assignment).max(50), returnTo }),
    output: drafted,
  },
  draftLink: {
    input: z.strictObject({ person: personId, issuer, subject, returnTo }),
    output: drafted,
  },
  draftRevoke: {
    input: z.strictObject({ subject: revocable, reason: z.string().min(1).max(1000), returnTo }),
    output: drafted,
  },
} as const;
