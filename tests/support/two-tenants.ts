import { type BindingId, bindingId, credentialId, personId } from "@countersign/protocol/ids";
import { addSeconds } from "@countersign/protocol/instants";
import { secretName, spiffeId, type TenantId, tenantId } from "@countersign/protocol/names";
import { inSession } from "../../server/db/session.ts";
import { type ConsoleWorld, startConsoleWorld } from "./console-world.ts";
import { TRUST_DOMAIN } from "./gateway.ts";
import { TestDevice, type TestPerson } from "./people.ts";
import type { Facts } from "./procedure-cases.ts";
import { ask, askAndApprove, asking, type Cast, register, registration, SECRET } from "./story.ts";
import type { TestDatabase } from "./test-database.ts";

export const TENANTS = ["acme", "globex"] as const;
export type Side = (typeof TENANTS)[number];

/** Two tenants that both use everything, and what tells of each. */
export type TwoTenants = {
  readonly world: ConsoleWorld;
  readonly facts: Readonly<Record<Side, Facts & { readonly credential: string }>>;
  readonly devices: Readonly<Record<Side, TestDevice>>;
  /** Ids, digests, names and texts that stand in rows of this tenant and in none of the other. */
  readonly telling: Readonly<Record<Side, readonly string[]>>;
  readonly tenant: Readonly<Record<Side, TenantId>>;
};

/** @param environment of the key service, beside its own */
export async function startTwoTenants(
  environment: Readonly<Record<string, string>> = {},
): Promise<TwoTenants> {
  const world = await startConsoleWorld({ environment });
  const { cast } = world;
  for (const person of [cast.olivia, cast.sam, cast.priya, cast.ingrid]) await world.signIn(person);
  const laptop = await TestDevice.login(cast.ingrid, "Ingrid's laptop");
  // Ingrid owns the payments of the other tenant and signs there by herself what is cheap.
  const globex: Cast = { ...cast, olivia: cast.ingrid, laptop };
  const facts = {
    acme: await fill(world, cast, "acme"),
    globex: await fill(world, globex, "globex"),
  };
  await world.settled();
  const { database } = world.installation;
  const [ofAcme, ofGlobex] = [await texts(database, "acme"), await texts(database, "globex")];
  return {
    world,
    facts,
    devices: { acme: cast.laptop, globex: laptop },
    telling: {
      acme: ["acme", ...[...ofAcme].filter((it) => !ofGlobex.has(it))],
      globex: ["globex", ...[...ofGlobex].filter((it) => !ofAcme.has(it))],
    },
    tenant: { acme: tenantId.parse("acme"), globex: tenantId.parse("globex") },
  };
}

async function fill({ parts, settled, sso }: ConsoleWorld, cast: Cast, of: Side) {
  const until = addSeconds(parts.now(), 30 * 86_400);
  const name = secretName.parse(`payments/dev/${of}-ledger/key`);
  const policy = {
    ...registration(SECRET).policy,
    owner: `${of}-treasury`,
    dataClassification: "internal" as const,
    tier: "low" as const,
  };
  const workload = spiffeId.parse(`spiffe://${TRUST_DOMAIN}/${of}/dev/payments/api`);
  const bindings = [{ workload, proof: "gateway-vouched" as const, expiresAt: until }];
  // The same name in both tenants, and one that only this one has.
  await register(cast);
  await register(
    cast,
    registration(name, { type: "api-key", category: "internal-api-key", policy, bindings }),
  );
  const reasons = { justification: `Closing the books of ${of}`, ticket: `${of.toUpperCase()}-77` };
  const asked =
    of === "acme"
      ? await askAndApprove(cast, reasons)
      : await ask(cast, { ...reasons, secrets: [name] });
  const pending = await ask(cast, { ...reasons, ticket: `${of.toUpperCase()}-78` });
  await settled();
  const tenant = tenantId.parse(of);
  const found = await parts.database.withTenant(tenant, async (tx) => ({
    binding: await tx.binding.findFirstOrThrow(),
    key: await tx.hardwareKey.findFirstOrThrow({ where: { person: cast.olivia.person } }),
  }));
  const binding: BindingId = bindingId.parse(found.binding.binding);
  return {
    ...asked,
    olivia: personId.parse(cast.olivia.person),
    binding,
    pending,
    until,
    device: cast.laptop.device,
    issuer: sso.idp.issuer,
    credential: credentialId.parse(found.key.credential),
  };
}

/** What the owner of this side drafts and does not sign. */
export const draftOf = async (laptop: TestDevice) => (await laptop.draft(asking(laptop))).draft;

/** The owner of each side, with the right to what was made there. */
export function ownerOf({ cast }: Pick<ConsoleWorld, "cast">, side: Side): TestPerson {
  return side === "acme" ? cast.olivia : cast.ingrid;
}

/** Words of code, times and numbers tell of nobody; everything else that a row holds may. */
const TELLS_NOTHING = /^(?:[a-z-]{1,24}|\d[\d:.,TZ +-]*|\\x[0-9a-f]*)$/;

async function texts({ adminUrl }: TestDatabase, tenant: Side): Promise<Set<string>> {
  return inSession(adminUrl, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.columns
        WHERE column_name = 'tenant' AND table_schema IN ('keyservice', 'projection', 'console')`,
    );
    const found = new Set<string>();
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: unknown }>(
        `SELECT to_jsonb(it) AS row FROM ${name} it WHERE tenant = $1`,
        [tenant],
      );
      for (const text of rows.flatMap(({ row }) => leaves(row)))
        if (text.length >= 6 && !TELLS_NOTHING.test(text)) found.add(text);
    }
    return found;
  });
}

function leaves(of: unknown): string[] {
  if (typeof of === "string") return [of];
  if (typeof of !== "object" || of === null) return [];
  // A statement names a root of the whole ledger, which everybody is shown.
  return Object.entries(of).flatMap(([name, it]) => (name === "checkpoint" ? [] : leaves(it)));
}
