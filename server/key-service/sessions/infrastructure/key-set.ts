import { importJWK } from "jose";
import { z } from "zod";

/** Algorithms that an ID token may be signed with. Each takes one kind of key and no other. */
export const TOKEN_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"] as const;
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

/** The members of a public key, by `kty` and `crv`; whatever else a key set says of a key is not read. */
const rsa = z.object({
  kty: z.literal("RSA"),
  /** 2048 bits at least (RFC 7518 section 3.3). */
  n: z.string().min(342).max(2000),
  e: z.string().min(4).max(10),
});
const p256 = z.object({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string().length(43),
  y: z.string().length(43),
});
const ed25519 = z.object({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string().length(43),
});
const MATERIAL = { RS256: rsa, PS256: rsa, ES256: p256, EdDSA: ed25519 } as const satisfies Record<
  TokenAlgorithm,
  z.ZodType
>;

const usage = z.object({
  kid: z.string().min(1).max(256).optional(),
  use: z.string().optional(),
  alg: z.string().optional(),
  key_ops: z.array(z.string()).optional(),
});

/** A JSON Web Key Set (RFC 7517 section 5) as it came; keys of kinds that we do not know are passed over. */
export const keySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(50) });
export type KeySet = z.infer<typeof keySet>;

export type PublicKey = Awaited<ReturnType<typeof importJWK>>;

/**
 * The one key of the set that may have signed a token with this algorithm and key id. Null where there is
 * none, or more than one: which of two keys is meant is nothing to be guessed.
 */
export async function pickKey(
  { keys }: KeySet,
  algorithm: TokenAlgorithm,
  kid: string | null,
): Promise<PublicKey | null> {
  const fitting = keys.flatMap((key) => {
    const said = usage.safeParse(key);
    const material = MATERIAL[algorithm].safeParse(key);
    if (!said.success || !material.success) return [];
    const { use = "sig", alg = algorithm, key_ops: operations = ["verify"] } = said.data;
    const isForThis = use === "sig" && alg === algorithm && operations.includes("verify");
    return isForThis && (kid === null || said.data.kid === kid) ? [material.data] : [];
  });
  const [only, ...others] = fitting;
  if (only === undefined || others.length > 0) return null;
  try {
    return await importJWK(only, algorithm);
  } catch {
    return null; // no point of the curve, or no number: as good as absent
  }
}
