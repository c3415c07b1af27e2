import type { Instant } from "@countersign/protocol/instants";
import type { Issuer } from "@countersign/protocol/sign-in";
import { ENVIRONMENTS } from "@countersign/protocol/taxonomy";
import { type GatewayInGenesis, readGenesisFile } from "../../../config/genesis-file.ts";
import type { KeyServiceConfig } from "../../../config/key-service-config.ts";
import { consoleCredentialDigest } from "../../console-rpc/console-rpc.ts";
import { encodeEntry } from "../../decisions/domain/entry.ts";
import type { GenesisDeclared, RegisteredGateway } from "../../decisions/domain/event.ts";
import { makeKekProof } from "../../keys/application/prove-tenant-keks.ts";
import { ensureTenantKek } from "../../keys/application/tenant-keys.ts";
import type { KeyProvider } from "../../keys/domain/key-provider.ts";
import { parseWitnessKey } from "../../ledger/domain/cosignature.ts";
import type { Ledger } from "../../ledger/domain/ledger.ts";
import { RELEASE_KEY } from "../../open-keys.ts";
import type { OpeningStore } from "../../statements/infrastructure/opening-store.ts";
import { gatewayCredentialDigest } from "../../workloads/infrastructure/gateway-socket.ts";
import { castWithAccounts, DEVELOPMENT_TRUST_DOMAIN } from "../domain/development-cast.ts";
import { type Founder, whyUnfitToFound } from "../domain/founders.ts";
import type { StateFiles } from "../infrastructure/state-files.ts";
import { declareGenesis, type GenesisFacts } from "./declare-genesis.ts";
import { refuseUnfitInstallation } from "./refuse-unfit-installation.ts";

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

const DAY_SECONDS = 86_400;
/**
 * How long an enrolment link works. Production's are handed out in one ceremony; a development installation may
 * begin with weeks of history behind it.
 */
const INVITED_FOR = { development: 90 * DAY_SECONDS, production: 7 * DAY_SECONDS } as const;

/**
 * Writes the first entry: who the first people are, which keys sign and seal, which witnesses watch. The token's
 * signing keys and the witnesses' came before it. Openings and links are stored first, so that a crash in between
 * leaves an empty ledger and genesis is simply done again.
 *
 * Call it with an empty ledger that nothing outside remembers as longer, and with the pen.
 * @throws Error, ConfigurationFault, KeyProviderFault that say what to do; nothing stands in the ledger then
 */
export async function performGenesis(parts: GenesisParts): Promise<GenesisDeclared["mode"]> {
  const { config, keys, ledger, openings, files, origin, logPublicKey, now } = parts;
  if (config.genesis === null) {
    throw new Error(
      "The ledger is empty. If this installation has run before, restore its database. For a first start set COUNTERSIGN_GENESIS: `production` with COUNTERSIGN_GENESIS_FILE, or `development`.",
    );
  }
  const { mode } = config.genesis;
  refuseUnfitInstallation(mode, config, keys.capabilities);
  const { identityProviders, console: signInAt } = config.singleSignOn;
  const issuers = identityProviders.map((it) => it.issuer);
  const { founders, gateways } = foundation(config.genesis, issuers);
  const facts: GenesisFacts = {
    mode,
    ledgerOrigin: origin,
    deskOrigin: config.desk.origin,
    logKey: logPublicKey.toString("base64url"),
    releaseKey: (await keys.publicKey(RELEASE_KEY)).toString("base64url"),
    witnesses: config.witnesses.map((it) => witnessIn(it.verifierKey)),
    witnessQuorum: config.witnessQuorum,
    consoleCredential: consoleCredentialDigest(files.consoleCredential()),
    gateways: [
      ...gateways.map(registered),
      ...(mode === "development" ? [developmentGateway(files, founders)] : []),
    ],
    tenantKeks: await makeKeks(keys, founders),
    ...(identityProviders.length === 0
      ? {}
      : {
          identityProviders: identityProviders.map(({ issuer, clientId }) => ({
            issuer,
            clientId,
          })),
        }),
    ...(signInAt.origin === null ? {} : { consoleOrigin: signInAt.origin }),
  };
  const declared = await declareGenesis(facts, founders, {
    at: now,
    forSeconds: INVITED_FOR[mode],
  });
  const entry = { v: 1, at: now, door: "system", correlation: "genesis", evidence: null } as const;
  const bytes = encodeEntry({ ...entry, events: [declared.event] });
  for (const { tenant, texts } of declared.openings) await openings.save(tenant, texts);
  files.writePeople(declared.people);
  await ledger.append(bytes);
  return mode;
}

type Foundation = {
  readonly founders: readonly Founder[];
  readonly gateways: readonly GatewayInGenesis[];
};

/** Development takes a file as it is: who plays alone needs no three officers. */
function foundation(
  genesis: NonNullable<KeyServiceConfig["genesis"]>,
  issuers: readonly Issuer[],
): Foundation {
  if (genesis.file === null) return { founders: castWithAccounts(issuers), gateways: [] };
  const { people: founders, gateways } = readGenesisFile(genesis.file);
  const reasons = genesis.mode === "production" ? whyUnfitToFound(founders, issuers) : [];
  if (reasons.length === 0) return { founders, gateways };
  throw new Error(
    `With the people in ${genesis.file} no installation can begin. ${reasons.join(" ")}`,
  );
}

function registered({ credential, ...gateway }: GatewayInGenesis): RegisteredGateway {
  return { ...gateway, credential: gatewayCredentialDigest(credential) };
}

/** Vouches for the workloads of every tenant, under a trust domain that only this machine's own CA serves. */
function developmentGateway(files: StateFiles, founders: readonly Founder[]): RegisteredGateway {
  return {
    name: "gateway.localhost",
    credential: gatewayCredentialDigest(files.gatewayCredential()),
    trustDomain: DEVELOPMENT_TRUST_DOMAIN,
    tenants: [...new Set(founders.map((it) => it.tenant))],
    environments: ENVIRONMENTS,
  };
}

async function makeKeks(
  keys: KeyProvider,
  founders: readonly Founder[],
): Promise<NonNullable<GenesisDeclared["tenantKeks"]>> {
  const made = [];
  for (const tenant of new Set(founders.map((it) => it.tenant))) {
    const label = await ensureTenantKek(keys, tenant);
    made.push({ tenant, label, proof: await makeKekProof(keys, label) });
  }
  return made;
}

/** Name and raw Ed25519 key, as genesis and the command line know them. */
function witnessIn(verifierKey: string): { name: string; publicKey: string } {
  const { name } = parseWitnessKey(verifierKey);
  // name+id+key: a name and an id have no plus, while base64 may
  const encoded = verifierKey.split("+").slice(2).join("+");
  // signed-note: one byte of type, then the key
  return { name, publicKey: Buffer.from(encoded, "base64").subarray(1).toString("base64url") };
}
