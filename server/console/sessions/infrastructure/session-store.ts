import type { Digest, PersonId } from "@countersign/protocol/ids";
import { digest, personId } from "@countersign/protocol/ids";
import {
  addSeconds,
  type Instant,
  toInstant,
  toMilliseconds,
} from "@countersign/protocol/instants";
import { type TenantId, tenantId } from "@countersign/protocol/names";
import { assignment } from "@countersign/protocol/roles";
import * as z from "zod";
import type { ConsoleDatabase } from "../../../db/console-database.ts";
import type { SessionPerson, SignedSession, StartedSession } from "../domain/session.ts";

export type FoundSession = {
  readonly started: StartedSession | null;
  readonly signed: SignedSession | null;
  readonly person: SessionPerson | null;
};

const SEEN_EVERY_SECONDS = 30;
const NOTHING: FoundSession = { started: null, signed: null, person: null };

/** The console's session rows, and what the ledger has of each. Rows hold digests of secrets, no secret. */
export class SessionStore {
  readonly #database: ConsoleDatabase;

  constructor(database: ConsoleDatabase) {
    this.#database = database;
  }

  async begin(row: StartedSession, now: Instant): Promise<void> {
    const { session, tenant, person, link, returnTo } = row;
    await this.#database.sessions.create({
      data: {
        session,
        tenant,
        person,
        link,
        returnTo,
        signBy: time(row.signBy),
        startedAt: time(now),
        seenAt: time(row.seenAt),
        expiresAt: time(row.expiresAt),
      },
    });
  }

  async find(session: Digest): Promise<FoundSession> {
    const row = await this.#database.sessions.findUnique({ where: { session } });
    if (row === null) return NOTHING;
    const tenant = tenantId.parse(row.tenant);
    const [signed, person] = await this.#database.withTenant(tenant, async (tx) => [
      await tx.signedSession.findUnique({ where: { tenant_session: { tenant, session } } }),
      await tx.person.findUnique({ where: { tenant_person: { tenant, person: row.person } } }),
    ]);
    return {
      started: {
        session: digest.parse(row.session),
        tenant,
        person: personId.parse(row.person),
        link: row.link,
        returnTo: row.returnTo,
        signBy: instantOf(row.signBy),
        seenAt: instantOf(row.seenAt),
        expiresAt: instantOf(row.expiresAt),
      },
      signed: signed && {
        person: personId.parse(signed.person),
        authenticatedAt: instantOf(signed.authenticatedAt),
        openedAt: instantOf(signed.openedAt),
        expiresAt: instantOf(signed.expiresAt),
        status: z.enum(["open", "ended"]).parse(signed.status),
      },
      person: person && {
        name: person.name ?? person.person,
        status: z.enum(["active", "revoked"]).parse(person.status),
        roles: z.array(assignment).parse(person.roles),
      },
    };
  }

  /** Moves the idle clock; written at most twice a minute. A row that is gone stays gone. */
  async seen(session: Digest, now: Instant): Promise<void> {
    await this.#database.sessions.updateMany({
      where: { session, seenAt: { lt: time(addSeconds(now, -SEEN_EVERY_SECONDS)) } },
      data: { seenAt: time(now) },
    });
  }

  async end(session: Digest): Promise<void> {
    await this.#database.sessions.deleteMany({ where: { session } });
  }

  async endAllOf(tenant: TenantId, person: PersonId): Promise<void> {
    await this.#database.sessions.deleteMany({ where: { tenant, person } });
  }

  /** Forgets rows of sessions that are over anyhow. */
  async forgetExpired(now: Instant): Promise<void> {
    await this.#database.sessions.deleteMany({ where: { expiresAt: { lt: time(now) } } });
  }
}

const time = (at: Instant) => new Date(toMilliseconds(at));
const instantOf = (at: Date) => toInstant(at.getTime());
