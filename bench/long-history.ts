import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Act } from "@countersign/protocol/acts";
import type { DeviceId, Digest, RequestId, SecretId } from "@countersign/protocol/ids";
import type { SecretName, TenantId } from "@countersign/protocol/names";
import { systemClock } from "../server/kernel/clock.ts";
import { CommandPath } from "../server/key-service/decisions/application/command-path.ts";
import { RefusalBudget } from "../server/key-service/decisions/application/refusal-budget.ts";
import { TimeKeeper } from "../server/key-service/decisions/application/time-keeper.ts";
import { decided } from "../server/key-service/decisions/domain/decision.ts";
import { decideOpen } from "../server/key-service/grants/domain/decide-open.ts";
import { openPkcs11KeyProvider } from "../server/key-service/keys/infrastructure/pkcs11-key-provider.ts";
import { loadFold } from "../server/key-service/ledger/application/load-fold.ts";
import {
  type SnapshotStore,
  Snapshots,
} from "../server/key-service/ledger/application/snapshot.ts";
import { PostgresLedger } from "../server/key-service/ledger/infrastructure/postgres-ledger.ts";
import { LOG_KEY } from "../server/key-service/open-keys.ts";
import type { Installation } from "../tests/support/installation.ts";
import { value } from "../tests/support/people.ts";
import { asking, type Cast, registration } from "../tests/support/story.ts";

const SECRETS = Array.from(
  { length: 10 },
  (_, i) => `payments/prod/cache/token-${i}` as SecretName,
);
const MAX_USES = 100;
const SIGNED_AT_ONCE = 50;
const IN_FLIGHT = 64;
const NO_SNAPSHOTS: SnapshotStore = {
  sizes: async () => [],
  read: async () => null,
  save: async () => {},
  remove: async () => {},
};

export type Use = {
  readonly tenant: TenantId;
  readonly device: DeviceId;
  readonly request: RequestId;
  readonly secret: SecretId;
  readonly use: number;
};

/**
 * Grants with at least so many uses, through the API: cheap secrets, and requests for all of them that Olivia
 * signs alone, fifty with one touch.
 */
export async function prepareUses({ olivia, laptop }: Cast, count: number): Promise<Use[]> {
  const sign = async (acts: readonly Act[]) => {
    const drafts = [];
    for (const act of acts) drafts.push((await laptop.draft(act)).draft);
    return olivia.mustSign(drafts);
  };
  const cheap = { dataClassification: "internal", tier: "low" } as const;
  await sign(
    SECRETS.map((name) =>
      registration(name, { policy: { ...registration(name).policy, ...cheap } }),
    ),
  );
  const { secrets } = value(
    await laptop.call("/people/v1/secrets/list", { prefix: "payments/prod/cache/token-" }),
  );
  const uses: Use[] = [];
  while (uses.length < count) {
    const act = asking(laptop, { secrets: SECRETS, maxUses: MAX_USES, durationSeconds: 8 * 3600 });
    for (const { accepted } of await sign(Array<Act>(SIGNED_AT_ONCE).fill(act))) {
      const proposal = accepted?.digest as Digest; // mustSign: all were accepted
      const { request } = value(await laptop.call("/people/v1/proposals/show", { proposal }));
      if (request === null) throw new Error("a signed request has a name");
      const of = { tenant: "acme" as TenantId, device: laptop.device, request };
      for (const { secret } of secrets)
        for (let use = 1; use <= MAX_USES; use += 1) uses.push({ ...of, secret, use });
    }
  }
  return uses.slice(0, count);
}

/**
 * Appends entries until there are `size`, as the key service does when it opens: its decisions, its encoding, its
 * writer and its log key, without sealing anything. The key service must have ended.
 */
export async function appendOpenings(
  { token, stateDir, database }: Installation,
  uses: readonly Use[],
  size: number,
): Promise<void> {
  const { module, label, pin } = token;
  const keys = await openPkcs11KeyProvider({ module, tokenLabel: label, pin, maxSessions: 4 });
  const origin = readFileSync(join(stateDir, "ledger-origin"), "utf8").trim();
  const logKey = {
    publicKey: await keys.publicKey(LOG_KEY),
    sign: (digest: Buffer) => keys.sign(LOG_KEY, digest),
  };
  const ledger = await PostgresLedger.open({
    origin,
    logPublicKey: logKey.publicKey,
    signCheckpoint: logKey.sign,
    database: { connectionString: database.url },
    checkpointFile: join(stateDir, "checkpoint"),
    holder: "bench",
    witnesses: { endpoints: [], quorum: 0 },
    clock: systemClock,
  });
  try {
    const snapshots = new Snapshots({ store: NO_SNAPSHOTS, key: { origin, ...logKey } });
    const fold = () => loadFold({ ledger, snapshots });
    const path = new CommandPath(await fold(), {
      ledger,
      time: new TimeKeeper(systemClock, () => null),
      refusals: new RefusalBudget(systemClock),
      rebuild: fold,
      onRecovery: (outcome) => {
        throw new Error(`the ledger failed while it was filled: ${outcome}`);
      },
      onRecorded: () => {},
    });
    const waiting = [...uses];
    const client = async () => {
      for (let use = waiting.pop(); use && path.state.size < size; use = waiting.pop())
        await openOne(path, use);
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, client));
  } finally {
    await ledger.close();
    await keys.close();
  }
}

async function openOne(path: CommandPath, use: Use): Promise<void> {
  const { tenant, device, request, secret } = use;
  const nobody = { person: null, evidence: null };
  const attempt = { door: "command-line", correlation: "bench", what: "open", ...nobody } as const;
  const of = { ...attempt, tenant, device, subject: request };
  const recipientKey = "A".repeat(43) as Digest; // 32 bytes, base64url
  const intended = await path.execute(of, (state, now) =>
    decideOpen(state, { ...use, recipientKey }, now),
  );
  if (!intended.ok) throw new Error(`a use was refused: ${intended.error.message}`);
  const done = { type: "ReleaseDone", tenant, request, secret, use: use.use } as const;
  await path.execute(of, () => decided(done));
}
