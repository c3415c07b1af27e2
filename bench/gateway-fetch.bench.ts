import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { instant } from "@countersign/protocol/instants";
import { type SecretName, spiffeId } from "@countersign/protocol/names";
import type { Issued } from "../scripts/lib/development-ca.mjs";
import { freePort } from "../scripts/lib/free-port.mjs";
import { inRoot } from "../scripts/lib/paths.mjs";
import { startTestGateway, type TestGateway, TRUST_DOMAIN } from "../tests/support/gateway.ts";
import {
  endService,
  type Installation,
  type Service,
  startInstallation,
  startService,
} from "../tests/support/installation.ts";
import { startTestServer } from "../tests/support/postgres-cluster.ts";
import { enrolCast, register, registration } from "../tests/support/story.ts";
import { createDatabaseOn } from "../tests/support/test-database.ts";

type Figure = {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly samples?: readonly number[];
  readonly aim?: number;
  readonly better?: "higher" | "lower";
};

const NAME = "payments/dev/postgres/app-password" as SecretName;
const SECONDS = 2;
const ROUNDS = 5;
const AIMS: Readonly<Record<number, number | undefined>> = { 16: 0.25, 64: 0.35 };

/**
 * Fetches through the gateway, every intent durable before its value, against a bare Fastify behind the
 * same mutual TLS: in turns within one run, so that the ratio says more than the machine does.
 */
export default async function gatewayFetch(): Promise<Figure[]> {
  const { server, stop } = await startTestServer();
  const installation = await startInstallation({ database: await createDatabaseOn(server) });
  let gateway: TestGateway | undefined;
  let echo: Service | undefined;
  try {
    gateway = await startTestGateway(installation, {
      COUNTERSIGN_GATEWAY_BURST: "1000000",
      COUNTERSIGN_GATEWAY_PER_SECOND: "1000000",
    });
    const svid = await gateway.svid("acme/dev/payments/api");
    await bind(installation, gateway, svid);
    const echoPort = await freePort();
    const { certificate, key, trust } = gateway.files;
    echo = startService(
      "echo",
      [
        process.execPath,
        inRoot("bench/fixtures/mtls-echo.mjs"),
        certificate,
        key,
        trust,
        String(echoPort),
      ],
      { PATH: process.env.PATH ?? "" },
    );
    await answers(gateway, svid, echoPort);
    const figures: Figure[] = [];
    for (const connections of [1, 16, 64]) {
      figures.push(...(await compare(gateway, svid, echoPort, connections)));
    }
    return [
      ...figures,
      memory("gateway", gateway.process),
      memory("key service after the fetches", installation.keyService()),
    ];
  } finally {
    if (echo !== undefined) await endService(echo);
    await gateway?.stop();
    await installation.stop();
    await stop();
  }
}

async function bind(installation: Installation, gateway: TestGateway, svid: Issued): Promise<void> {
  const cast = await enrolCast(installation);
  const expiresAt = instant.parse(
    `${new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)}Z`,
  );
  const workload = spiffeId.parse(`spiffe://${TRUST_DOMAIN}/acme/dev/payments/api`);
  await register(
    cast,
    registration(NAME, {
      policy: {
        owner: "payments-team",
        service: "payments",
        rotationPeriodDays: 30,
        dataClassification: "internal",
        tier: "low",
      },
      bindings: [{ workload, proof: "gateway-vouched", expiresAt }],
    }),
  );
  await until(async () => (await gateway.fetch(svid, NAME)).status === 200);
}

async function answers(gateway: TestGateway, svid: Issued, port: number): Promise<void> {
  await until(async () => (await measure(gateway, svid, port, 1, 0.05)).count > 0);
}

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await done().catch(() => false)) return;
    await new Promise((resume) => setTimeout(resume, 200));
  }
  throw new Error("it did not get ready within a minute");
}

async function compare(
  gateway: TestGateway,
  svid: Issued,
  echoPort: number,
  connections: number,
): Promise<Figure[]> {
  const rounds: Round[] = [];
  await measure(gateway, svid, gateway.port, connections, 0.5);
  for (let round = 0; round < ROUNDS; round += 1) {
    const bare = await measure(gateway, svid, echoPort, connections, SECONDS);
    const ours = await measure(gateway, svid, gateway.port, connections, SECONDS);
    rounds.push({ ratio: ours.count / bare.count, perSecond: ours.count / SECONDS, p95: ours.p95 });
  }
  const of = (pick: (round: Round) => number) => rounds.map(pick).sort((a, b) => a - b);
  const median = (samples: readonly number[]) =>
    samples[Math.floor(samples.length / 2)] ?? Number.NaN;
  const ratios = of((it) => it.ratio);
  const aim = AIMS[connections];
  const at = `at ${connections} connection${connections === 1 ? "" : "s"}`;
  const p95 = median(of((it) => it.p95));
  return [
    {
      name: `fetches against a bare mTLS echo, ${at}`,
      unit: "ratio",
      value: median(ratios),
      samples: ratios,
      ...(aim === undefined ? {} : { aim }),
    },
    { name: `fetches, ${at}`, unit: "/s", value: median(of((it) => it.perSecond)) },
    {
      name: `fetch p95, ${at}`,
      unit: "ms",
      value: p95,
      better: "lower",
      ...(connections === 16 ? { aim: 15 } : {}),
    },
  ];
}

type Round = { readonly ratio: number; readonly perSecond: number; readonly p95: number };

/** Keeps `connections` busy for a while, each with one fetch after the other. */
async function measure(
  gateway: TestGateway,
  svid: Issued,
  port: number,
  connections: number,
  seconds: number,
): Promise<{ count: number; p95: number }> {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: connections,
    ca: gateway.authority.pem,
    cert: svid.pem,
    key: svid.keyPem,
    servername: "localhost",
  });
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  const loop = async () => {
    while (performance.now() < end) {
      const from = performance.now();
      const status = await get(agent, port);
      if (status !== 200) throw new Error(`a fetch was answered with ${status}`);
      times.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: connections }, loop));
  agent.destroy();
  times.sort((a, b) => a - b);
  return { count: times.length, p95: times[Math.floor(times.length * 0.95)] ?? Number.NaN };
}

function get(agent: Agent, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ agent, host: "127.0.0.1", port, path: `/v1/secrets/${NAME}` }, (response) => {
      response.once("end", () => resolve(response.statusCode ?? 0)).resume();
    })
      .once("error", reject)
      .end();
  });
}

function memory(name: string, { child }: Service): Figure {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return {
    name: `resident memory, ${name}`,
    unit: "MiB",
    value: Number(kilobytes) / 1024,
    better: "lower",
  };
}
