import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../server/kernel/clock.ts";
import { serviceKeyLabel } from "../server/key-service/keys/domain/key-label.ts";
import { openPkcs11KeyProvider } from "../server/key-service/keys/infrastructure/pkcs11-key-provider.ts";
import { PostgresLedger } from "../server/key-service/ledger/infrastructure/postgres-ledger.ts";
import { startTestServer } from "../tests/support/postgres-cluster.ts";
import { createDatabaseOn } from "../tests/support/test-database.ts";
import { createSoftHsmToken } from "../tests/support/tokens.ts";
import { type BenchOptions, type Figure, median } from "./figure.ts";

const inFlight = 64;
const rounds = 5;
const roundMs = 2_000;
const entriesToReopen = 100_000;
/** A release intent with its digests and ids. */
const entryBytes = 700;

/**
 * The ledger on embedded PostgreSQL with `fsync` on, checkpoints signed by SoftHSM, no witness: durable
 * appends, reopening from 100,000 entries, proofs from them.
 */
export default async function ledgerAppend({ tell }: BenchOptions): Promise<Figure[]> {
  const { server, stop } = await startTestServer();
  const database = await createDatabaseOn(server);
  const folder = await mkdtemp(join(tmpdir(), "ledger-bench-"));
  const { module, label: tokenLabel, pin } = await createSoftHsmToken();
  const keys = await openPkcs11KeyProvider({ module, tokenLabel, pin, maxSessions: 4 });
  try {
    const logKey = serviceKeyLabel("log", 1);
    await keys.generateSigningKey(logKey);
    const ledger = await PostgresLedger.open({
      origin: "bench.localhost/log",
      logPublicKey: await keys.publicKey(logKey),
      signCheckpoint: (digest) => keys.sign(logKey, digest),
      database: { connectionString: database.url },
      checkpointFile: join(folder, "checkpoint"),
      holder: "bench",
      witnesses: { endpoints: [], quorum: 0 },
      clock: systemClock,
    });
    tell("durable appends");
    const appends = await measureAppends(ledger);
    tell(`filling up to ${entriesToReopen} entries`);
    await fill(ledger, entriesToReopen);
    tell("reopening, proofs");
    const reopenings = await measureReopenings(ledger);
    const proofs = await measureProofs(ledger);
    await ledger.close();
    return [appends, reopenings, proofs];
  } finally {
    await keys.close();
    await database.drop();
    await stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureAppends(ledger: PostgresLedger): Promise<Figure> {
  const entry = Buffer.alloc(entryBytes, "e");
  const samples: number[] = [];
  await appendFor(ledger, entry, roundMs / 2); // Plans, caches and the first segments of the log.
  for (let i = 0; i < rounds; i += 1) {
    const from = performance.now();
    const count = await appendFor(ledger, entry, roundMs);
    samples.push(count / ((performance.now() - from) / 1_000));
  }
  return median(`durable appends, ${inFlight} in flight`, "1/s", samples, { aim: 10_000 });
}

/** @returns how many appends were acknowledged */
async function appendFor(ledger: PostgresLedger, entry: Buffer, forMs: number): Promise<number> {
  const end = performance.now() + forMs;
  let count = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() < end) {
      await ledger.append(entry);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  return count;
}

async function fill(ledger: PostgresLedger, size: number): Promise<void> {
  while (ledger.head().size < size) {
    const batch = Math.min(5_000, size - ledger.head().size);
    await Promise.all(
      Array.from({ length: batch }, (_, i) => ledger.append(Buffer.alloc(entryBytes, i & 0xff))),
    );
  }
}

async function measureReopenings(ledger: PostgresLedger): Promise<Figure> {
  const samples: number[] = [];
  for (let i = 0; i < rounds; i += 1) {
    const from = performance.now();
    await ledger.reopen();
    // Appending more than was asked for would flatter nobody: the figure is for 100,000 entries.
    samples.push(((performance.now() - from) * entriesToReopen) / ledger.head().size);
  }
  return median("reopening, per 100,000 entries", "ms", samples, { better: "lower" });
}

async function measureProofs(ledger: PostgresLedger): Promise<Figure> {
  const { size } = ledger.head();
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const from = performance.now();
    for (let i = 0; i < 1_000; i += 1) await ledger.inclusionProof((i * 7_919) % size, size);
    samples.push(1_000 / ((performance.now() - from) / 1_000));
  }
  return median("inclusion proofs", "1/s", samples);
}
