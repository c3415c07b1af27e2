import * as z from "zod";
import { BoundedJsonError, STATEMENT_LIMITS } from "./bounded-json.ts";
import { utf8 } from "./bytes.ts";
import { canonicalise, parseCanonical } from "./canonical.ts";
import { asDigest, digestBytes } from "./digest.ts";
import {
  base64urlBytes,
  bindingId,
  commitment,
  credentialId,
  type Digest,
  deviceId,
  digest,
  nonce,
  personId,
  requestId,
  secretId,
} from "./ids.ts";
import { instant } from "./instants.ts";
import { environment, type SecretName, secretName, spiffeId, tenantId } from "./names.ts";
import { secretPolicy } from "./policy.ts";
import { assignment, signingRole } from "./roles.ts";
import { issuer } from "./sign-in.ts";
import { type Environment, SECRET_CATEGORIES, SECRET_TYPES } from "./taxonomy.ts";

/*
 * One statement is one act by one person. Its digest is the WebAuthn challenge, so that the assertion
 * is a hardware key's signature on exactly that act. Every object is strict: what a reader does not
 * know, nobody signs.
 */

export const personRef = z.strictObject({ person: personId, name: commitment });
export const deviceRef = z.strictObject({
  device: deviceId,
  label: commitment,
  enrolledAt: instant,
});

/** The name is what people read and the environment is what rules judge: one must not contradict the other. */
const nameAgrees = (of: { readonly name: SecretName; readonly environment: Environment }) =>
  of.name.split("/")[1] === of.environment; // runs, and must not throw, on malformed names too
const OTHER_ENVIRONMENT = "the environment is not the one in the name";

/** `version` is the version that opens; `policy` the digest of the metadata that was judged. */
export const secretRef = z
  .strictObject({
    secret: secretId,
    name: secretName,
    environment,
    version: z.int().min(1).max(1_000_000),
    policy: digest,
  })
  .refine(nameAgrees, OTHER_ENVIRONMENT);
export type PersonRef = z.infer<typeof personRef>;
export type DeviceRef = z.infer<typeof deviceRef>;
export type SecretRef = z.infer<typeof secretRef>;

/**
 * How a value came in. `envelope` is the digest of what the key service staged: ciphertext under the
 * tenant's key. `sealed` is the digest of what the command line sent, which the person can compare.
 */
export const valueRef = z.discriminatedUnion("source", [
  z.strictObject({ source: z.literal("sealed"), sealed: digest, envelope: digest }),
  z.strictObject({ source: z.literal("generated"), envelope: digest }),
]);
export type ValueRef = z.infer<typeof valueRef>;

/** COSE algorithm numbers that hardware keys may use: ES256, EdDSA, RS256. */
export const KEY_ALGORITHMS = [-7, -8, -257] as const;

export const ATTESTATION_LEVELS = ["none", "self", "unverified", "verified"] as const;

const enrolKey = z.strictObject({
  person: personRef,
  credential: credentialId,
  /** COSE_Key, CBOR. */
  publicKey: base64urlBytes(32, 1024),
  algorithm: z.union(KEY_ALGORITHMS.map((algorithm) => z.literal(algorithm))),
  aaguid: z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  /** WebAuthn BE: the key can be copied between devices. */
  backupEligible: z.boolean(),
  /** What is known of the maker: `verified` by a chain to a pinned root, else only what the key says of itself. */
  attestation: z.enum(ATTESTATION_LEVELS),
  /** Who vouches: a one-time invitation named in genesis, or a key that the person already has. */
  authority: z.discriminatedUnion("by", [
    z.strictObject({ by: z.literal("invitation"), invitation: digest }),
    z.strictObject({ by: z.literal("own-key"), credential: credentialId }),
  ]),
});

const enrolDevice = z.strictObject({
  device: deviceId,
  label: commitment,
  /** Ed25519 public key, raw. */
  publicKey: base64urlBytes(32, 32),
  expiresAt: instant,
});

const changeRole = z.strictObject({
  person: personRef,
  before: z.array(assignment).max(50),
  after: z.array(assignment).max(50),
});

export const workloadBinding = z.strictObject({
  binding: bindingId,
  workload: spiffeId,
  proof: z.enum(["end-to-end", "gateway-vouched"]),
  expiresAt: instant,
});
export type WorkloadBinding = z.infer<typeof workloadBinding>;

/**
 * `account` commits to issuer and subject (`accountText`) under the installation's own salt, so that the
 * account that people read here is the very one that opens sessions.
 */
const linkIdentity = z.strictObject({ person: personRef, account: commitment });

/** `session` is the digest of the console's session secret, which nobody but that console has. */
const signIn = z
  .strictObject({
    session: digest,
    issuer,
    account: commitment,
    /** When the person last proved themselves to the identity provider. */
    authenticatedAt: instant,
    expiresAt: instant,
  })
  .refine((it) => it.authenticatedAt < it.expiresAt, "the session ends before it begins");

const registerSecret = z
  .strictObject({
    secret: secretId,
    name: secretName,
    environment,
    type: z.enum(SECRET_TYPES),
    category: z.enum(SECRET_CATEGORIES),
    policy: secretPolicy,
    /** Digest of (tenant, secret, name, environment, version 1): what the first value is encrypted under. */
    identity: digest,
    value: valueRef.nullable(),
    bindings: z.array(workloadBinding).max(20),
  })
  .refine(nameAgrees, OTHER_ENVIRONMENT);

const editSecret = z.strictObject({ secret: secretRef, after: secretPolicy });
const reclassifySecret = z.strictObject({ secret: secretRef, after: secretPolicy });
/** `secret.version` is the version that the new value becomes. */
const putValue = z.strictObject({ secret: secretRef, identity: digest, value: valueRef });

