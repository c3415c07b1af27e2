import type { Instant } from "@countersign/protocol/instants";
import type { KeyServiceConfig } from "../../../config/key-service-config.ts";
import { consoleCredentialDigest } from "../../console-rpc/console-rpc.ts";
import { encodeEntry } from "../../decisions/domain/entry.ts";
import { ensureTenantKek } from "../../keys/application/tenant-keys.ts";
import type { KeyProvider } from "../../keys/domain/key-provider.ts";
import { parseWitnessKey } from "../../ledger/domain/cosignature.ts";
import type { Ledger } from "../../ledger/domain/ledger.ts";
import { RELEASE_KEY } from "../../open-keys.ts";
import type { OpeningStore } from "../../statements/infrastructure/opening-store.ts";
import type { StateFiles } from "../infrastructure/state-files.ts";
import { declareDevelopment } from "./declare-development.ts";

export type GenesisParts = {
  readonly config: KeyServiceConfig;
  readonly keys: KeyProvider;
  readonly ledger: Ledger;
  readonly openings: OpeningStore;
  readonly files: StateFiles;
  readonly origin: string;
  readonly logPublicKey: Buffer;
  readonly now: Instant;
};

/**
 * Writes the first entry: who the first people are, which keys sign, which witnesses watch. The token's
 * keys and the witnesses' came before it. Openings and links are stored first, so that a crash in
 * between leaves an empty ledger and genesis is simply done again.
 */
export async function performGenesis(parts: GenesisParts): Promise<void> {
  const { config, keys, ledger, openings, files, origin, logPublicKey, now } = parts;
  if (config.genesis !== "development") {
    throw new Error(
      "The ledger is empty. Set COUNTERSIGN_GENESIS=development for a development installation; a production genesis is a ceremony of its own.",
    );
  }
  const declared = await declareDevelopment(
    {
      ledgerOrigin: origin,
      deskOrigin: config.desk.origin,
      logKey: logPublicKey.toString("base64url"),
      releaseKey: (await keys.publicKey(RELEASE_KEY)).toString("base64url"),
      witnesses: config.witnesses.map((it) => witnessIn(it.verifierKey)),
      consoleCredential: consoleCredentialDigest(files.consoleCredential()),
      identityProviders: config.singleSignOn.identityProviders.map(({ issuer, clientId }) => ({
        issuer,
        clientId,
      })),
      consoleOrigin: config.singleSignOn.console.origin,
    },
    now,
  );
  for (const tenant of declared.event.tenants) await ensureTenantKek(keys, tenant);
  for (const { tenant, texts } of declared.openings) await openings.save(tenant, texts);
  files.writePeople(declared.people);
  const entry = { v: 1, at: now, door: "system", correlation: "genesis", evidence: null } as const;
  await ledger.append(encodeEntry({ ...entry, events: [declared.event] }));
}

/** Name and raw Ed25519 key, as genesis and the command line know them. */
function witnessIn(verifierKey: string): { name: string; publicKey: string } {
  const { name } = parseWitnessKey(verifierKey);
  // name+id+key: a name and an id have no plus, while base64 may
  const encoded = verifierKey.split("+").slice(2).join("+");
  // signed-note: one byte of type, then the key
  return { name, publicKey: Buffer.from(encoded, "base64").subarray(1).toString("base64url") };
}
