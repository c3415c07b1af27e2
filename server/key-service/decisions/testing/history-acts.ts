import { secretName, type TenantId } from "@countersign/protocol/names";
import { REFUSAL_CODES } from "@countersign/protocol/refusals";
import type { Role } from "@countersign/protocol/roles";
import { ENVIRONMENTS } from "@countersign/protocol/taxonomy";
import { rulesOf } from "../../requests/domain/act-rules.ts";
import { type Chain, chainForUse, isComplete } from "../../requests/domain/chain.ts";
import type { ProposedStatement } from "../../requests/domain/proposal.ts";
import type { Key, Person } from "../../roster/domain/roster.ts";
import { identityDigest } from "../../secrets/domain/identity.ts";
import { decideExpiry } from "../domain/decide-expiry.ts";
import {
  devicesOf,
  keyOf,
  pendingOf,
  peopleOf,
  RECENT,
  refOf,
  roomOf,
  runningOf,
  secretsOf,
  signerOf,
  someBinding,
  somePolicy,
  someReason,
} from "./history-picks.ts";
import { revoke } from "./history-revocations.ts";
import { linkIdentity, signIn, signOut, unlinkIdentity } from "./history-sessions.ts";
import type { HistoryWorld } from "./history-world.ts";

type Act = (world: HistoryWorld, tenant: TenantId) => void;

/** Each kind of thing that happens, and how often. */
export const HISTORY_ACTS: readonly { readonly act: Act; readonly weight: number }[] = [
  { act: enrolKey, weight: 3 },
  { act: enrolDevice, weight: 3 },
  { act: registerSecret, weight: 4 },
  { act: putValue, weight: 3 },
  { act: changePolicy, weight: 3 },
  { act: bindWorkload, weight: 2 },
  { act: request, weight: 10 },
  { act: approve, weight: 20 },
  { act: refuseProposal, weight: 2 },
  { act: release, weight: 16 },
  { act: fetch, weight: 12 },
  { act: checkValue, weight: 2 },
  { act: changeRole, weight: 2 },
  { act: revoke, weight: 6 },
  { act: beRefused, weight: 4 },
  { act: expire, weight: 2 },
  { act: keepHouse, weight: 1 },
  { act: linkIdentity, weight: 2 },
  { act: signIn, weight: 2 },
  { act: signOut, weight: 2 },
  { act: unlinkIdentity, weight: 1 },
];

function enrolKey(world: HistoryWorld, tenant: TenantId): void {
  const person = world.pick(peopleOf(world, tenant));
  if (person === undefined) return;
  const own = keyOf(world, person);
  const invitation = [...world.state.invitations.values()].find(
    (it) => it.person === person.person && it.status === "open",
  );
  if (own === undefined && invitation === undefined) return;
  const body = {
    person: { person: person.person, name: person.name },
    credential: world.ids.credential(),
    publicKey: world.base64url(),
    algorithm: -7,
    aaguid: "01020304-0506-0708-0102-030405060708",
    backupEligible: world.chance(0.3),
    attestation: "unverified",
    authority:
      own === undefined && invitation !== undefined
        ? ({ by: "invitation", invitation: invitation.invitation } as const)
        : ({ by: "own-key", credential: own?.credential ?? world.ids.credential() } as const),
  } as const;
  const signing = own ?? { credential: body.credential, signCount: 0 };
  propose(world, person, "member", signing, world.draft("enrol-key", body, person, "member"), []);
}

function enrolDevice(world: HistoryWorld, tenant: TenantId): void {
  const signer = signerOf(world, tenant);
  if (signer === undefined) return;
  const { person, key } = signer;
  const body = {
    device: world.ids.device(),
    label: world.commit(tenant, "device-label", `laptop ${world.entries.length}`),
    publicKey: world.base64url(),
    expiresAt: world.in(world.chance(0.2) ? 7_200 : 86_400 * 30),
  };
  world.sign(world.draft("enrol-device", body, person, "member"), key, () => [
    { type: "DeviceEnrolled", tenant, person: person.person, ...body },
  ]);
}

