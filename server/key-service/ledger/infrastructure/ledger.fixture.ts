import { createECDH, createPublicKey, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, type PoolConfig } from "pg";
import { createTestDatabase } from "../../../../tests/support/postgres.ts";
import { systemClock } from "../../../kernel/clock.ts";
import type { LedgerFault } from "../domain/ledger.ts";
import { ecdsaVerifierKey } from "../domain/signed-note.ts";
import type { PostgresLedgerOptions } from "./open-session.ts";
import { PostgresLedger } from "./postgres-ledger.ts";

/** What tests of the ledger share: a real database, a log key, a folder for the checkpoint file. */

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** A P-256 key that signs digests, as an HSM does; `node:crypto` alone only signs messages. */
export function createTestLogKey(): {
  publicKey: Buffer;
  sign: (digest: Buffer) => Promise<Buffer>;
} {
  const key = createECDH("prime256v1");
  const point = key.generateKeys();
  const publicKey = createPublicKey({
    key: {
      kty: "EC",
      crv: "P-256",
      x: point.subarray(1, 33).toString("base64url"),
      y: point.subarray(33).toString("base64url"),
    },
    format: "jwk",
  }).export({ format: "der", type: "spki" });
  const d = toNumber(key.getPrivateKey());
  return { publicKey, sign: async (digest) => signDigest(d, digest) };
}

/** FIPS 186-5 section 6.4.1; the point k·G comes from OpenSSL as an ephemeral public key. */
function signDigest(d: bigint, digest: Buffer): Buffer {
  const ephemeral = createECDH("prime256v1");
  const r = toNumber(ephemeral.generateKeys().subarray(1, 33)) % order;
  const k = toNumber(ephemeral.getPrivateKey());
  const s = (invert(k) * (toNumber(digest) + r * d)) % order;
  return Buffer.from(r.toString(16).padStart(64, "0") + s.toString(16).padStart(64, "0"), "hex");
}

const toNumber = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString("hex")}`);

/** k^(n-2) mod n: the inverse, since n is prime. */
function invert(k: bigint): bigint {
  let [base, exponent, result] = [k % order, order - 2n, 1n];
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % order;
    base = (base * base) % order;
  }
  return result;
}

export type LedgerFixture = {
  readonly folder: string;
  readonly checkpointFile: string;
  readonly database: PoolConfig;
  readonly options: PostgresLedgerOptions;
  /** How witnesses are told of this log. */
  readonly logVerifierKey: string;
  /** Faults that the ledgers of this fixture reported by themselves. */
  readonly faults: LedgerFault[];
  /** As the administrator of the database. */
  readonly adminUrl: string;
  open(changes?: Partial<PostgresLedgerOptions>, standby?: AbortSignal): Promise<PostgresLedger>;
  /** Runs SQL behind the ledger's back, as somebody with the database password would. */
  sql<R extends object = object>(text: string, values?: unknown[]): Promise<R[]>;
  dispose(): Promise<void>;
};

/** @param key another fixture's log key, for a second database of the same log */
export async function createLedgerFixture(key = createTestLogKey()): Promise<LedgerFixture> {
  const testDatabase = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), "ledger-"));
  const database: PoolConfig = { connectionString: testDatabase.url };
  const direct = new Client({ connectionString: testDatabase.adminUrl });
  await direct.connect();
  const faults: LedgerFault[] = [];
  const opened: PostgresLedger[] = [];
  const checkpointFile = join(folder, "checkpoint");
  const options: PostgresLedgerOptions = {
    origin: `ledger.test/${randomBytes(4).toString("hex")}`,
    logPublicKey: key.publicKey,
    signCheckpoint: key.sign,
    database,
    checkpointFile,
    holder: "key-service-1",
    witnesses: { endpoints: [], quorum: 0 },
    clock: systemClock,
    onFault: (fault) => faults.push(fault),
  };
  return {
    logVerifierKey: ecdsaVerifierKey(options.origin, key.publicKey),
    folder,
    checkpointFile,
    database,
    options,
    faults,
    adminUrl: testDatabase.adminUrl,
    async open(changes, standby) {
      const ledger = await PostgresLedger.open({ ...options, ...changes }, standby);
      opened.push(ledger);
      return ledger;
    },
    async sql<R extends object>(text: string, values: unknown[] = []) {
      return (await direct.query<R & Record<string, unknown>>(text, values)).rows;
    },
    async dispose() {
      // A test may have closed a ledger, or cut it off on purpose.
      await Promise.allSettled(opened.map((ledger) => ledger.close()));
      await direct.end();
      await testDatabase.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
