import { existsSync, readFileSync } from "node:fs";
import { RESTORE_TOKEN } from "../keys/application/prove-tenant-keks.ts";
import type { KeyProvider } from "../keys/domain/key-provider.ts";
import { ecdsaVerifierKey } from "../ledger/domain/signed-note.ts";
import { LOG_KEY } from "../open-keys.ts";

/**
 * The public half of the log key, before anything is signed or read with it. Compared with the verifier key
 * that was announced when the log key was made, where that file is still there: a wrong token is then named as
 * what it is, and not as a ledger that somebody changed.
 *
 * @param announced the file that `prepare-log-key` wrote
 * @returns SPKI, DER. @throws Error that says what to do; KeyProviderFault where the token cannot tell
 */
export async function proveLogKey(
  keys: KeyProvider,
  origin: string,
  announced: string,
): Promise<Buffer> {
  const expected = existsSync(announced) ? readFileSync(announced, "utf8").trim() : null;
  if (!(await keys.has(LOG_KEY))) {
    throw new Error(
      expected === null
        ? `The token does not hold ${LOG_KEY}, which signs the ledger. Before the first start, make it with \`node dist/prepare-log-key.mjs\`. ${RESTORE_TOKEN}`
        : `The token does not hold ${LOG_KEY}, which signs the ledger and was announced in ${announced}. ${RESTORE_TOKEN}`,
    );
  }
  const publicKey = await keys.publicKey(LOG_KEY);
  if (expected === null || expected === ecdsaVerifierKey(origin, publicKey)) return publicKey;
  if (!expected.startsWith(`${origin}+`)) {
    throw new Error(
      `${announced} announces the key of another log than ${origin}, whose state folder this is. Put the state folder and that file of one installation together again.`,
    );
  }
  throw new Error(
    `The token holds a ${LOG_KEY}, but not the one that was announced in ${announced}: this is another token than the one that this ledger was written with. ${RESTORE_TOKEN}`,
  );
}
