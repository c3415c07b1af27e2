import { readFileSync } from "node:fs";
import { type Service, startInstallation } from "../tests/support/installation.ts";
import { value } from "../tests/support/people.ts";
import { startTestServer } from "../tests/support/postgres-cluster.ts";
import {
  type Asked,
  askAndApprove,
  type Cast,
  enrolCast,
  recipientKey,
  register,
} from "../tests/support/story.ts";
import { createDatabaseOn } from "../tests/support/test-database.ts";

type Figure = {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly samples?: readonly number[];
  readonly better?: "higher" | "lower";
};

const USES = 100;
const GRANTS = 3;

/**
 * Releases to a person's device through the whole installation, one at a time: signed call, decision,
 * durable intent, cosignature of the witness, HSM, sealing, signature. Then what the processes hold.
 */
export default async function release(): Promise<Figure[]> {
  const { server, stop } = await startTestServer();
  const installation = await startInstallation({ database: await createDatabaseOn(server) });
  try {
    const cast = await enrolCast(installation);
    await register(cast);
    const samples: number[] = [];
    for (let grant = 0; grant < GRANTS; grant += 1) {
      samples.push(...(await openAll(cast, await askAndApprove(cast, { maxUses: USES }))));
    }
    samples.sort((a, b) => a - b);
    return [
      {
        name: "release to a device, p50",
        unit: "ms",
        value: quantile(samples, 0.5),
        samples,
        better: "lower",
      },
      {
        name: "release to a device, p95",
        unit: "ms",
        value: quantile(samples, 0.95),
        better: "lower",
      },
      memory("key service", installation.keyService()),
      memory("witness", installation.witness),
    ];
  } finally {
    await installation.stop();
    await stop();
  }
}

async function openAll({ laptop }: Cast, { request, secret }: Asked): Promise<number[]> {
  const samples: number[] = [];
  for (let use = 1; use <= USES; use += 1) {
    const input = { request, secret, use, recipientKey: recipientKey() };
    const from = performance.now();
    value(await laptop.call("/people/v1/grants/open", input));
    samples.push(performance.now() - from);
  }
  return samples;
}

function quantile(sorted: readonly number[], at: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN;
}

function memory(name: string, { child }: Service): Figure {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(
    readFileSync(`/proc/${child.pid}/status`, "utf8"),
  )?.[1];
  return {
    name: `resident memory, ${name}`,
    unit: "MiB",
    value: Number(kilobytes) / 1024,
    better: "lower",
  };
}