function registerSecret(world: HistoryWorld, tenant: TenantId): void {
  const signer = signerOf(world, tenant, "service-owner");
  const environment = world.pick(ENVIRONMENTS);
  if (signer === undefined || environment === undefined) return;
  const secret = world.ids.secret();
  const name = secretName.parse(`payments/${environment}/postgres/app-${world.entries.length}`);
  const policy = somePolicy(world);
  const bindings = world.chance(0.3) ? [someBinding(world)] : [];
  const body = {
    secret,
    name,
    environment,
    type: "database-credential",
    category: "database-user",
    policy,
    identity: identityDigest(tenant, { secret, name, environment }, 1),
    value: world.chance(0.8)
      ? ({ source: "generated", envelope: world.seal(tenant, secret, 1) } as const)
      : null,
    bindings,
  } as const;
  const chain = bindings.length === 0 ? [] : chainForUse(policy, environment, false);
  const of = world.draft("register-secret", body, signer.person, "service-owner");
  propose(world, signer.person, "service-owner", signer.key, of, chain);
}

function putValue(world: HistoryWorld, tenant: TenantId): void {
  const signer = signerOf(world, tenant, "service-owner");
  const secret = world.pick(secretsOf(world, tenant));
  if (signer === undefined || secret === undefined) return;
  const version = (secret.current?.version ?? 0) + 1;
  const body = {
    secret: { ...refOf(secret), version },
    identity: identityDigest(tenant, secret, version),
    value: {
      source: "sealed",
      sealed: world.ids.digest(),
      envelope: world.seal(tenant, secret.secret, version),
    },
  } as const;
  const of = world.draft("put-value", body, signer.person, "service-owner");
  propose(world, signer.person, "service-owner", signer.key, of, []);
}

function changePolicy(world: HistoryWorld, tenant: TenantId): void {
  const signer = signerOf(world, tenant, "service-owner");
  const secret = world.pick(secretsOf(world, tenant));
  if (signer === undefined || secret === undefined) return;
  const body = { secret: refOf(secret), after: somePolicy(world) };
  const isEdit = world.chance(0.4);
  const of = isEdit
    ? world.draft("edit-secret", body, signer.person, "service-owner")
    : world.draft("reclassify-secret", body, signer.person, "service-owner");
  const chain = isEdit ? [] : chainForUse(body.after, secret.environment, false);
  propose(world, signer.person, "service-owner", signer.key, of, chain);
}

function bindWorkload(world: HistoryWorld, tenant: TenantId): void {
  const signer = signerOf(world, tenant, "service-owner");
  const secret = world.pick(secretsOf(world, tenant));
  if (signer === undefined || secret === undefined) return;
  const body = { secret: refOf(secret), binding: someBinding(world) };
  const of = world.draft("bind-workload", body, signer.person, "service-owner");
  const chain = chainForUse(secret.policy, secret.environment, false);
  propose(world, signer.person, "service-owner", signer.key, of, chain);
}

function request(world: HistoryWorld, tenant: TenantId): void {
  const signer = signerOf(world, tenant, "service-owner");
  if (signer === undefined) return;
  const { person, key } = signer;
  const device = world.pick(devicesOf(world, person));
  const wanted = new Set(
    secretsOf(world, tenant)
      .filter(() => world.chance(0.15))
      .slice(0, 3),
  );
  if (device === undefined || wanted.size === 0) return;
  const body = {
    request: world.ids.request(),
    secrets: [...wanted].map(refOf),
    recipient: { device: device.device, label: device.label, enrolledAt: device.enrolledAt },
    justification: world.commit(tenant, "justification", `Incident ${world.entries.length}`),
    ticket: world.commit(tenant, "ticket", `OPS-${world.entries.length}`),
    notBefore: world.now,
    expiresAt: world.in(3600),
    maxUses: 1 + Math.floor(world.random() * 3),
  };
  const chain = [...wanted]
    .map((it) => chainForUse(it.policy, it.environment, false))
    .reduce((a, b) => (a.length > b.length ? a : b));
  const of = world.draft("request", body, person, "service-owner");
  propose(world, person, "service-owner", key, of, chain);
}

