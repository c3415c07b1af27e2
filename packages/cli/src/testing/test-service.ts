import { createHash, randomBytes } from "node:crypto";
import { fromBase64url, toBase64url } from "@countersign/protocol/bytes";
import { canonicalise } from "@countersign/protocol/canonical";
import { asDigest, digestOf, digestToBytes } from "@countersign/protocol/digest";
import {
  type DeviceId,
  type Digest,
  type DraftId,
  deviceId,
  draftId,
  idText,
  type RequestId,
} from "@countersign/protocol/ids";
import { addSeconds, type Instant, toInstant } from "@countersign/protocol/instants";
import type { SecretName } from "@countersign/protocol/names";
import type { PeopleApiPath } from "@countersign/protocol/people-api";
import type { RefusalCode } from "@countersign/protocol/refusals";
import { type Statement, statementDigest } from "@countersign/protocol/statement";
import { recipientKeyDigest } from "../log/prove-release.ts";
import {
  ACME,
  assignmentOf,
  CAST,
  castSecrets,
  EVE,
  OLIVIA,
  OLIVIAS_LAPTOP,
  PRIYA,
  SAM,
  type TestPerson,
  type TestSecret,
} from "./test-cast.ts";
import { ed25519Holds, type Handlers, openDoor, type Tamper } from "./test-door.ts";
import { enrolment, makeHardwareKey, touch } from "./test-hardware-key.ts";
import {
  checkpointNote,
  consistencyProof,
  inclusionPath,
  makeP256,
  makeWitness,
  treeRoot,
} from "./test-ledger.ts";
import {
  candidates,
  chainFor,
  type Draft,
  type Proposal,
  requestBody,
  settle,
  viewOf,
} from "./test-proposals.ts";
import { TestRefusal } from "./test-refusal.ts";
import { openSealing } from "./test-sealing.ts";
import { draftStatement } from "./test-statements.ts";

/*
 * A node:http server that speaks the people-API, every input and output judged by the contract's own
 * schemas, with real signatures, real HPKE and a real Merkle tree. It stands in for the key service
 * where a test needs to hold the other end: to sign at the desk, to lie, or to break off.
 */

type Login = {
  publicKey: string;
  label: string;
  port: number | null;
  code: string;
  signed: boolean;
};

export type TestService = Awaited<ReturnType<typeof startTestService>>;

