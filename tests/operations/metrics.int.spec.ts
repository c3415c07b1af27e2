import { connect } from "node:net";
import { instant } from "@countersign/protocol/instants";
import { type SecretName, spiffeId } from "@countersign/protocol/names";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Issued } from "../../scripts/lib/development-ca.mjs";
import { freePort } from "../../scripts/lib/free-port.mjs";
import { consoleCall } from "../support/console.ts";
import { AGAIN_SOON, eventually } from "../support/eventually.ts";
import { startTestGateway, type TestGateway, TRUST_DOMAIN } from "../support/gateway.ts";
import { endService, type Installation, startInstallation } from "../support/installation.ts";
import { readLedger } from "../support/ledger-reader.ts";
import { ask, type Sample, sampleOf, samplesOf } from "../support/status-address.ts";
import { askAndApprove, type Cast, enrolCast, register, registration } from "../support/story.ts";
import { TappedProxy } from "../support/tapped-proxy.ts";

const DEV = "payments/dev/postgres/app-password" as SecretName;
const API = "acme/dev/payments/api";
const WORKER = "acme/dev/payments/worker";
const PATIENCE = { timeout: 40_000, interval: 200 };

function takesConnections(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path, () => {
      socket.destroy();
      done(true);
    }).once("error", () => done(false));
  });
}

