import type { Role } from "./roles.ts";

/**
 * Puts each signer on a line of their own (a maximum matching; chains are short), so that key
 * service and console show the same line filled.
 * Returns for each line the index of its signer, or null.
 */
export function matchLines(
  chain: readonly { readonly anyOf: readonly Role[] }[],
  signers: readonly Role[],
): readonly (number | null)[] {
  const signerOf: (number | null)[] = chain.map(() => null);
  const place = (signer: number, tried: Set<number>): boolean => {
    const role = signers[signer];
    if (role === undefined) return false;
    for (const [at, line] of chain.entries()) {
      if (tried.has(at) || !line.anyOf.includes(role)) continue;
      tried.add(at);
      const holder = signerOf[at];
      if (holder === null || holder === undefined || place(holder, tried)) {
        signerOf[at] = signer;
        return true;
      }
    }
    return false;
  };
  for (const signer of signers.keys()) place(signer, new Set());
  return signerOf;
}
