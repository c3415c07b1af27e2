import { fromBase64url, toBase64url } from "@countersign/protocol/bytes";
import type { Digest, SecretId } from "@countersign/protocol/ids";
import type { SecretName } from "@countersign/protocol/names";
import type { SecretRef } from "@countersign/protocol/statement";
import type { Context, Session } from "../context.ts";
import { openRelease, verifyRelease } from "../delivery/open-release.ts";
import { generateRequestKey } from "../delivery/request-key.ts";
import { proveRelease, recipientKeyDigest } from "../log/prove-release.ts";
import { keepOpening } from "../state/recorded-acts.ts";
import {
  type RequestFile,
  type RequestKeyFile,
  readRequest,
  readRequestKey,
  removeRequest,
  writeRequest,
  writeRequestKey,
} from "../state/request-file.ts";
import { Stop, sentence, usage } from "../stop.ts";
import { releaseKeyOf } from "../values/seal-for-intake.ts";
import type { OwnRequest } from "./find-request.ts";

export type OpenedUse = {
  readonly name: SecretName;
  readonly secret: SecretId;
  readonly version: number;
  readonly use: number;
  /** Index of the ledger's entry of this opening. */
  readonly intent: number;
  /** The checkpoint in which that entry was proven to stand, and who cosigned it. */
  readonly proven: {
    readonly size: number;
    readonly root: Digest;
    readonly witnesses: readonly string[];
  };
  /** The caller overwrites it. */
  readonly value: Buffer;
};

/** Which secret of a request. @throws Stop `usage` where it holds several and none is named. */
export function chooseSecret(own: OwnRequest, name: SecretName | null): SecretRef {
  const { secrets } = own.body;
  const found =
    name === null
      ? secrets.length === 1
        ? secrets[0]
        : undefined
      : secrets.find((it) => it.name === name);
  if (found !== undefined) return found;
  if (name !== null)
    throw usage("That request is not for this secret.", `secrets get ${own.request} NAME`);
  throw usage(
    `That request is for ${secrets.length} secrets: ${secrets.map((it) => it.name).join(", ")}.`,
    `secrets get ${own.request} NAME`,
  );
}

/**
 * Which use to open: the one that was begun on this machine and never delivered, else the next one. The
 * same use can be opened again until the grant ends, so a crash in between burns nothing.
 * @throws Stop `uses-spent`.
 */
export function chooseUse(
  context: Context,
  own: OwnRequest,
  secret: SecretRef,
  asked: number | null,
): number {
  if (asked !== null) {
    if (asked > own.body.maxUses) throw usage(`--use: that request allows ${own.body.maxUses}.`);
    return asked;
  }
  const begun = readRequest(context.state, own.request)?.uses[secret.secret];
  if (begun !== undefined && !begun.delivered) return begun.use;
  const spent = own.view.grant?.uses.find((it) => it.secret === secret.secret)?.used ?? 0;
  if (spent < own.body.maxUses) return spent + 1;
  throw new Stop(
    "uses-spent",
    "Every opening that this request allows is spent.",
    `secrets request ${secret.name} --why TEXT --ticket TEXT`,
  );
}

/** @throws Stop `waits-for-people`, `not-yet`, `grant-expired`, `grant-revoked`: why nothing can be opened now. */
export function requireActive(context: Context, own: OwnRequest): void {
  const { grant, status, outcome } = own.view;
  if (status === "pending")
    throw new Stop(
      "waits-for-people",
      "That request still waits for signatures.",
      `secrets get ${own.request}`,
    );
  if (status !== "approved" || grant === null)
    throw new Stop(
      "ended",
      outcome ?? `That request is ${status}.`,
      "secrets request NAME asks again",
    );
  if (grant.status === "revoked")
    throw new Stop("grant-revoked", "That grant was revoked.", "secrets request NAME asks again");
  if (grant.status === "expired" || Date.parse(own.body.expiresAt) <= context.now()) {
    throw new Stop(
      "grant-expired",
      `That grant ended ${own.body.expiresAt}.`,
      "secrets request NAME asks again",
    );
  }
  if (Date.parse(own.body.notBefore) > context.now()) {
    throw new Stop(
      "not-yet",
      `That grant begins ${own.body.notBefore}.`,
      `secrets get ${own.request}`,
    );
  }
}

