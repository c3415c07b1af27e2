import { commitment } from "@countersign/protocol/ids";
import { instant } from "@countersign/protocol/instants";
import { secretName, spiffeId, tenantId } from "@countersign/protocol/names";
import { describe, expect, it } from "vitest";
import { digestOfNow } from "../../../kernel/digest.ts";
import { ISSUER } from "../../sessions/testing/session-world.ts";
import { asked, granted, opening, ready } from "../testing/asked.ts";
import { ACME, DecisionWorld, PII_POLICY } from "../testing/decision-world.ts";
import { applyEntry } from "./entry.ts";
import type { DomainEvent } from "./event.ts";
import { evolve, FoldFault, tenantOf } from "./evolve.ts";

type Of<T extends DomainEvent["type"]> = Extract<DomainEvent, { type: T }>;
type World = DecisionWorld;
const tenant = ACME;

/** Each kind of event about something that the ledger never introduced; null where it names nothing. */
const ABOUT_NOTHING: { readonly [T in DomainEvent["type"]]: ((world: World) => Of<T>) | null } = {
  GenesisDeclared: null,
  ServiceStarted: null,
  NonceConsumed: null,
  Refused: null,
  TamperingFound: null,
  ValueChecked: null,
  FetchesDone: null,
  FetchIntended: ({ ids }) => ({
    type: "FetchIntended",
    tenant,
    binding: ids.binding(),
    secret: ids.secret(),
    version: 1,
    workload: spiffeId.parse("spiffe://example.org/acme/dev/payments"),
    gateway: "gateway.test",
    certificate: ids.digest(),
  }),
  KeyCounted: ({ ids }) => ({ type: "KeyCounted", credential: ids.credential(), signCount: 1 }),
  KeyEnrolled: ({ ids }) => ({
    type: "KeyEnrolled",
    tenant,
    person: ids.person(),
    credential: ids.credential(),
    publicKey: ids.digest(),
    algorithm: -7,
    aaguid: "01020304-0506-0708-0102-030405060708",
    backupEligible: false,
    signCount: 0,
    invitation: null,
    sponsors: [],
  }),
  KeyLocked: ({ ids }) => ({ type: "KeyLocked", tenant, credential: ids.credential() }),
  KeyRevoked: ({ ids }) => ({ type: "KeyRevoked", tenant, credential: ids.credential() }),
  DeviceEnrolled: (world) => ({
    type: "DeviceEnrolled",
    tenant,
    person: world.ids.person(),
    device: world.ids.device(),
    label: world.commit(world.person("Una", []), "device-label", "laptop"),
    publicKey: world.ids.digest(),
    expiresAt: world.in(60),
  }),
  DeviceRevoked: ({ ids }) => ({ type: "DeviceRevoked", tenant, device: ids.device() }),
  DeviceExpired: ({ ids }) => ({ type: "DeviceExpired", tenant, device: ids.device() }),
  InvitationExpired: ({ ids }) => ({ type: "InvitationExpired", tenant, invitation: ids.digest() }),
  RolesChanged: ({ ids }) => ({
    type: "RolesChanged",
    tenant,
    person: ids.person(),
    roles: [],
    sponsors: [],
  }),
  PersonRevoked: ({ ids }) => ({ type: "PersonRevoked", tenant, person: ids.person() }),
  IdentityLinked: ({ ids }) => ({
    type: "IdentityLinked",
    tenant,
    person: ids.person(),
    account: commitment.parse(ids.digest()),
  }),
  IdentityUnlinked: (world) => ({
    type: "IdentityUnlinked",
    tenant,
    person: world.person("Una", []).person,
    account: commitment.parse(world.ids.digest()),
  }),
  IdentityProven: ({ ids, now }) => ({
    type: "IdentityProven",
    tenant,
    person: ids.person(),
    session: ids.digest(),
    issuer: ISSUER,
    account: commitment.parse(ids.digest()),
    authenticatedAt: now,
    token: ids.digest(),
  }),
  SessionOpened: (world) => ({
    type: "SessionOpened",
    tenant,
    person: world.ids.person(),
    session: world.ids.digest(),
    credential: world.ids.credential(),
    issuer: ISSUER,
    account: commitment.parse(world.ids.digest()),
    authenticatedAt: world.now,
    expiresAt: world.in(3600),
  }),
  SessionEnded: (world) => ({
    type: "SessionEnded",
    tenant,
    session: world.ids.digest(),
    person: world.person("Una", []).person,
    because: "expired",
  }),
  SecretRegistered: ({ ids }) => ({
    type: "SecretRegistered",
    tenant: tenantId.parse("initech"),
    secret: ids.secret(),
    name: secretName.parse("payments/dev/api/key"),
    environment: "dev",
    secretType: "api-key",
    category: "internal-api-key",
    policy: PII_POLICY,
    policyDigest: ids.digest(),
  }),
  PolicyChanged: ({ ids }) => ({
    type: "PolicyChanged",
    tenant,
    secret: ids.secret(),
    policy: PII_POLICY,
    policyDigest: ids.digest(),
  }),
  VersionAdded: ({ ids }) => ({
    type: "VersionAdded",
    tenant,
    secret: ids.secret(),
    version: 1,
    envelope: ids.digest(),
    identity: ids.digest(),
  }),
  SecretRevoked: ({ ids }) => ({ type: "SecretRevoked", tenant, secret: ids.secret() }),
  WorkloadBound: ({ ids }) => ({
    type: "WorkloadBound",
    tenant,
    binding: ids.binding(),
    secret: ids.secret(),
    workload: spiffeId.parse("spiffe://acme.example/api"),
    proof: "end-to-end",
    expiresAt: instant.parse("2026-03-03T08:00:00Z"),
  }),
  BindingRevoked: ({ ids }) => ({ type: "BindingRevoked", tenant, binding: ids.binding() }),
  BindingExpired: ({ ids }) => ({ type: "BindingExpired", tenant, binding: ids.binding() }),
  ProposalMade: ({ ids }) => ({ ...made(), by: ids.person() }),
  ProposalApproved: ({ ids }) => ({
    type: "ProposalApproved",
    tenant,
    proposal: ids.digest(),
    person: ids.person(),
    role: "security-admin",
    credential: ids.credential(),
  }),
  ProposalAccepted: ({ ids }) => ({ type: "ProposalAccepted", tenant, proposal: ids.digest() }),
  ProposalDenied: ({ ids }) => ({
    type: "ProposalDenied",
    tenant,
    proposal: ids.digest(),
    by: ids.person(),
  }),
  ProposalWithdrawn: ({ ids }) => ({ type: "ProposalWithdrawn", tenant, proposal: ids.digest() }),
  ProposalExpired: ({ ids }) => ({ type: "ProposalExpired", tenant, proposal: ids.digest() }),
  GrantIssued: (world) => ({
    type: "GrantIssued",
    tenant,
    request: world.ids.request(),
    proposal: world.ids.digest(),
    person: world.ids.person(),
    device: world.ids.device(),
    secrets: [],
    notBefore: world.now,
    expiresAt: world.in(60),
    maxUses: 1,
  }),
  GrantRevoked: ({ ids }) => ({ type: "GrantRevoked", tenant, request: ids.request() }),
  GrantExpired: ({ ids }) => ({ type: "GrantExpired", tenant, request: ids.request() }),
  ReleaseIntended: ({ ids }) => ({
    type: "ReleaseIntended",
    tenant,
    request: ids.request(),
    secret: ids.secret(),
    version: 1,
    use: 1,
    person: ids.person(),
    device: ids.device(),
    recipientKey: ids.digest(),
  }),
  ReleaseDone: ({ ids }) => ({
    type: "ReleaseDone",
    tenant,
    request: ids.request(),
    secret: ids.secret(),
    use: 1,
  }),
};

