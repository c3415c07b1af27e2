import { parseBoundedJson } from "@countersign/protocol/bounded-json";
import { fromBase64url, utf8 } from "@countersign/protocol/bytes";
import { commit } from "@countersign/protocol/commitment";
import type { Digest, Salt } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import type { Refusal } from "@countersign/protocol/refusals";
import { accountText, type Issuer, oidcNonce } from "@countersign/protocol/sign-in";
import { compactVerify } from "jose";
import { digestBytesNow } from "../../../kernel/digest.ts";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { VerifiedToken } from "../domain/decide-prove-identity.ts";
import { claimsSchema, judgeClaims, rejected } from "../domain/judge-claims.ts";
import type { IdentityKeys } from "../infrastructure/identity-keys.ts";
import type { PublicKey } from "../infrastructure/key-set.ts";
import { headerSchema } from "./token-header.ts";

/** An identity provider that both genesis and the configuration name. */
export type TrustedProvider = {
  readonly issuer: Issuer;
  readonly clientId: string;
  readonly keys: Pick<IdentityKeys, "find">;
};

export type TokenVerification = {
  readonly providers: readonly TrustedProvider[];
  /** The installation's salt of accounts, from genesis. */
  readonly salt: Salt;
};

const MAX_TOKEN_CHARACTERS = 16_384;
const HEADER_LIMITS = { maxBytes: 4096, maxDepth: 6 };
const CLAIM_LIMITS = { maxBytes: 12_288, maxDepth: 10 };

/**
 * Whether an ID token proves who began this session (OpenID Connect Core section 3.1.3.7, RFC 8725). Strict
 * where specifications are open: one encoding of each part, no repeated names, only the four algorithms, keys
 * from configuration only. Whatever the token itself says of keys is not looked at.
 *
 * Says nothing of who is linked to the account, or whether the token served before.
 */
export async function verifyIdToken(
  { providers, salt }: TokenVerification,
  { idToken, session }: { readonly idToken: string; readonly session: Digest },
  now: Instant,
): Promise<Result<VerifiedToken, Refusal>> {
  const parts = idToken.length <= MAX_TOKEN_CHARACTERS ? idToken.split(".") : [];
  const [header, claims, signature] = parts;
  if (parts.length !== 3 || !header || !claims || !signature || !fromBase64url(signature)) {
    return err(rejected("it is no signed token"));
  }
  const said = headerSchema.safeParse(jsonIn(header, HEADER_LIMITS));
  if (!said.success) return err(rejected("its header is not one that is accepted here"));
  const claimed = claimsSchema.safeParse(jsonIn(claims, CLAIM_LIMITS));
  if (!claimed.success) return err(rejected("its claims are not those of an ID token"));

  const provider = providers.find((it) => it.issuer === claimed.data.iss);
  if (provider === undefined) return err(rejected("its issuer is not known here"));
  const { alg, kid = null } = said.data;
  const key = await provider.keys.find(alg, kid);
  if (!key.ok) return key;
  if (key.value === null) return err(rejected("its issuer has no such key"));
  if (!(await isSignedBy(idToken, key.value, alg))) {
    return err(rejected("its signature is not its issuer's"));
  }

  const { clientId, issuer } = provider;
  const expected = { clientId, nonce: await oidcNonce(session) };
  const judged = judgeClaims(claimed.data, expected, now);
  if (!judged.ok) return judged;
  const { authenticatedAt, subject } = judged.value;
  return ok({
    session,
    issuer,
    account: await commit("account", accountText({ issuer, subject }), salt),
    authenticatedAt,
    // Not the signature: some algorithms have several for one text.
    token: digestBytesNow("idToken", utf8(`${header}.${claims}`)),
  });
}

/** Undefined where it is no JSON, or not in the one encoding. */
function jsonIn(part: string, limits: { maxBytes: number; maxDepth: number }): unknown {
  const bytes = fromBase64url(part);
  if (bytes === null) return undefined;
  try {
    return parseBoundedJson(bytes, limits);
  } catch {
    return undefined; // what exactly is wrong with somebody else's token helps nobody here
  }
}

async function isSignedBy(token: string, key: PublicKey, algorithm: string): Promise<boolean> {
  try {
    await compactVerify(token, key, { algorithms: [algorithm] });
    return true;
  } catch {
    return false;
  }
}