/**
 * Opens one use: has the value sealed to this request's key, checks that the pinned key service signed
 * it for exactly this request, use, secret, version and device, proves that this very opening stands in
 * the one ledger that the pinned witnesses cosign, and only then decrypts. The begun use is remembered
 * first: what is asked again is the same one.
 * @throws Stop `release-rejected`, exit code 8, where the answer is not what was asked; what `proveRelease`
 * throws where its record cannot be proven. Nothing was opened.
 */
export async function openUse(
  context: Context,
  session: Session,
  of: { readonly own: OwnRequest; readonly secret: SecretRef; readonly use: number },
): Promise<OpenedUse> {
  const { own, secret, use } = of;
  const { state } = context;
  const file = readRequest(state, own.request) ?? fileOf(session, own);
  const key = readRequestKey(state, own.request) ?? (await freshKey());
  writeRequestKey(state, own.request, key);
  writeRequest(state, {
    ...file,
    uses: { ...file.uses, [secret.secret]: { use, delivered: false } },
  });

  const { client, ledger, login, pin } = session;
  const { device } = login.device;
  const message = await client.call("/people/v1/grants/open", {
    request: own.request,
    secret: secret.secret,
    use,
    recipientKey: key.publicKey,
  });
  const verified = verifyRelease({
    releaseKey: releaseKeyOf(pin),
    askedFor: { request: own.request, use, device, secret: secret.secret },
    message,
  });
  if (!verified.ok) throw rejected(sentence(verified.message));
  const { release } = verified;
  if (release.secretVersion !== secret.version) {
    throw rejected(
      "The answer holds another version of the secret than the one that was approved. Nothing was shown.",
    );
  }
  const opening = {
    request: own.request,
    secret: secret.secret,
    version: secret.version,
    use,
    person: login.person,
    device,
    recipientKey: recipientKeyDigest(fromBase64url(key.publicKey) ?? new Uint8Array()),
  };
  const quorum = pin.witnessQuorum;
  const { checkpoint, head } = await proveRelease(
    { client, ledger, quorum },
    opening,
    release.intent,
  );
  keepOpening(state, pin.ledgerOrigin, { ...opening, index: release.intent });

  const privateKey = fromBase64url(key.privateKey) ?? new Uint8Array();
  const opened = await openRelease(release, privateKey);
  privateKey.fill(0);
  if (!opened.ok) throw rejected(sentence(opened.message));
  return {
    name: secret.name,
    secret: secret.secret,
    version: secret.version,
    use,
    intent: release.intent,
    proven: { ...head, witnesses: checkpoint.witnessed.map((it) => it.name) },
    value: Buffer.from(opened.value.buffer),
  };
}

function rejected(message: string): Stop {
  return new Stop("release-rejected", message, "Stop, and tell a security admin now.");
}

/** One line about an opening, for people. */
export function openingLine({ name, version, use, intent, proven }: OpenedUse): string {
  return `${name} version ${version}, opening ${use}: ledger entry ${intent}, cosigned by ${proven.witnesses.join(", ")}`;
}

/** Notes that a value arrived where it should, and forgets the private key once no opening is left. */
export function markDelivered(context: Context, own: OwnRequest, opened: OpenedUse): void {
  const file = readRequest(context.state, own.request);
  if (file === null) return;
  const next: RequestFile = {
    ...file,
    uses: { ...file.uses, [opened.secret]: { use: opened.use, delivered: true } },
  };
  const isOver = own.body.secrets.every(({ secret }) => {
    const last = next.uses[secret];
    return last?.delivered === true && last.use >= own.body.maxUses;
  });
  if (isOver) removeRequest(context.state, own.request);
  else writeRequest(context.state, next);
}

async function freshKey(): Promise<RequestKeyFile> {
  const pair = await generateRequestKey();
  return { v: 1, publicKey: toBase64url(pair.publicKey), privateKey: toBase64url(pair.privateKey) };
}

function fileOf(session: Session, own: OwnRequest): RequestFile {
  return {
    v: 1,
    origin: session.login.origin,
    request: own.request,
    draft: null,
    proposal: own.proposal,
    expiresAt: own.body.expiresAt,
    maxUses: own.body.maxUses,
    secrets: own.body.secrets.map(({ secret, name, version }) => ({ secret, name, version })),
    uses: {},
  };
}