/** A proposal as it was really made. */
function made(): Of<"ProposalMade"> {
  const { world } = asked();
  const events = world.entries.flatMap((entry) => entry.events);
  return events.find((event) => event.type === "ProposalMade") ?? expect.fail();
}

const ROWS = Object.entries(ABOUT_NOTHING).flatMap(([type, make]) =>
  make === null ? [] : [{ type, make }],
);
const at = instant.parse("2026-03-02T08:00:00Z");

describe("the fold", () => {
  it.each(ROWS)("AUD-2 stops at $type about something that was never introduced", ({ make }) => {
    const world = new DecisionWorld();
    expect(() => evolve(world.state, make(world), { index: 9, at })).toThrow(FoldFault);
  });

  it("AUD-2 stops at an event of a tenant that genesis does not name", () => {
    const initech = tenantId.parse("initech");
    for (const { make } of ROWS) {
      const world = new DecisionWorld();
      const event = make(world);
      if (!("tenant" in event) || ["KeyLocked", "KeyRevoked"].includes(event.type)) continue;
      const foreign = { ...event, tenant: initech };
      expect(() => evolve(world.state, foreign, { index: 9, at })).toThrow(FoldFault);
    }
  });

  it("AUD-2 stops at a release, done or intended, of a use that was never granted", () => {
    const it = granted();
    const { request, secret } = it;
    const done = { type: "ReleaseDone", tenant, request, secret, use: 1 } as const;
    expect(() => it.world.given(done)).toThrow(FoldFault);
    const intended = it.world.open(opening(it)).events[0] ?? expect.fail();
    const other = { ...intended, secret: it.world.ids.secret() } as DomainEvent; // the same event, one id changed
    expect(() => it.world.given(other)).toThrow(FoldFault);
  });

  it("AUD-2 gives the same state each time the same entries are folded", () => {
    const before = ready();
    const base = before.world.copyState();
    const count = before.world.entries.length;
    const it = granted({ maxUses: 2 }, before);
    it.world.open(opening(it));
    it.world.pass(3600);
    it.world.expire();
    for (const entry of it.world.entries.slice(count)) applyEntry(base, entry);
    expect(base).toEqual(it.world.state);
    expect(base.lastAt).toBe(it.world.now);
  });

  it("folds a retried release once: the same use stays one use", () => {
    const it = granted({ maxUses: 3 });
    const call = opening(it);
    for (let times = 0; times < 3; times++) it.world.open(call);
    const uses = tenantOf(it.world.state, ACME).grants.get(it.request)?.secrets[0]?.uses;
    expect(uses?.map((use) => [use.use, use.recipientKey])).toEqual([[1, call.recipientKey]]);
  });

  it("raises the roster epoch for people, keys and roles, and for nothing else", () => {
    const { world, cast, secret, laptop } = ready();
    const epoch = () => world.state.rosterEpoch;
    const before = epoch();
    world.given(
      { type: "SecretRevoked", tenant, secret },
      { type: "DeviceRevoked", tenant, device: laptop },
    );
    expect(epoch()).toBe(before);
    world.given({ type: "PersonRevoked", tenant, person: cast.eve.person });
    expect(epoch()).toBe(before + 1);
  });

  it("JIT-2 keeps a version's personal data in mind when the secret is called something else", () => {
    const { world, secret } = ready({ ...PII_POLICY, dataClassification: "internal" });
    const known = tenantOf(world.state, ACME).secrets.get(secret) ?? expect.fail();
    const change = (dataClassification: string) => {
      const policy = { ...PII_POLICY, dataClassification };
      world.given({
        type: "PolicyChanged",
        tenant,
        secret,
        policy,
        policyDigest: digestOfNow("policy", policy),
      });
      return known.current?.personalData;
    };
    expect([known.current?.personalData, change("pii"), change("public")]).toEqual([
      false,
      true,
      true,
    ]);
    world.given({
      type: "VersionAdded",
      tenant,
      secret,
      version: 2,
      envelope: world.ids.digest(),
      identity: world.ids.digest(),
    });
    expect(known.current?.personalData).toBe(false);
  });
});
