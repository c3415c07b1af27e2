import { randomBytes } from "node:crypto";
import { commit, type Opening } from "@countersign/protocol/commitment";
import { type Commitment, idText, personId, type Salt, salt } from "@countersign/protocol/ids";
import { addSeconds, type Instant } from "@countersign/protocol/instants";
import type { TenantId } from "@countersign/protocol/names";
import { accountText } from "@countersign/protocol/sign-in";
import type { GenesisDeclared } from "../../decisions/domain/event.ts";
import { invitationDigest } from "../../desk/application/enrolment-handlers.ts";
import type { Founder } from "../domain/founders.ts";

/** One line of `people.json`. The link's token stands there in clear, 0600, until it is used. */
export type InvitedPerson = {
  readonly person: string;
  readonly name: string;
  readonly tenant: string;
  readonly roles: readonly string[];
  readonly enrolmentLink: string;
  readonly enrolled: boolean;
};

export type Declared = {
  readonly event: GenesisDeclared;
  readonly openings: readonly {
    readonly tenant: TenantId;
    readonly texts: Record<Commitment, Opening>;
  }[];
  readonly people: readonly InvitedPerson[];
};

/** What the first entry says beside its people. */
export type GenesisFacts = Omit<
  GenesisDeclared,
  "type" | "restoreEpoch" | "tenants" | "people" | "invitations" | "identitySalt" | "identities"
>;

/**
 * The first entry: the founders, by random ids and commitments to their names, and for each a one-time
 * enrolment link, of which the entry holds the digest.
 */
export async function declareGenesis(
  facts: GenesisFacts,
  founders: readonly Founder[],
  invited: { readonly at: Instant; readonly forSeconds: number },
): Promise<Declared> {
  const openings = new Map<TenantId, Record<Commitment, Opening>>();
  const people: InvitedPerson[] = [];
  const roster: GenesisDeclared["people"][number][] = [];
  const invitations: GenesisDeclared["invitations"][number][] = [];
  const identities: NonNullable<GenesisDeclared["identities"]>[number][] = [];
  const identitySalt = randomSalt();
  const expiresAt = addSeconds(invited.at, invited.forSeconds);
  const open = async (tenant: TenantId, opening: Opening): Promise<Commitment> => {
    const commitment = await commit(opening.label, opening.value, opening.salt);
    openings.set(tenant, { ...openings.get(tenant), [commitment]: opening });
    return commitment;
  };

  for (const { tenant, name: value, roles, accounts } of founders) {
    const person = personId.parse(idText("p", randomBytes(16)));
    const name = await open(tenant, { label: "person-name", salt: randomSalt(), value });
    for (const each of accounts) {
      const text = { label: "account", salt: identitySalt, value: accountText(each) } as const;
      identities.push({ tenant, person, account: await open(tenant, text) });
    }
    const userHandle = randomBytes(32).toString("base64url");
    roster.push({ tenant, person, name, userHandle, roles });
    const token = randomBytes(32).toString("base64url");
    invitations.push({ tenant, person, invitation: invitationDigest(token), expiresAt });
    people.push({
      person,
      name: value,
      tenant,
      roles: roles.map((it) => (it.service === null ? it.role : `${it.role} of ${it.service}`)),
      enrolmentLink: `${facts.deskOrigin}/enrol#${token}`,
      enrolled: false,
    });
  }
  const tenants = [...openings.keys()];
  return {
    event: {
      type: "GenesisDeclared",
      restoreEpoch: 0,
      ...facts,
      tenants,
      people: roster,
      invitations,
      ...(facts.identityProviders === undefined ? {} : { identitySalt, identities }),
    },
    openings: [...openings].map(([tenant, texts]) => ({ tenant, texts })),
    people,
  };
}

function randomSalt(): Salt {
  return salt.parse(randomBytes(32).toString("base64url"));
}