function approve(world: HistoryWorld, tenant: TenantId): void {
  const proposal = world.pick(pendingOf(world, tenant));
  const role = world.pick(proposal?.chain.flatMap((line) => line.anyOf) ?? []);
  if (proposal === undefined || role === undefined) return;
  const signer = signerOf(world, tenant, role);
  const proposer = roomOf(world, tenant).people.get(proposal.by);
  if (signer === undefined || proposer === undefined) return;
  const { person, key } = signer;
  if (proposal.by === person.person) return;
  if (proposal.approvals.some((it) => it.person === person.person)) return;
  const body = { proposal: proposal.proposal, reason: someReason(world, tenant, 0.5) };
  world.sign(world.draft("approve", body, person, role), key, () => {
    const named = { tenant, proposal: proposal.proposal } as const;
    const approved = { type: "ProposalApproved", ...named, role } as const;
    const { credential } = key;
    const events = [{ ...approved, person: person.person, credential }];
    const roles = [...proposal.approvals.map((it) => it.role), role];
    if (!isComplete(proposal.chain, roles)) return events;
    const approvers = [...proposal.approvals.map((it) => it.person), person.person];
    const agreed = { proposal: proposal.proposal, approvers };
    const context = contextOf(world, proposer);
    const effects = rulesOf(proposal.statement).effects(context, agreed);
    return [...events, { type: "ProposalAccepted", ...named }, ...effects];
  });
}

function refuseProposal(world: HistoryWorld, tenant: TenantId): void {
  const proposal = world.pick(pendingOf(world, tenant));
  if (proposal === undefined) return;
  const named = { tenant, proposal: proposal.proposal } as const;
  if (world.chance(0.5)) {
    const proposer = roomOf(world, tenant).people.get(proposal.by);
    const key = proposer === undefined ? undefined : keyOf(world, proposer);
    if (proposer === undefined || key === undefined) return;
    const body = { proposal: proposal.proposal, reason: someReason(world, tenant, 0.5) };
    world.sign(world.draft("withdraw", body, proposer, "member"), key, () => [
      { type: "ProposalWithdrawn", ...named },
    ]);
    return;
  }
  const signer = signerOf(world, tenant, "security-admin");
  if (signer === undefined) return;
  const reason = world.commit(tenant, "reason", `Not now ${world.entries.length}`);
  const body = { proposal: proposal.proposal, reason };
  const of = world.draft("deny", body, signer.person, "security-admin");
  world.sign(of, signer.key, () => [
    { type: "ProposalDenied", ...named, by: signer.person.person },
  ]);
}

function release(world: HistoryWorld, tenant: TenantId): void {
  const request = world.pick(runningOf(world, tenant));
  const grant = request === undefined ? undefined : roomOf(world, tenant).grants.get(request);
  const granted = world.pick(grant?.secrets ?? []);
  if (grant === undefined || granted === undefined) return;
  const again = world.chance(0.2) ? granted.uses.at(-1) : undefined;
  if (again === undefined && granted.uses.length >= grant.maxUses) return;
  const use = again?.use ?? granted.uses.length + 1;
  const recipientKey = again?.recipientKey ?? world.ids.digest();
  const { person, device } = grant;
  const opened = { tenant, request: grant.request, secret: granted.secret, use } as const;
  const { version } = granted;
  world.record(
    [{ type: "ReleaseIntended", ...opened, version, person, device, recipientKey }],
    "command-line",
  );
  if (world.chance(0.9)) world.record([{ type: "ReleaseDone", ...opened }], "system");
}

