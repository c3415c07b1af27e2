import type { KeyLabel, KeyProvider } from "../domain/key-provider.ts";
import { judgeKek, RESTORE_TOKEN, type RecordedKek } from "./prove-tenant-keks.ts";

/** The keys that a ledger was begun with. */
export type RecordedKeys = {
  readonly signing: readonly {
    readonly label: KeyLabel;
    /** What becomes impossible without it. */
    readonly signs: string;
    /** SPKI, DER, base64url. */
    readonly publicKey: string;
  }[];
  readonly keks: readonly RecordedKek[];
};

/**
 * Refuses to serve with a token that is not the one of this ledger, before anything is done with it: every key
 * that the ledger records must be there, and be that key. What is missing is never made anew.
 *
 * @throws Error that names each key, its tenant, and what to do. KeyProviderFault where the token cannot tell
 */
export async function refuseOtherKeys(keys: KeyProvider, recorded: RecordedKeys): Promise<void> {
  const wrong: string[] = [];
  for (const { label, signs, publicKey } of recorded.signing) {
    if (!(await keys.has(label))) wrong.push(`${label}, which signs ${signs}, is not on it`);
    else if ((await keys.publicKey(label)).toString("base64url") !== publicKey)
      wrong.push(`${label}, which signs ${signs}, is another key than the ledger records`);
  }
  for (const kek of recorded.keks) {
    const found = await judgeKek(keys, kek);
    if (found === "held") continue;
    const which = `${kek.label}, under which the values of tenant ${kek.tenant} are sealed,`;
    wrong.push(
      `${which} is ${found === "missing" ? "not on it" : "another key than the ledger records"}`,
    );
  }
  if (wrong.length === 0) return;
  throw new Error(
    `The token is not the one that this ledger was written with: ${wrong.join("; ")}. Nothing was made or changed. ${RESTORE_TOKEN}`,
  );
}
