import { serviceName, type TenantId, tenantId } from "@countersign/protocol/names";
import type { Assignment, Role } from "@countersign/protocol/roles";
import type { Entry } from "../domain/entry.ts";
import { HISTORY_ACTS } from "./history-acts.ts";
import { type EnvelopeRow, HistoryWorld, type OpeningRow } from "./history-world.ts";

export type History = {
  readonly entries: readonly Entry[];
  /** What the commitments in the entries open to. */
  readonly openings: readonly OpeningRow[];
  /** What the digests of values in the entries are of. */
  readonly envelopes: readonly EnvelopeRow[];
};

export const HISTORY_TENANTS: readonly TenantId[] = ["acme", "globex"].map((it) =>
  tenantId.parse(it),
);
export const HISTORY_SERVICES = ["payments", "billing"].map((it) => serviceName.parse(it));

const owner = (role: Role, service: string): Assignment => ({
  role,
  service: serviceName.parse(service),
});
const plain = (role: Role): Assignment => ({ role, service: null });

const CAST: readonly (readonly [name: string, roles: readonly Assignment[]])[] = [
  ["Olivia", [owner("service-owner", "payments"), owner("service-owner", "billing")]],
  ["Sam", [plain("security-admin")]],
  ["Priya", [plain("security-admin")]],
  ["Cass", [plain("ciso")]],
  ["Audrey", [plain("auditor")]],
  ["Max", [plain("officer"), plain("tenant-admin")]],
  ["Theo", [owner("service-admin", "payments"), plain("officer")]],
  ["Eve", []],
];

/**
 * A history of two tenants as the key service could have written it, for tests and figures: every kind of
 * event, statements that parse, and effects as the rules of each act make them. Who may do what is not
 * asked: the fold does not either.
 *
 * @param seed every history of one seed and length is the same
 * @param entryCount at least 1; a few entries more when an act takes several
 */
export function buildHistory(seed: number, entryCount: number): History {
  const world = new HistoryWorld(seed);
  declareGenesis(world);
  const weighted = HISTORY_ACTS.flatMap(({ act, weight }) =>
    Array.from({ length: weight }, () => act),
  );
  while (world.entries.length < entryCount) {
    world.now = world.in(Math.floor(world.random() * 90));
    const tenant = world.pick(HISTORY_TENANTS);
    // An act that finds nothing to act upon records nothing, and another one is drawn.
    if (tenant !== undefined) world.pick(weighted)?.(world, tenant);
  }
  const { entries, openings, envelopes } = world;
  return { entries, openings, envelopes };
}

function declareGenesis(world: HistoryWorld): void {
  const people = HISTORY_TENANTS.flatMap((tenant) =>
    CAST.map(([name, roles]) => ({
      tenant,
      person: world.ids.person(),
      name: world.commit(tenant, "person-name", `${name} of ${tenant}`),
      userHandle: world.base64url(),
      roles,
    })),
  );
  // Two for each: one is used, the other runs out.
  const invitations = [...people, ...people].map(({ tenant, person }) => ({
    tenant,
    person,
    invitation: world.ids.digest(),
    expiresAt: world.in(86_400),
  }));
  world.record(
    [
      {
        type: "GenesisDeclared",
        mode: "development",
        ledgerOrigin: "ledger.test/history",
        deskOrigin: "https://desk.localhost",
        restoreEpoch: 0,
        logKey: world.base64url(),
        releaseKey: world.base64url(),
        witnesses: [{ name: "witness.test/one", publicKey: world.base64url() }],
        consoleCredential: world.ids.digest(),
        tenants: HISTORY_TENANTS,
        people,
        invitations,
      },
    ],
    "system",
  );
}
