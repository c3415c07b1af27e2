import { randomBytes } from "node:crypto";
import { commit, type Opening } from "@countersign/protocol/commitment";
import { type Commitment, type Digest, idText, personId, salt } from "@countersign/protocol/ids";
import { addSeconds, type Instant } from "@countersign/protocol/instants";
import { type TenantId, tenantId } from "@countersign/protocol/names";
import { assignment } from "@countersign/protocol/roles";
import { ENVIRONMENTS } from "@countersign/protocol/taxonomy";
import type { GenesisDeclared, RegisteredGateway } from "../../decisions/domain/event.ts";
import { invitationDigest } from "../../desk/application/enrolment-handlers.ts";
import { DEVELOPMENT_CAST, DEVELOPMENT_TRUST_DOMAIN } from "../domain/development-cast.ts";

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

/** Vouches for the workloads of every tenant, under a trust domain that only this machine's own CA serves. */
function developmentGateway(credential: Digest, tenants: readonly TenantId[]): RegisteredGateway {
  const trustDomain = DEVELOPMENT_TRUST_DOMAIN;
  return {
    name: "gateway.localhost",
    credential,
    trustDomain,
    tenants,
    environments: ENVIRONMENTS,
  };
}

/** The first entry of a development installation: two tenants, the cast, and a one-time link for each. */
export async function declareDevelopment(
  facts: Pick<
    GenesisDeclared,
    "ledgerOrigin" | "deskOrigin" | "logKey" | "releaseKey" | "witnesses"
  > & { readonly consoleCredential: Digest; readonly gatewayCredential: Digest },
  now: Instant,
): Promise<DevelopmentGenesis> {
  const { gatewayCredential, ...named } = facts;
  const tenants = [...new Set(DEVELOPMENT_CAST.map((it) => it.tenant))].map((it) =>
    tenantId.parse(it),
  );
  const openings = new Map(tenants.map((tenant) => [tenant, {} as Record<Commitment, Opening>]));
  const people: InvitedPerson[] = [];
  const roster: GenesisDeclared["people"][number][] = [];
  const invitations: GenesisDeclared["invitations"][number][] = [];

  for (const member of DEVELOPMENT_CAST) {
    const tenant = tenantId.parse(member.tenant);
    const person = personId.parse(idText("p", randomBytes(16)));
    const fresh = salt.parse(randomBytes(32).toString("base64url"));
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
      gateways: [developmentGateway(gatewayCredential, tenants)],
      tenants,
      people: roster,
      invitations,
    },
    openings: [...openings].map(([tenant, texts]) => ({ tenant, texts })),
    people,
  };
}
