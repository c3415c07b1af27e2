import { createHash, createPublicKey, randomBytes, sign, verify } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { SealedValue } from "@countersign/protocol/acts";
import { fromBase64url, toBase64url } from "@countersign/protocol/bytes";
import { canonicalise } from "@countersign/protocol/canonical";
import { DEVICE_CALL_SCHEME, deviceCallDigest } from "@countersign/protocol/device-call";
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
import { intakeInfo, intakeSignedBytes } from "@countersign/protocol/intake";
import type { SecretName } from "@countersign/protocol/names";
import type { Openings } from "@countersign/protocol/openings";
import {
  PEOPLE_API,
  type PeopleApiInput,
  type PeopleApiOutput,
  type PeopleApiPath,
  type ProposalView,
  type SignatureLine,
} from "@countersign/protocol/people-api";
import { REFUSALS, type RefusalCode } from "@countersign/protocol/refusals";
import {
  type ReleaseContext,
  type ReleaseMessage,
  releaseInfo,
  releaseSignedBytes,
} from "@countersign/protocol/release-message";
import { type Statement, statementDigest } from "@countersign/protocol/statement";
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import {
  ACME,
  castSecrets,
  OLIVIA,
  OLIVIAS_LAPTOP,
  PRIYA,
  SAM,
  type TestPerson,
  type TestSecret,
} from "./test-cast.ts";
import {
  checkpointNote,
  consistencyProof,
  inclusionPath,
  makeP256,
  makeWitness,
  treeRoot,
} from "./test-ledger.ts";
import { draftStatement } from "./test-statements.ts";

/*
 * A node:http server that speaks the people-API, every input and output judged by the contract's own
 * schemas, with real signatures, real HPKE and a real Merkle tree. It stands in for the key service
 * where a test needs to hold the other end: to sign at the desk, to lie, or to break off.
 */

const suite = new CipherSuite({
  kem: new DhkemP256HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});
const copy = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

export class TestRefusal extends Error {
  readonly code: RefusalCode;
  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}

type Draft = {
  draft: DraftId;
  digest: Digest;
  statement: Statement;
  bytes: Uint8Array;
  openings: Openings;
  status: "waiting" | "signed" | "declined" | "expired";
  index: number | null;
};
type Proposal = {
  digest: Digest;
  statement: Statement;
  bytes: Uint8Array;
  openings: Openings;
  status: ProposalView["status"];
  lines: SignatureLine[];
  index: number;
  at: Instant;
  outcome: string | null;
  grant: Grant | null;
};
type Grant = {
  status: "active" | "revoked";
  expiresAt: Instant;
  notBefore: Instant;
  maxUses: number;
  uses: Map<string, Map<number, string>>;
};
type Login = {
  publicKey: string;
  label: string;
  port: number | null;
  code: string;
  signed: boolean;
};

type Handlers = {
  [P in PeopleApiPath]?: (
    input: PeopleApiInput<P>,
    device: DeviceId | null,
  ) => Promise<PeopleApiOutput<P>>;
};
/** Changes an answer after an honest service made it. */
export type Tamper = {
  [P in PeopleApiPath]?: (output: PeopleApiOutput<P>, input: PeopleApiInput<P>) => unknown;
};

export type TestService = Awaited<ReturnType<typeof startTestService>>;

