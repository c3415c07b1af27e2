import { startInstallation } from "../tests/support/installation.ts";
import { startTestServer } from "../tests/support/postgres-cluster.ts";
import { askAndApprove, enrolCast, register } from "../tests/support/story.ts";
import { createDatabaseOn } from "../tests/support/test-database.ts";
import { type BenchOptions, type Figure, median, quantile } from "./figure.ts";
import { openUses } from "./open-uses.ts";
import { residentMemory } from "./resident-memory.ts";

const USES = 100;
const GRANTS = 3;

/**
 * Releases to a person's device through the whole installation, one at a time: signed call, decision,
 * durable intent, cosignature of the witness, HSM, sealing, signature. Then what the processes hold.
 */
export default async function release({ tell }: BenchOptions): Promise<Figure[]> {
  const { server, stop } = await startTestServer();
  const installation = await startInstallation({ database: await createDatabaseOn(server) });
  try {
    const cast = await enrolCast(installation);
    await register(cast);
    const samples: number[] = [];
    for (let grant = 1; grant <= GRANTS; grant += 1) {
      tell(`grant ${grant} of ${GRANTS}`);
      samples.push(
        ...(await openUses(cast.laptop, await askAndApprove(cast, { maxUses: USES }), USES)),
      );
    }
    const slow = { unit: "ms", value: quantile(samples, 0.95), better: "lower" } as const;
    return [
      median("release to a device, p50", "ms", samples, { better: "lower" }),
      { name: "release to a device, p95", ...slow },
      ...residentMemory(installation, `after ${samples.length} releases`),
    ];
  } finally {
    await installation.stop();
    await stop();
  }
}
