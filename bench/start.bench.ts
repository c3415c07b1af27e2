import { inSession } from "../server/db/session.ts";
import { type Installation, startInstallation } from "../tests/support/installation.ts";
import { startTestServer } from "../tests/support/postgres-cluster.ts";
import { enrolCast } from "../tests/support/story.ts";
import { createDatabaseOn } from "../tests/support/test-database.ts";
import { type BenchOptions, type Figure, median } from "./figure.ts";
import { appendOpenings, prepareUses } from "./long-history.ts";
import { openUses } from "./open-uses.ts";
import { residentMemory } from "./resident-memory.ts";

const ENTRIES = 100_000;
const ROUNDS = 3;
/** Two times the uses that one secret of a grant has. */
const RELEASES = 200;

/**
 * The key service as it is shipped, from its start to its first answer that it is ready, on a ledger of
 * 100,000 entries; then what the processes hold.
 */
export default async function start({ tell }: BenchOptions): Promise<Figure[]> {
  const { server, stop } = await startTestServer();
  const installation = await startInstallation({ database: await createDatabaseOn(server) });
  try {
    tell("people enrol and sign requests");
    const cast = await enrolCast(installation);
    const uses = await prepareUses(cast, ENTRIES / 2);
    await end(installation);
    tell(`appending up to ${ENTRIES} entries`);
    await appendOpenings(installation, uses.slice(RELEASES), ENTRIES);

    const figures: Figure[] = [];
    const without: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      tell(`start ${round} of ${ROUNDS} without a snapshot`);
      await inSession(installation.database.adminUrl, (client) =>
        client.query("DELETE FROM keyservice.snapshot"),
      );
      without.push(await timedStart(installation));
      if (round === 1) figures.push(await projecting(installation));
      if (round === ROUNDS)
        figures.push(...residentMemory(installation, `after a start from ${ENTRIES} entries`));
      await end(installation);
    }
    const from: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      tell(`start ${round} of ${ROUNDS} with a snapshot`);
      if (round > 1) await end(installation);
      from.push(await timedStart(installation));
    }
    figures.push(...residentMemory(installation, "after a start from a snapshot"));
    tell(`${RELEASES} releases`);
    for (const use of uses.slice(0, RELEASES).filter((it) => it.use === 1))
      await openUses(cast.laptop, use, 100);
    figures.push(...residentMemory(installation, `after that and ${RELEASES} releases`));
    const aim = { aim: 10_000, better: "lower" } as const;
    return [
      median(`start from ${ENTRIES} entries, no snapshot`, "ms", without, aim),
      median(`start from ${ENTRIES} entries, with a snapshot`, "ms", from, { better: "lower" }),
      ...figures,
    ];
  } finally {
    await installation.stop();
    await stop();
  }
}

async function timedStart(installation: Installation): Promise<number> {
  const from = performance.now();
  await installation.startKeyService();
  return performance.now() - from;
}

/** A service that ends as an operator ends it takes a snapshot. */
async function end(installation: Installation): Promise<void> {
  const { child, ended } = installation.keyService();
  child.kill("SIGTERM");
  await ended;
}

/** How long what the console reads lags behind after the first start on so many new entries. */
async function projecting({ database }: Installation): Promise<Figure> {
  const from = performance.now();
  await inSession(database.adminUrl, async (client) => {
    for (;;) {
      const { rows } = await client.query(
        "SELECT 1 FROM projection.cursor, keyservice.tree_head WHERE next_index = size",
      );
      if (rows.length > 0) return;
      await new Promise((done) => setTimeout(done, 100));
    }
  });
  const value = performance.now() - from;
  return {
    name: `projecting ${ENTRIES} entries, after a start`,
    unit: "ms",
    value,
    better: "lower",
  };
}