function fetch(world: HistoryWorld, tenant: TenantId): void {
  const room = roomOf(world, tenant);
  const binding = world.pick([...room.bindings.values()].filter((it) => it.status === "active"));
  const version = binding && room.secrets.get(binding.secret)?.current?.version;
  if (binding === undefined || version === undefined) return;
  const { secret, workload } = binding;
  const from = { workload, gateway: "gateway.test", certificate: world.ids.digest() };
  const intent = world.entries.length;
  world.record(
    [{ type: "FetchIntended", tenant, binding: binding.binding, secret, version, ...from }],
    "gateway",
  );
  if (world.chance(0.9))
    world.record([{ type: "FetchesDone", tenant, intents: [intent] }], "system");
}

function checkValue(world: HistoryWorld, tenant: TenantId): void {
  const device = world.pick([...roomOf(world, tenant).devices.values()].slice(-RECENT));
  const secret = world.pick(secretsOf(world, tenant));
  if (device === undefined || secret?.current == null) return;
  const { version } = secret.current;
  const by = { person: device.person, device: device.device };
  const equal = world.chance(0.5);
  world.record(
    [{ type: "ValueChecked", tenant, secret: secret.secret, version, ...by, equal }],
    "command-line",
  );
}

function changeRole(world: HistoryWorld, tenant: TenantId): void {
  const signer = signerOf(world, tenant, "officer");
  const target = world.pick(peopleOf(world, tenant));
  if (signer === undefined || target === undefined || target === signer.person) return;
  const { roles } = target;
  const onCall = { role: "on-call", service: null } as const;
  const isOnCall = roles.some((it) => it.role === "on-call");
  const after = isOnCall ? roles.filter((it) => it.role !== "on-call") : [...roles, onCall];
  const person = { person: target.person, name: target.name };
  const body = { person, before: [...roles], after };
  const of = world.draft("change-role", body, signer.person, "officer");
  propose(world, signer.person, "officer", signer.key, of, [{ anyOf: ["officer"] }]);
}

function beRefused(world: HistoryWorld, tenant: TenantId): void {
  const person = world.pick(peopleOf(world, tenant))?.person ?? null;
  const code = world.pick(REFUSAL_CODES) ?? "not-allowed";
  const known = world.chance(0.8);
  const subject = world.chance(0.5) ? world.ids.digest() : null;
  const who = known ? { tenant, person } : { tenant: null, person: null };
  const attempt = world.pick(["request", "approve", "POST /v1/open"]) ?? "request";
  const count = world.chance(0.9) ? 1 : 500;
  world.record(
    [{ type: "Refused", ...who, code, attempt, device: null, subject, count }],
    known ? "desk" : "console",
  );
}

function expire(world: HistoryWorld): void {
  if (world.chance(0.05)) world.now = world.in(1800);
  for (const event of decideExpiry(world.state, world.now, 20)) world.record([event], "system");
}

function keepHouse(world: HistoryWorld): void {
  const holder = `key-service-${world.entries.length}`;
  const found = { type: "TamperingFound", what: "projection.secret", repaired: true } as const;
  world.record([world.chance(0.5) ? { type: "ServiceStarted", holder } : found], "system");
}

function propose(
  world: HistoryWorld,
  by: Person,
  role: "member" | Role,
  key: Pick<Key, "credential" | "signCount">,
  of: ProposedStatement,
  chain: Chain,
): void {
  const { tenant, person } = by;
  world.sign(of, key, (proposal) => {
    const { credential } = key;
    const who = { by: person, role, credential, beneficiaries: [person] };
    const made = { type: "ProposalMade", tenant, proposal, statement: of } as const;
    const events = [{ ...made, ...who, chain, decideBy: world.in(5400) }];
    if (!isComplete(chain, [])) return events;
    const effects = rulesOf(of).effects(contextOf(world, by), { proposal, approvers: [] });
    return [...events, { type: "ProposalAccepted", tenant, proposal }, ...effects];
  });
}

function contextOf(world: HistoryWorld, signer: Person) {
  const tenant = roomOf(world, signer.tenant);
  return { state: world.state, tenant, signer, now: world.now };
}
