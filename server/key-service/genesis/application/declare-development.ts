import { randomBytes } from "node:crypto";
import { commit, type Opening } from "@countersign/protocol/commitment";
import { type Commitment, type Digest, idText, personId, salt } from "@countersign/protocol/ids";
import { addSeconds, type Instant } from "@countersign/protocol/instants";
import { type TenantId, tenantId } from "@countersign/protocol/names";
import { assignment } from "@countersign/protocol/roles";
import { accountText } from "@countersign/protocol/sign-in";
import type { GenesisDeclared } from "../../decisions/domain/event.ts";
import { invitationDigest } from "../../desk/application/enrolment-handlers.ts";
import { DEVELOPMENT_CAST } from "../domain/development-cast.ts";

const INVITATION_SECONDS = 30 * 86_400;

/** One line of `people.json`: what `npm start` prints. The token stands there in clear, 0600, until it is used. */
export type InvitedPerson = {
  readonly person: string;
  readonly name: string;
  readonly tenant: string;
  readonly roles: readonly string[];
  readonly enrolmentLink: string;
  readonly enrolled: boolean;
};

export type DevelopmentGenesis = {
  readonly event: GenesisDeclared;
  readonly openings: readonly {
    readonly tenant: TenantId;
    readonly texts: Record<Commitment, Opening>;
  }[];
  readonly people: readonly InvitedPerson[];
};

/** The first entry of a development installation: two tenants, the cast, and a one-time link for each. */
export async function declareDevelopment(
  facts: Pick<
    GenesisDeclared,
    "ledgerOrigin" | "deskOrigin" | "logKey" | "releaseKey" | "witnesses"
  > & {
    readonly consoleCredential: Digest;
    /** The cast has accounts at each of these. None: this installation goes without single sign-on. */
    readonly identityProviders: NonNullable<GenesisDeclared["identityProviders"]>;
    readonly consoleOrigin: string | null;
  },
  now: Instant,
): Promise<DevelopmentGenesis> {
  const tenants = [...new Set(DEVELOPMENT_CAST.map((it) => it.tenant))].map((it) =>
    tenantId.parse(it),
  );
  const openings = new Map(tenants.map((tenant) => [tenant, {} as Record<Commitment, Opening>]));
  const people: InvitedPerson[] = [];
  const roster: GenesisDeclared["people"][number][] = [];
  const invitations: GenesisDeclared["invitations"][number][] = [];
  const identities: NonNullable<GenesisDeclared["identities"]>[number][] = [];
  const identitySalt = randomSalt();
  const { identityProviders, consoleOrigin, ...named } = facts;

  for (const member of DEVELOPMENT_CAST) {
    const tenant = tenantId.parse(member.tenant);
    const person = personId.parse(idText("p", randomBytes(16)));
    const fresh = randomSalt();
    const name = await commit("person-name", member.name, fresh);
    const texts = openings.get(tenant);
    if (texts === undefined) throw new Error("every tenant of the cast has its openings");
    texts[name] = { label: "person-name", salt: fresh, value: member.name };
    roster.push({
      tenant,
      person,
      name,
      userHandle: randomBytes(32).toString("base64url"),
      roles: member.roles.map((it) => assignment.parse(it)),
    });
    for (const { issuer } of identityProviders) {
      const value = accountText({ issuer, subject: member.subject });
      const account = await commit("account", value, identitySalt);
      texts[account] = { label: "account", salt: identitySalt, value };
      identities.push({ tenant, person, account });
    }
    const token = randomBytes(32).toString("base64url");
    const expiresAt = addSeconds(now, INVITATION_SECONDS);
    invitations.push({ tenant, person, invitation: invitationDigest(token), expiresAt });
    people.push({
      person,
      name: member.name,
      tenant,
      roles: member.roles.map((it) =>
        it.service === null ? it.role : `${it.role} of ${it.service}`,
      ),
      enrolmentLink: `${facts.deskOrigin}/enrol#${token}`,
      enrolled: false,
    });
  }
  return {
    event: {
      type: "GenesisDeclared",
      mode: "development",
      restoreEpoch: 0,
      ...named,
      tenants,
      people: roster,
      invitations,
      ...(consoleOrigin === null ? {} : { consoleOrigin }),
      ...(identityProviders.length === 0 ? {} : { identityProviders, identitySalt, identities }),
    },
    openings: [...openings].map(([tenant, texts]) => ({ tenant, texts })),
    people,
  };
}

const randomSalt = () => salt.parse(randomBytes(32).toString("base64url"));