/* A day's work, and what the processes then tell of it on addresses of their own. */
describe("OBS-1 metrics of a running installation", () => {
  let house: Installation;
  let cast: Cast;
  let gateway: TestGateway;
  let api: Issued;
  let tap: TappedProxy;
  let environment: Readonly<Record<string, string>>;
  const ports = { keyService: 0, gateway: 0 };
  const figures = async (port: number) => samplesOf((await ask(port, "/metrics")).text);

  beforeAll(async () => {
    ports.keyService = await freePort();
    ports.gateway = await freePort();
    house = await startInstallation({ environment: { COUNTERSIGN_PEN_STALE_MS: "1000" } });
    const url = new URL(house.database.url);
    tap = await TappedProxy.start({ host: url.hostname, port: Number(url.port || 5432) });
    url.hostname = "127.0.0.1";
    url.port = String(tap.port);
    await endService(house.keyService());
    environment = {
      COUNTERSIGN_DATABASE_URL: url.href,
      COUNTERSIGN_KEY_SERVICE_STATUS_PORT: String(ports.keyService),
    };
    await house.startKeyService(environment);
    cast = await enrolCast(house);
    gateway = await startTestGateway(house, {
      COUNTERSIGN_GATEWAY_STATUS_PORT: String(ports.gateway),
      COUNTERSIGN_GATEWAY_BURST: "8",
      COUNTERSIGN_GATEWAY_PER_SECOND: "1",
    });
    api = await gateway.svid(API);
    const policy = { owner: "payments-team", service: "payments", rotationPeriodDays: 30 } as const;
    const low = { ...policy, dataClassification: "internal", tier: "low" } as const;
    const bindings = [API, WORKER].map((it) => ({
      workload: spiffeId.parse(`spiffe://${TRUST_DOMAIN}/${it}`),
      proof: "gateway-vouched" as const,
      expiresAt: instant.parse(`${new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)}Z`),
    }));
    await register(cast, registration(DEV, { policy: low, bindings }));
    await register(cast);
    await askAndApprove(cast);
    const fetched = async () => (await gateway.fetch(api, DEV)).status;
    await eventually("a fetch", AGAIN_SOON, fetched, (status) => status === 200);
  });
  afterAll(async () => {
    await gateway?.stop();
    await house?.stop();
    await tap?.close();
  });

  it("the key service tells decisions by act and outcome, appends, HSM operations, releases, and how what it stands on is", async () => {
    const entries = await readLedger(house.database);
    const samples = await figures(ports.keyService);
    const count = (name: string, labels = {}) => sampleOf(samples, name, labels);
    expect(count("countersign_decisions_total", { act: "approve", outcome: "accepted" })).toBe(2);
    expect(count("countersign_decisions_total", { act: "request", outcome: "accepted" })).toBe(1);
    // Whatever is decided has a name on the list.
    const acts = samples.filter((it) => it.name === "countersign_decisions_total");
    expect(acts.map((it) => it.labels.act)).not.toContain("other");
    expect(acts.map((it) => it.labels.outcome)).not.toContain("other");
    const fetches = entries.flatMap((it) => it.events).filter((it) => it.type === "FetchIntended");
    expect(fetches.length).toBeGreaterThan(0);
    expect(count("countersign_releases_total", { to: "workload", step: "intent" })).toBe(
      fetches.length,
    );
    expect(count("countersign_ledger_entries")).toBeGreaterThanOrEqual(entries.length);
    // The genesis was another process's.
    expect(count("countersign_ledger_append_seconds_count")).toBeGreaterThan(10);
    expect(
      count("countersign_hsm_operation_seconds_count", { operation: "sign", outcome: "done" }),
    ).toBeGreaterThan(10);
    expect(count("countersign_ledger_pen_fence")).toBe(2);
    expect(count("countersign_witnessed_entries")).toBeGreaterThan(0);
    expect(count("countersign_witness_age_seconds")).toBeLessThan(60);
    expect(count("countersign_hsm_reachable")).toBe(1);
    expect(count("countersign_database_reachable")).toBe(1);
    expect(count("countersign_gateways_connected")).toBe(1);
    expect(count("countersign_checker_findings_total")).toBe(0);
    expect(
      count("countersign_desk_request_seconds_count", {
        path: "/people/v1/proposals/show",
        outcome: "answered",
      }),
    ).toBe(1);
    await expect
      .poll(
        async () =>
          sampleOf(await figures(ports.keyService), "countersign_projection_behind_entries"),
        PATIENCE,
      )
      .toBe(0);
  });

  it("the status page's figures are the same", async () => {
    const { status, json } = await consoleCall(house, "/console/v1/status", {});
    expect(status).toBe(200);
    expect(json).toMatchObject({
      hsm: { isReachable: true, latencyMs: expect.any(Number) },
      ledger: { isAvailable: true, size: expect.any(Number), fence: 2, queued: expect.any(Number) },
      witnesses: { asked: 1, quorum: 1, newest: { size: expect.any(Number) } },
      projection: { state: "running" },
      lastCheck: { found: 0 },
      gateways: 1,
    });
  });

  it("RATE-1 the gateway tells fetches by how they ended, those that came too fast among them", async () => {
    const stranger = await gateway.svid("acme/dev/billing/api");
    expect((await gateway.fetch(stranger, DEV)).status).toBe(404);
    await expect.poll(async () => (await gateway.fetch(api, DEV)).status, PATIENCE).toBe(429);
    const samples = await figures(ports.gateway);
    const ended = (outcome: string) =>
      sampleOf(samples, "countersign_fetch_seconds_count", { outcome });
    expect(ended("delivered")).toBeGreaterThan(0);
    expect(ended("not-found")).toBeGreaterThan(0);
    expect(ended("rate-limited")).toBeGreaterThan(0);
    expect(sampleOf(samples, "countersign_key_service_connected")).toBe(1);
  });

  it("LEAK-2 no label of any process holds a name, an id or a text of anybody's", async () => {
    const odd = `/people/v1/${cast.olivia.person}?x=${DEV}`;
    await ask(house.deskPort, odd);
    await consoleCall(house, `/console/v1/${cast.olivia.person}`, {});
    const samples: Sample[] = [
      ...(await figures(ports.keyService)),
      ...(await figures(ports.gateway)),
    ];
    const values = new Set(samples.flatMap(({ labels }) => Object.values(labels)));
    expect(values.size).toBeGreaterThan(20);
    const theirs = [
      cast.olivia.person,
      cast.laptop.device,
      "acme",
      "payments",
      "olivia",
      "spiffe",
      "postgres",
      "gateway.localhost",
    ];
    for (const value of values) {
      expect(value).toMatch(/^(?:[a-z][a-z0-9-]*|\/[a-z0-9/-]+|\+Inf|\d+(?:\.\d+)?)$/);
      for (const it of theirs) expect(value.toLowerCase()).not.toContain(it.toLowerCase());
    }
  });

  it("figures are on no address that people or workloads use", async () => {
    expect((await ask(house.deskPort, "/metrics")).text).not.toContain("countersign_");
    const said = await gateway.fetch(api, DEV, { path: "/metrics" });
    expect(said.status).toBe(404);
    expect((await ask(house.witnessPort, "/metrics")).status).toBe(404);
  });

  it("OBS-1 a key service that is stopped answers the fetch and the console's call that run, takes no others, ends with 0, and its gateway goes on with the next", async () => {
    tap.stall();
    const { person } = cast.olivia;
    const act = { act: "revoke", subject: { type: "person", person }, reason: "Leaves" } as const;
    const calling = consoleCall(house, "/console/v1/drafts", { tenant: "acme", person, act });
    const fetching = gateway.fetch(await gateway.svid(WORKER), DEV);
    const underWay = async () =>
      sampleOf(await figures(ports.gateway), "countersign_fetches_under_way");
    await expect.poll(underWay, PATIENCE).toBe(1);
    const running = house.keyService();
    running.child.kill("SIGTERM");
    // A call that came in time would be waited for, so that nothing is asked here.
    await expect.poll(() => takesConnections(house.rpcSocket), PATIENCE).toBe(false);
    tap.clear();
    expect((await calling).status).toBe(200);
    const fetched = await fetching;
    expect(fetched.status, `${JSON.stringify(fetched.body)} ${running.output()}`).toBe(200);
    await running.ended;
    expect(running.child.exitCode).toBe(0);
    await house.startKeyService(environment);
    await expect.poll(() => ask(ports.gateway, "/readyz"), PATIENCE).toMatchObject({ status: 200 });
  });

  it("NET-1 a gateway that is stopped answers the fetch that runs, takes no other connection, and ends with 0", async () => {
    // On an identity that has not been too fast.
    const fresh = await gateway.svid("acme/dev/billing/api");
    const passed = new Promise<void>((done) => {
      tap.look = ({ bytes, towards }) => {
        if (towards === "server" && bytes.includes("billing")) {
          tap.stall();
          done();
        }
        return bytes;
      };
    });
    const running = gateway.fetch(fresh, DEV);
    await passed;
    const stopping = gateway.stop();
    await expect
      .poll(
        () =>
          gateway.fetch(fresh, DEV).then(
            () => "answered",
            () => "refused",
          ),
        PATIENCE,
      )
      .toBe("refused");
    tap.clear();
    expect((await running).status).toBe(404);
    await stopping;
    expect(gateway.process.child.exitCode).toBe(0);
  });
});
