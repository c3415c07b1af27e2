import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Installation, type Service, startInstallation } from "./installation.ts";
import { auditAcknowledged, auditReleases, auditTree } from "./ledger-audit.ts";
import { readLedger } from "./ledger-reader.ts";
import { type PrivatePostgres, startPrivatePostgres } from "./private-postgres.ts";
import { ReleaseStorm } from "./release-storm.ts";
import { enrolCast } from "./story.ts";
import { TappedProxy } from "./tapped-proxy.ts";

/**
 * An installation under a storm of releases, with a proxy on each leg: clients and key service, key service
 * and PostgreSQL, key service and witness. PostgreSQL is a server of its own where that is possible.
 */
export type TappedInstallation = {
  readonly installation: Installation;
  readonly storm: ReleaseStorm;
  readonly taps: Readonly<Record<"desk" | "database" | "witness", TappedProxy>>;
  /** null where `DATABASE_URL` names a server that is not ours to damage. */
  readonly postgres: PrivatePostgres | null;
  /** Starts the key service again, after it has ended. */
  restart(environment?: Readonly<Record<string, string>>): Promise<Service>;
  /** Ends the key service as an operator does. */
  shutDown(): Promise<void>;
  /** What does not match between clients, ledger and witness; see `auditReleases`. */
  complaints(): Promise<string[]>;
  /** Resolves when so many more values have arrived; fails, with what it wrote, when the key service ends instead. */
  progress(more: number): Promise<void>;
  stop(): Promise<void>;
};

export const NOT_OURS = "DATABASE_URL names a server that is not this test's to damage";

export async function startTappedInstallation(
  environment: Readonly<Record<string, string>> = {},
): Promise<TappedInstallation> {
  const postgres = await startPrivatePostgres();
  const installation = await startInstallation({
    environment: { COUNTERSIGN_PEN_STALE_MS: "1000" },
    ...(postgres === null ? {} : { database: postgres.database }),
  });
  const cast = await enrolCast(installation);
  const { database, deskPort, witnessPort } = installation;
  const databaseUrl = new URL(database.url);
  const [desk, toDatabase, toWitness] = await Promise.all([
    TappedProxy.start({ host: "127.0.0.1", port: deskPort }),
    TappedProxy.start({ host: databaseUrl.hostname, port: Number(databaseUrl.port || 5432) }),
    TappedProxy.start({ host: "127.0.0.1", port: witnessPort }),
  ]);
  const taps = { desk, database: toDatabase, witness: toWitness };
  databaseUrl.port = String(toDatabase.port);
  const tapped = {
    COUNTERSIGN_DATABASE_URL: databaseUrl.href,
    COUNTERSIGN_WITNESSES_FILE: throughTap(installation, toWitness.port),
    ...environment,
  };
  const shutDown = async () => {
    const { child, ended } = installation.keyService();
    child.kill("SIGTERM");
    await ended;
  };
  const restart = (more = {}) => installation.startKeyService({ ...tapped, ...more });
  const storm = await ReleaseStorm.prepare(installation, cast, desk.port);
  await shutDown();
  await restart();
  return {
    installation,
    storm,
    taps,
    postgres,
    restart,
    shutDown,
    async progress(more) {
      const { ended, output } = installation.keyService();
      const over = ended.then(() => {
        throw new Error(`the key service ended by itself:\n${output().slice(-2_000)}`);
      });
      await Promise.race([storm.progress(more), over]);
    },
    async complaints() {
      // First what clients hold, then the ledger: they go on meanwhile.
      const [receipts, acknowledged] = [[...storm.receipts], [...storm.acknowledged]];
      const entries = await readLedger(database);
      return [
        ...auditReleases(entries, receipts),
        ...auditAcknowledged(entries, acknowledged),
        ...(await auditTree(database, installation.witnessDir)),
        ...storm.surprises,
      ];
    },
    async stop() {
      await storm.stop();
      await installation.stop();
      for (const tap of Object.values(taps)) await tap.close();
      await postgres?.stop();
    },
  };
}

function throughTap({ folder, witnessesFile }: Installation, port: number): string {
  const file = join(folder, "witnesses-tapped.json");
  const [witness] = JSON.parse(readFileSync(witnessesFile, "utf8"));
  writeFileSync(file, JSON.stringify([{ ...witness, url: `http://127.0.0.1:${port}` }]));
  return file;
}