export async function startTestService(
  now: () => number = Date.now,
  { witnessCount = 1, witnessQuorum = 1 } = {},
) {
  const release = makeP256();
  const sealing = openSealing(release);
  const log = makeP256();
  const pinned = Array.from({ length: witnessCount }, (_, at) =>
    makeWitness(`witness.test/w${at + 1}`),
  );
  const ledgerOrigin = `countersign.test/${randomBytes(4).toString("hex")}`;
  const secrets = new Map<SecretName, TestSecret>(castSecrets().map((it) => [it.name, it]));
  const hardwareKeys = CAST.map(makeHardwareKey);
  /** Genesis, and the enrolment of everybody's hardware key. */
  const entries: Buffer[] = [
    { type: "GenesisDeclared" },
    ...hardwareKeys.map((it) => enrolment(it)),
  ].map((event) => Buffer.from(canonicalise({ v: 1, events: [event], evidence: null })));
  const drafts = new Map<DraftId, Draft>();
  const proposals = new Map<Digest, Proposal>();
  const logins = new Map<string, Login>();
  const devices = new Map<
    DeviceId,
    { publicKey: string; label: string; enrolledAt: Instant; expiresAt: Instant }
  >();
  const calls: { path: string; body: string }[] = [];
  const tamper: Tamper = {};
  const refusals = new Map<PeopleApiPath, RefusalCode>();
  /** Those that cosign. */
  const witnesses = [...pinned];
  let origin = "";
  const at = () => toInstant(now());

  const append = (events: readonly unknown[], evidence: unknown = null) =>
    entries.push(Buffer.from(canonicalise({ v: 1, events, evidence }))) - 1;
  /** What a touch of that person's hardware key on this statement leaves in the ledger. */
  const signedBy = (person: TestPerson, statement: Statement, digest: Digest) => {
    const key = hardwareKeys.find((it) => it.of === person);
    if (key === undefined) throw new Error("the test has somebody sign who has no key");
    return { statement, digest, assertion: touch(key, { challenge: digest, origin }), list: null };
  };
  const facts = (signer: TestPerson, device: Parameters<typeof draftStatement>[0]["device"]) => ({
    tenant: ACME,
    signer,
    device,
    secrets,
    proposals,
    checkpoint: { size: entries.length, root: asDigest(treeRoot(entries)) },
    now: at(),
  });
  const hello = () => ({
    mode: "development" as const,
    ledgerOrigin,
    deskOrigin: origin,
    releaseKey: toBase64url(release.spki),
    logKey: toBase64url(log.spki),
    witnesses: pinned.map(({ name, publicKey }) => ({ name, publicKey: toBase64url(publicKey) })),
    witnessQuorum,
  });
  const deviceViewOf = (id: DeviceId) => {
    const known = devices.get(id);
    if (known === undefined) throw new TestRefusal("not-signed-in", "This device is not enrolled.");
    return {
      device: id,
      label: known.label,
      enrolledAt: known.enrolledAt,
      expiresAt: known.expiresAt,
    };
  };
  const findProposal = (id: Digest | RequestId): Proposal => {
    const found = [...proposals.values()].find(
      (it) =>
        it.digest === id || (it.statement.kind === "request" && it.statement.body.request === id),
    );
    if (found === undefined)
      throw new TestRefusal("not-found", "There is no such request, or it is not for you to see.");
    return found;
  };

  const handlers: Handlers = {
    "/people/v1/hello": async () => hello(),
    "/people/v1/device-logins/begin": async ({ publicKey, label, loopbackPort }) => {
      const login = toBase64url(randomBytes(24));
      logins.set(login, {
        publicKey,
        label,
        port: loopbackPort,
        code: toBase64url(randomBytes(24)),
        signed: false,
      });
      return { login, link: `${origin}/login/${login}` };
    },
    "/people/v1/device-logins/finish": async ({ login: id, code, signature }) => {
      const login = logins.get(id);
      if (login === undefined)
        throw new TestRefusal("not-found", "This login was used or has ended.");
      const digest = digestToBytes(await digestOf("deviceKey", { login: id, code }));
      if (!ed25519Holds(login.publicKey, digest, signature))
        throw new TestRefusal("not-found", "This login was used or has ended.");
      if (login.port !== null && code !== login.code)
        throw new TestRefusal("not-allowed", "This code does not belong to this login.");
      if (!login.signed) return { status: "waiting" };
      const device =
        devices.size === 0 ? OLIVIAS_LAPTOP : deviceId.parse(idText("d", randomBytes(16)));
      devices.set(device, {
        publicKey: login.publicKey,
        label: login.label,
        enrolledAt: at(),
        expiresAt: addSeconds(at(), 90 * 86_400),
      });
      append([{ type: "DeviceEnrolled", device }]);
      return {
        status: "enrolled",
        device: deviceViewOf(device),
        person: OLIVIA.person,
        name: OLIVIA.name,
        tenant: ACME,
      };
    },
    "/people/v1/whoami": async (_, device) => ({
      person: OLIVIA.person,
      name: OLIVIA.name,
      tenant: ACME,
      roles: [assignmentOf(OLIVIA)],
      device: deviceViewOf(requireDevice(device)),
      keys: [{ credential: OLIVIA.credential, enrolledAt: at() }],
    }),
    "/people/v1/people/list": async () => ({
      people: CAST.map((it) => ({
        person: it.person,
        name: it.name,
        status: "active",
        roles: [assignmentOf(it)],
        keys: [{ credential: it.credential, status: "active", enrolledAt: at() }],
        devices: [],
      })),
    }),
    "/people/v1/secrets/list": async ({ prefix }) => ({
      secrets: [...secrets.values()].filter((it) => it.name.startsWith(prefix)).map(secretViewOf),
    }),
    "/people/v1/secrets/show": async ({ name }) => ({
      ...secretViewOf(knownSecret(name)),
      bindings: [],
    }),
    "/people/v1/intake": () => sealing.offer(),
    "/people/v1/drafts": async ({ act }, device) => {
      const view = deviceViewOf(requireDevice(device));
      if (act.act === "request") for (const name of act.secrets) knownSecret(name);
      if ("name" in act && act.act !== "register-secret") knownSecret(act.name);
      const drafted = await draftStatement(facts(OLIVIA, view), act);
      const draft = draftId.parse(idText("x", randomBytes(16)));
      drafts.set(draft, {
        draft,
        ...drafted,
        digest: await statementDigest(drafted.bytes),
        status: "waiting",
        index: null,
      });
      if (act.act === "put-value" && act.value.source === "sealed")
        pendingValues.set(draft, await sealing.unseal(act.value.sealed));
      const lines = chainFor(drafted.statement);
      return {
        draft,
        link: `${origin}/d/${draft}`,
        statement: toBase64url(drafted.bytes),
        openings: drafted.openings,
        lines,
        candidates: lines.length > 0 ? candidates() : [],
      };
    },
    "/people/v1/drafts/status": async ({ draft: id }) => {
      const draft = drafts.get(id);
      if (draft === undefined) return { status: "expired", proposal: null, index: null };
      return {
        status: draft.status,
        proposal: proposals.has(draft.digest) ? draft.digest : null,
        index: draft.index,
      };
    },
    "/people/v1/proposals/list": async ({ which }) => {
      const all = [...proposals.values()]
        .reverse()
        .filter((it) => which === "mine" || it.status === "pending");
      return { proposals: all.map((it) => viewOf(it, now())) };
    },
    "/people/v1/proposals/show": async ({ proposal }) => viewOf(findProposal(proposal), now()),
    "/people/v1/grants/open": async ({ request, secret, use, recipientKey }, device) => {
      const it = findProposal(request);
      const { grant } = it;
      if (grant === null) throw new TestRefusal("not-approved", "That request is not approved.");
      if (grant.status === "revoked")
        throw new TestRefusal("grant-revoked", "That grant was revoked.");
      const uses = grant.uses.get(secret) ?? new Map();
      const sealedTo = uses.get(use);
      if (sealedTo !== undefined && sealedTo.recipientKey !== recipientKey)
        throw new TestRefusal("other-device", "That use was sealed to another key.");
      if (sealedTo === undefined && use !== uses.size + 1)
        throw new TestRefusal("uses-spent", "That use is not the next one.");
      if (use > grant.maxUses) throw new TestRefusal("uses-spent", "Every opening is spent.");
      const ref = requestBody(it.statement).secrets.find((known) => known.secret === secret);
      const known = ref === undefined ? undefined : secrets.get(ref.name);
      if (ref === undefined || known === undefined)
        throw new TestRefusal("not-found", "That request is not for this secret.");
      const sealedFor = {
        request,
        secret,
        version: ref.version,
        use,
        person: OLIVIA.person,
        device: requireDevice(device),
        recipientKey: recipientKeyDigest(fromBase64url(recipientKey) ?? new Uint8Array()),
      };
      const intent = append([{ type: "ReleaseIntended", ...sealedFor }]);
      if (sealedTo === undefined) uses.set(use, { recipientKey, index: intent });
      grant.uses.set(secret, uses);
      const context = {
        request,
        use,
        device: requireDevice(device),
        secret,
        secretVersion: ref.version,
        intent,
      };
      return sealing.sealRelease(
        context,
        fromBase64url(recipientKey) ?? new Uint8Array(),
        known.value,
      );
    },
    "/people/v1/values/check": async ({ name, candidate }) => {
      const known = knownSecret(name);
      return { equal: known.value.equals(await sealing.unseal(candidate)), version: known.version };
    },
    "/people/v1/log/checkpoint": async () => ({
      note: checkpointNote({
        origin: ledgerOrigin,
        entries,
        log,
        witnesses,
        atSeconds: Math.floor(now() / 1000),
      }),
    }),
    "/people/v1/log/consistency": async ({ from, to }) => ({
      proof: consistencyProof(from, entries.slice(0, to)).map(asDigest),
    }),
    "/people/v1/log/inclusion": async ({ index, size }) => {
      const entry = entries[index] ?? Buffer.alloc(0);
      return {
        leafHash: asDigest(createHash("sha256").update(Buffer.of(0)).update(entry).digest()),
        proof: inclusionPath(index, entries.slice(0, size)).map(asDigest),
        entry: toBase64url(entry),
      };
    },
    "/people/v1/log/key": async ({ credential }) => ({
      index: 1 + hardwareKeys.findIndex((it) => it.of.credential === credential),
    }),
  };

  const pendingValues = new Map<DraftId, Buffer>();
  function knownSecret(name: SecretName): TestSecret {
    const found = secrets.get(name);
    if (found === undefined)
      throw new TestRefusal("not-found", "There is no such secret of a service of yours.");
    return found;
  }
  function secretViewOf(it: TestSecret) {
    return {
      secret: it.secret,
      name: it.name,
      type: "database-credential",
      category: "database-user",
      policy: it.policy,
      version: it.version,
      status: "active" as const,
      lastRotatedAt: addSeconds(at(), -20 * 86_400),
      expiresAt: addSeconds(at(), 70 * 86_400),
      incomplete: [],
      warnings: [],
      chain: [["security-admin" as const], ["security-admin" as const]],
    };
  }

  const { port, stop } = await openDoor({
    handlers,
    tamper,
    refusals,
    calls,
    keyOf: (device) => devices.get(device)?.publicKey,
  });
  origin = `http://desk.localhost:${port}`;

  return {
    get origin() {
      return origin;
    },
    port,
    release,
    log,
    ledgerOrigin,
    witnesses,
    secrets,
    entries,
    /** What answers each path; a test may put another in its place. */
    handlers,
    cast: { olivia: OLIVIA, sam: SAM, priya: PRIYA, eve: EVE },
    append,
    signedBy,
    drafts,
    proposals,
    calls,
    tamper,
    refusals,
    devices,
    sealRelease: sealing.sealRelease,
    /** The person signs the newest device login; a browser on this machine then follows the redirect. */
    signLogin: async (): Promise<string | null> => {
      const login = [...logins.values()].at(-1);
      if (login === undefined) throw new Error("no login has begun");
      login.signed = true;
      return login.port === null
        ? null
        : `http://127.0.0.1:${login.port}/callback?code=${login.code}`;
    },
    /** Olivia signs her newest draft at the desk. */
    sign: () => {
      const draft = [...drafts.values()].at(-1);
      if (draft === undefined) throw new Error("no draft was made");
      draft.status = "signed";
      const { statement, digest } = draft;
      const isDecision = ["approve", "deny", "withdraw"].includes(statement.kind);
      draft.index = append(
        isDecision ? [] : [{ type: "ProposalMade", proposal: digest, by: OLIVIA.person }],
        signedBy(OLIVIA, statement, digest),
      );
      if (isDecision) return;
      const proposal: Proposal = {
        digest,
        statement,
        bytes: draft.bytes,
        openings: draft.openings,
        status: "pending",
        lines: chainFor(statement),
        index: draft.index,
        at: at(),
        outcome: null,
        grant: null,
      };
      proposals.set(digest, proposal);
      settle(proposal);
      const value = pendingValues.get(draft.draft);
      if (statement.kind === "put-value" && value !== undefined) {
        const known = knownSecret(statement.body.secret.name);
        known.value = value;
        known.version = statement.body.secret.version;
      }
    },
    decline: () => {
      for (const draft of drafts.values()) draft.status = "declined";
    },
    approve: async (by: TestPerson) => {
      const proposal = [...proposals.values()].at(-1);
      const line = proposal?.lines.find((it) => it.signed === null);
      if (proposal === undefined || line === undefined)
        throw new Error("nothing waits for a signature");
      const device = { device: OLIVIAS_LAPTOP, label: "", enrolledAt: at() };
      const { statement, bytes } = await draftStatement(facts(by, device), {
        act: "approve",
        proposal: proposal.digest,
        reason: null,
      });
      const { person, role, credential } = by;
      const approved = { type: "ProposalApproved", proposal: proposal.digest, person, role };
      const evidence = signedBy(by, statement, await statementDigest(bytes));
      const index = append([{ ...approved, credential }], evidence);
      line.signed = { person, name: by.name, role, at: at(), credential, index };
      settle(proposal);
    },
    deny: (by: TestPerson) => {
      const proposal = [...proposals.values()].at(-1);
      if (proposal === undefined) throw new Error("there is no proposal");
      proposal.status = "denied";
      proposal.outcome = `Refused by ${by.name}.`;
    },
    newest: () => {
      const proposal = [...proposals.values()].at(-1);
      if (proposal === undefined) throw new Error("there is no proposal");
      return proposal;
    },
    stop,
  };
}

function requireDevice(device: DeviceId | null): DeviceId {
  if (device === null) throw new TestRefusal("not-signed-in", "No device has signed.");
  return device;
}