export const MAX_SECRETS_PER_REQUEST = 20;
const request = z
  .strictObject({
    request: requestId,
    secrets: z.array(secretRef).min(1).max(MAX_SECRETS_PER_REQUEST),
    recipient: deviceRef,
    justification: commitment,
    ticket: commitment,
    notBefore: instant,
    expiresAt: instant,
    /** Openings of each secret on that device. */
    maxUses: z.int().min(1).max(100),
  })
  .refine((it) => it.notBefore < it.expiresAt, "the request ends before it begins")
  .refine(
    (it) => new Set(it.secrets.map((secret) => secret.secret)).size === it.secrets.length,
    "a secret is named twice",
  );

/** The proposal that is decided, by the digest of its statement: a changed proposal is another one. */
const approve = z.strictObject({ proposal: digest, reason: commitment.nullable() });
const deny = z.strictObject({ proposal: digest, reason: commitment });
const withdraw = z.strictObject({ proposal: digest, reason: commitment.nullable() });

const bindWorkload = z.strictObject({ secret: secretRef, binding: workloadBinding });

export const revocable = z.discriminatedUnion("type", [
  /** `proposal` opens as the request that the grant came from, so that the desk shows what ends. */
  z.strictObject({ type: z.literal("grant"), request: requestId, proposal: digest }),
  z.strictObject({ type: z.literal("device"), device: deviceId, label: commitment }),
  z.strictObject({ type: z.literal("key"), person: personRef, credential: credentialId }),
  z.strictObject({ type: z.literal("binding"), binding: bindingId, secret: secretRef }),
  z.strictObject({ type: z.literal("secret"), secret: secretRef }),
  z.strictObject({ type: z.literal("person"), person: personRef }),
  z.strictObject({ type: z.literal("identity"), person: personRef, account: commitment }),
]);
const revoke = z.strictObject({ subject: revocable, reason: commitment });

/** Every kind of act, by name and version. A version once released verifies and renders for ever. */
export const STATEMENT_BODIES = {
  "enrol-key": enrolKey,
  "enrol-device": enrolDevice,
  "change-role": changeRole,
  "link-identity": linkIdentity,
  "sign-in": signIn,
  "register-secret": registerSecret,
  "edit-secret": editSecret,
  "reclassify-secret": reclassifySecret,
  "put-value": putValue,
  request,
  approve,
  deny,
  withdraw,
  "bind-workload": bindWorkload,
  revoke,
} as const;

export type StatementKind = keyof typeof STATEMENT_BODIES;

const common = {
  version: z.literal(1),
  tenant: tenantId,
  signer: z.strictObject({ person: personId, name: commitment, role: signingRole }),
  nonce,
  draftedAt: instant,
  /** After this the signature is refused. */
  signBy: instant,
  restoreEpoch: z.int().min(0),
  /** Evidence of what the key service knew of people; not compared, or a new hire would void open requests. */
  rosterEpoch: z.int().min(0),
  /** Digest of the rules in force. */
  floor: digest,
  /** The newest checkpoint when this was drafted, so that every hardware key witnesses the log. */
  checkpoint: z.strictObject({ size: z.int().min(0), root: digest }),
};

const kind = <K extends StatementKind>(name: K) =>
  z.strictObject({ kind: z.literal(name), ...common, body: STATEMENT_BODIES[name] });

export const statement = z.discriminatedUnion("kind", [
  kind("enrol-key"),
  kind("enrol-device"),
  kind("change-role"),
  kind("link-identity"),
  kind("sign-in"),
  kind("register-secret"),
  kind("edit-secret"),
  kind("reclassify-secret"),
  kind("put-value"),
  kind("request"),
  kind("approve"),
  kind("deny"),
  kind("withdraw"),
  kind("bind-workload"),
  kind("revoke"),
]);
export type Statement = z.infer<typeof statement>;
export type StatementOf<K extends StatementKind> = Extract<Statement, { kind: K }>;

export type StatementError = { readonly code: "statement-malformed"; readonly message: string };

/** The bytes that are hashed, signed, stored and shown. @throws TypeError when larger than 16 KiB. */
export function encodeStatement(of: Statement): Uint8Array<ArrayBuffer> {
  const bytes = utf8(canonicalise(of));
  if (bytes.length > STATEMENT_LIMITS.maxBytes)
    throw new TypeError("the statement is larger than 16 KiB");
  return bytes;
}

/**
 * Reads bytes from outside. Only the canonical form of a known kind and version is a statement: one
 * byte more, less or different is another statement or none. Says nothing of who signed, or whether the
 * ids in it exist.
 */
export function parseStatement(
  bytes: Uint8Array,
): { ok: true; value: Statement } | { ok: false; error: StatementError } {
  const malformed = (message: string) =>
    ({ ok: false, error: { code: "statement-malformed", message } }) as const;
  let json: unknown;
  try {
    json = parseCanonical(bytes, STATEMENT_LIMITS);
  } catch (error) {
    if (error instanceof BoundedJsonError) return malformed(error.message);
    throw error;
  }
  if (json === null) return malformed("the statement is not in canonical form");
  const parsed = statement.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  return malformed(whatIsWrong(parsed.error));
}

/** Where and what, in words of the schema: nothing that the input chose is repeated. */
function whatIsWrong(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return "not a statement";
  const where = issue.path.join(".") || "statement";
  if (issue.code === "unrecognized_keys") return `${where}: has a field that is not known`;
  return `${where}: ${issue.message}`;
}

/** `SHA-256("countersign/statement/v1\n" || bytes)`: the WebAuthn challenge, and the statement's name in the ledger. */
export async function statementDigest(bytes: Uint8Array): Promise<Digest> {
  return asDigest(await digestBytes("statement", bytes));
}