export async function startTestService(now: () => number = Date.now) {
  const release = makeP256();
  const log = makeP256();
  const witness = makeWitness("witness.test/w1");
  const ledgerOrigin = `countersign.test/${randomBytes(4).toString("hex")}`;
  const secrets = new Map<SecretName, TestSecret>(castSecrets().map((it) => [it.name, it]));
  const entries: Buffer[] = [Buffer.from(canonicalise({ v: 1, genesis: true, evidence: null }))];
  const drafts = new Map<DraftId, Draft>();
  const proposals = new Map<Digest, Proposal>();
  const logins = new Map<string, Login>();
  const devices = new Map<
    DeviceId,
    { publicKey: string; label: string; enrolledAt: Instant; expiresAt: Instant }
  >();
  const intakes = new Map<string, CryptoKey>();
  const nonces = new Set<string>();
  const calls: { path: string; body: string }[] = [];
  const tamper: Tamper = {};
  const raw = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>();
  const refusals = new Map<PeopleApiPath, RefusalCode>();
  const witnesses = [witness];
  let origin = "";
  let signer: TestPerson = OLIVIA;
  const at = () => toInstant(now());

  const append = (content: unknown) => entries.push(Buffer.from(canonicalise(content))) - 1;
  const hello = () => ({
    mode: "development" as const,
    ledgerOrigin,
    deskOrigin: origin,
    releaseKey: toBase64url(release.spki),
    logKey: toBase64url(log.spki),
    witnesses: [{ name: witness.name, publicKey: toBase64url(witness.publicKey) }],
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
  const chainFor = (statement: Statement): SignatureLine[] =>
    statement.kind === "request" ||
    statement.kind === "reclassify-secret" ||
    statement.kind === "register-secret"
      ? [
          { anyOf: ["security-admin"], signed: null },
          { anyOf: ["security-admin"], signed: null },
        ]
      : [];
  const candidates = () =>
    [SAM, PRIYA].map(({ person, name, role }) => ({ person, name, role, cannot: null }));
  const viewOf = (it: Proposal): ProposalView => ({
    proposal: it.digest,
    request: it.statement.kind === "request" ? it.statement.body.request : null,
    statement: toBase64url(it.bytes),
    openings: it.openings,
    status: it.status,
    lines: it.lines,
    candidates: it.status === "pending" ? candidates() : [],
    outcome: it.outcome,
    proposedAt: it.at,
    decideBy: addSeconds(it.at, 86_400),
    index: it.index,
    grant: it.grant === null ? null : grantView(it, it.grant),
  });
  const grantView = (it: Proposal, grant: Grant) => {
    const uses = requestBody(it.statement).secrets.map(({ secret, name }) => {
      const used = grant.uses.get(secret)?.size ?? 0;
      return { secret, name, used, left: grant.maxUses - used };
    });
    const ended = Date.parse(grant.expiresAt) <= now();
    const status =
      grant.status === "revoked"
        ? "revoked"
        : ended
          ? "expired"
          : uses.every((use) => use.left === 0)
            ? "spent"
            : "active";
    return { status, notBefore: grant.notBefore, expiresAt: grant.expiresAt, uses } as const;
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
  const settle = (it: Proposal) => {
    if (it.lines.some((line) => line.signed === null)) return;
    it.status = "approved";
    if (it.statement.kind === "request") {
      const { body } = it.statement;
      it.grant = {
        status: "active",
        expiresAt: body.expiresAt,
        notBefore: body.notBefore,
        maxUses: body.maxUses,
        uses: new Map(),
      };
    }
  };

  const sealRelease = async (
    context: ReleaseContext,
    recipientKey: Uint8Array,
    value: Uint8Array,
    signWith = release.key,
  ): Promise<ReleaseMessage> => {
    const sender = await suite.createSenderContext({
      recipientPublicKey: await suite.kem.deserializePublicKey(copy(recipientKey)),
      info: copy(releaseInfo(context)),
    });
    const ciphertext = new Uint8Array(await sender.seal(copy(value)));
    const unsigned = {
      kind: "release/v1",
      ...context,
      enc: toBase64url(new Uint8Array(sender.enc)),
      ciphertext: toBase64url(ciphertext),
    } as const;
    return {
      ...unsigned,
      signature: toBase64url(
        sign("sha256", releaseSignedBytes(unsigned), { key: signWith, dsaEncoding: "ieee-p1363" }),
      ),
    };
  };
  const unseal = async (sealed: SealedValue): Promise<Buffer> => {
    const recipientKey = intakes.get(sealed.intake);
    if (recipientKey === undefined) throw new TestRefusal("draft-gone", "That intake is gone.");
    const recipient = await suite.createRecipientContext({
      recipientKey,
      enc: copy(fromBase64url(sealed.enc) ?? new Uint8Array()),
      info: copy(intakeInfo(sealed.intake)),
    });
    return Buffer.from(
      await recipient.open(copy(fromBase64url(sealed.ciphertext) ?? new Uint8Array())),
    );
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
      append({ v: 1, device, evidence: null });
      return {
        status: "enrolled",
        device: deviceViewOf(device),
        person: signer.person,
        name: signer.name,
        tenant: ACME,
      };
    },
    "/people/v1/whoami": async (_, device) => ({
      person: signer.person,
      name: signer.name,
      tenant: ACME,
      roles: [{ role: "service-owner", service: "payments" as never }],
      device: deviceViewOf(requireDevice(device)),
      keys: [{ credential: signer.credential, enrolledAt: at() }],
    }),
    "/people/v1/secrets/list": async ({ prefix }) => ({
      secrets: [...secrets.values()].filter((it) => it.name.startsWith(prefix)).map(secretViewOf),
    }),
    "/people/v1/secrets/show": async ({ name }) => secretViewOf(knownSecret(name)),
    "/people/v1/intake": async () => {
      const pair = await suite.kem.generateKeyPair();
      const intake = toBase64url(randomBytes(16));
      intakes.set(intake, pair.privateKey);
      const offer = {
        intake,
        publicKey: toBase64url(new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey))),
      };
      return {
        ...offer,
        signature: toBase64url(
          sign("sha256", intakeSignedBytes(offer), { key: release.key, dsaEncoding: "ieee-p1363" }),
        ),
      };
    },
    "/people/v1/drafts": async ({ act }, device) => {
      const view = deviceViewOf(requireDevice(device));
      if (act.act === "request") for (const name of act.secrets) knownSecret(name);
      if ("name" in act && act.act !== "register-secret") knownSecret(act.name);
      const drafted = await draftStatement(
        {
          tenant: ACME,
          signer,
          device: view,
          secrets,
          proposals,
          checkpoint: { size: entries.length, root: asDigest(treeRoot(entries)) },
          now: at(),
        },
        act,
      );
      const draft = draftId.parse(idText("x", randomBytes(16)));
      drafts.set(draft, {
        draft,
        ...drafted,
        digest: await statementDigest(drafted.bytes),
        status: "waiting",
        index: null,
      });
      if (act.act === "put-value" && act.value.source === "sealed")
        pendingValues.set(draft, await unseal(act.value.sealed));
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
      return { proposals: all.map(viewOf) };
    },
    "/people/v1/proposals/show": async ({ proposal }) => viewOf(findProposal(proposal)),
    "/people/v1/grants/open": async ({ request, secret, use, recipientKey }, device) => {
      const it = findProposal(request);
      const { grant } = it;
      if (grant === null) throw new TestRefusal("not-approved", "That request is not approved.");
      if (grant.status === "revoked")
        throw new TestRefusal("grant-revoked", "That grant was revoked.");
      const uses = grant.uses.get(secret) ?? new Map<number, string>();
      const sealedTo = uses.get(use);
      if (sealedTo !== undefined && sealedTo !== recipientKey)
        throw new TestRefusal("other-device", "That use was sealed to another key.");
      if (sealedTo === undefined && use !== uses.size + 1)
        throw new TestRefusal("uses-spent", "That use is not the next one.");
      if (use > grant.maxUses) throw new TestRefusal("uses-spent", "Every opening is spent.");
      grant.uses.set(secret, uses.set(use, recipientKey));
      const ref = requestBody(it.statement).secrets.find((known) => known.secret === secret);
      const known = ref === undefined ? undefined : secrets.get(ref.name);
      if (ref === undefined || known === undefined)
        throw new TestRefusal("not-found", "That request is not for this secret.");
      const intent = append({ v: 1, intent: { request, use }, evidence: null });
      const context = {
        request,
        use,
        device: requireDevice(device),
        secret,
        secretVersion: ref.version,
        intent,
      };
      return sealRelease(context, fromBase64url(recipientKey) ?? new Uint8Array(), known.value);
    },
    "/people/v1/values/check": async ({ name, candidate }) => {
      const known = knownSecret(name);
      return { equal: known.value.equals(await unseal(candidate)), version: known.version };
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

  async function authenticate(
    path: string,
    request: IncomingMessage,
    body: Buffer,
  ): Promise<DeviceId> {
    const found = new RegExp(
      `^${DEVICE_CALL_SCHEME} device=(\\S+), at=(\\d+), nonce=(\\S+), signature=(\\S+)$`,
    ).exec(request.headers.authorization ?? "");
    const [, id = "", time = "", nonce = "", signature = ""] = found ?? [];
    const device = deviceId.safeParse(id);
    const known = device.success ? devices.get(device.data) : undefined;
    if (!device.success || known === undefined || nonces.has(nonce))
      throw new TestRefusal("not-signed-in", "This device is not enrolled. Run `secrets login`.");
    nonces.add(nonce);
    const digest = await deviceCallDigest({
      device: device.data,
      path,
      body: toBase64url(createHash("sha256").update(body).digest()),
      at: Number(time),
      nonce,
    });
    if (!ed25519Holds(known.publicKey, digestToBytes(digest), signature))
      throw new TestRefusal("not-signed-in", "The call is not signed by that device.");
    return device.data;
  }

  async function answer<P extends PeopleApiPath>(
    path: P,
    request: IncomingMessage,
    body: Buffer,
  ): Promise<unknown> {
    const refused = refusals.get(path);
    if (refused !== undefined) throw new TestRefusal(refused, `The service refuses: ${refused}.`);
    const { caller, input, output } = PEOPLE_API[path];
    const device = caller === "device" ? await authenticate(path, request, body) : null;
    // The table is keyed by the path: schema and handler of P belong together.
    const given = input.parse(JSON.parse(body.toString("utf8"))) as PeopleApiInput<P>;
    const made = await handlers[path]?.(given, device);
    const honest = output.parse(made) as PeopleApiOutput<P>;
    return tamper[path] === undefined ? honest : tamper[path](honest, given);
  }

  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const special = raw.get(path);
    if (special !== undefined) return special(request, response);
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts);
      calls.push({ path, body: body.toString("utf8") });
      const send = (status: number, type: string, content: unknown) => {
        response.writeHead(status, { "content-type": type });
        response.end(JSON.stringify(content));
      };
      if (!Object.hasOwn(PEOPLE_API, path))
        return send(
          404,
          "application/problem+json",
          problemOf("not-found", "There is nothing here."),
        );
      answer(path as PeopleApiPath, request, body).then(
        (output) => send(200, "application/json", output),
        (error: unknown) => {
          const refusal =
            error instanceof TestRefusal ? error : new TestRefusal("malformed", String(error));
          send(
            REFUSALS[refusal.code].status,
            "application/problem+json",
            problemOf(refusal.code, refusal.message),
          );
        },
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
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
    drafts,
    proposals,
    calls,
    tamper,
    raw,
    refusals,
    devices,
    sealRelease,
    /** Whoever signs at the desk from now on. */
    become: (person: TestPerson) => {
      signer = person;
    },
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
      draft.index = append({
        v: 1,
        evidence: { digest: draft.digest, statement: draft.statement },
      });
      const { statement, digest } = draft;
      if (
        statement.kind === "approve" ||
        statement.kind === "deny" ||
        statement.kind === "withdraw"
      )
        return;
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
    approve: (by: TestPerson) => {
      const proposal = [...proposals.values()].at(-1);
      const line = proposal?.lines.find((it) => it.signed === null);
      if (proposal === undefined || line === undefined)
        throw new Error("nothing waits for a signature");
      line.signed = {
        person: by.person,
        name: by.name,
        role: by.role,
        at: at(),
        credential: by.credential,
        index: append({ v: 1, by: by.person, evidence: null }),
      };
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
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function requestBody(statement: Statement) {
  if (statement.kind !== "request") throw new TestRefusal("malformed", "That is not a request.");
  return statement.body;
}

function requireDevice(device: DeviceId | null): DeviceId {
  if (device === null) throw new TestRefusal("not-signed-in", "No device has signed.");
  return device;
}

function ed25519Holds(publicKey: string, message: Uint8Array, signature: string): boolean {
  const key = createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x: publicKey } });
  return verify(null, message, key, Buffer.from(signature, "base64url"));
}

function problemOf(code: RefusalCode, detail: string) {
  return {
    type: `urn:countersign:refusal:${code}`,
    title: code.replaceAll("-", " "),
    status: REFUSALS[code].status,
    detail,
    code,
    correlation: "c-test-1",
  };
}
