import { writeFileSync } from "node:fs";
import { bindingId } from "@countersign/protocol/ids";
import { instant } from "@countersign/protocol/instants";
import { type SecretName, spiffeId } from "@countersign/protocol/names";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createAuthority,
  type Issued,
  issueServer,
  issueSvid,
} from "../../scripts/lib/development-ca.mjs";
import { startTestGateway, type TestGateway, TRUST_DOMAIN } from "../support/gateway.ts";
import { endService, type Installation, startInstallation } from "../support/installation.ts";
import { eventsOf, readLedger } from "../support/ledger-reader.ts";
import { type Cast, enrolCast, register, registration } from "../support/story.ts";

/*
 * A workload fetches what people bound it to, through the gateway, with nothing left out: processes,
 * certificates, PostgreSQL and token are real.
 */
const DEV = "payments/dev/postgres/app-password" as SecretName;
const PROD_PII = "payments/prod/postgres/app-password" as SecretName;
const API = "acme/dev/payments/api";

describe("the gateway", () => {
  let house: Installation;
  let cast: Cast;
  let gateway: TestGateway;
  let api: Issued;

  beforeAll(async () => {
    house = await startInstallation();
    cast = await enrolCast(house);
    gateway = await startTestGateway(house);
    api = await gateway.svid(API);
    const policy = { owner: "payments-team", service: "payments", rotationPeriodDays: 30 } as const;
    const low = { ...policy, dataClassification: "internal", tier: "low" } as const;
    await register(cast, registration(DEV, { policy: low, bindings: [bindingTo(API)] }));
  });
  afterAll(async () => {
    await gateway?.stop();
    await house?.stop();
  });

  const bindingTo = (
    path: string,
    proof: "gateway-vouched" | "end-to-end" = "gateway-vouched",
  ) => ({
    workload: spiffeId.parse(`spiffe://${TRUST_DOMAIN}/${path}`),
    proof,
    expiresAt: instant.parse(`${new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)}Z`),
  });
  /** Witnesses cosign a binding soon after it is made; until then callers are told to come again. */
  const fetchable = (svid: Issued, name: string) =>
    expect
      .poll(async () => (await gateway.fetch(svid, name)).status, {
        timeout: 40_000,
        interval: 200,
      })
      .toBe(200);
  const inLedger = async (type: string) => eventsOf(await readLedger(house.database), type);

  it("DEL-1 NET-1 a workload fetches the value that is bound to it, and the ledger had it first", async () => {
    await fetchable(api, DEV);
    const got = await gateway.fetch(api, DEV);
    expect(got).toMatchObject({
      status: 200,
      headers: { "cache-control": "no-store" },
      body: { name: DEV, version: 1, type: "database-credential", encoding: "utf-8" },
    });
    expect(String(got.body.value).length).toBeGreaterThanOrEqual(16);
    const entry = (await readLedger(house.database))[Number(got.body.entry)];
    expect(entry).toMatchObject({
      door: "gateway",
      events: [
        {
          type: "FetchIntended",
          tenant: "acme",
          workload: `spiffe://${TRUST_DOMAIN}/${API}`,
          gateway: "gateway.localhost",
        },
      ],
    });
    expect(await gateway.fetch(api, `secret:%2F%2F${DEV}`)).toMatchObject({ status: 200 });
    await expect
      .poll(async () => (await inLedger("FetchesDone")).flatMap((it) => it.intents))
      .toContain(got.body.entry);
  });

  it("DEL-1 SEG-3 TENANT-1 nobody else's certificate fetches it, and each attempt is an entry", async () => {
    const others = [
      "acme/dev/billing/api",
      "acme/dev/payments/worker",
      "acme/prod/payments/api",
      "globex/dev/payments/api",
    ];
    for (const path of others) {
      const refused = await gateway.fetch(await gateway.svid(path), DEV);
      expect(refused).toMatchObject({ status: 404, body: { code: "not-found" } });
      expect(refused.headers["content-type"]).toContain("application/problem+json");
    }
    const refusals = (await inLedger("Refused")).filter((it) => it.code === "not-found");
    expect(refusals.map((it) => it.workload)).toEqual(
      others.map((it) => `spiffe://${TRUST_DOMAIN}/${it}`),
    );
  });

  it("NET-1 L16 no certificate, another issuer's, TLS 1.2 and a server's certificate get no answer at all", async () => {
    const stranger = await createAuthority(TRUST_DOMAIN);
    const forged = await issueSvid(stranger, `spiffe://${TRUST_DOMAIN}/${API}`);
    const ended = await issueSvid(gateway.authority, `spiffe://${TRUST_DOMAIN}/${API}`, {
      startsIn: -7_200,
      seconds: 3_600,
    });
    await expect(gateway.fetch(null, DEV)).rejects.toThrow();
    await expect(gateway.fetch(forged, DEV)).rejects.toThrow();
    await expect(gateway.fetch(ended, DEV)).rejects.toThrow();
    await expect(gateway.fetch(api, DEV, { tls: { maxVersion: "TLSv1.2" } })).rejects.toThrow();
    const server = await issueServer(gateway.authority, ["payments.local"]);
    await expect(gateway.fetch(server, DEV)).rejects.toThrow();
    expect(await gateway.fetch(api, DEV)).toMatchObject({ status: 200 });
  });

  it("NET-1 L14 no session is resumed: each connection shows its certificate", async () => {
    const tickets: Buffer[] = [];
    await gateway.fetch(api, DEV, {
      onSocket: (it) => it.on("session", (one) => tickets.push(one)),
    });
    let reused: boolean | undefined;
    await gateway.fetch(api, DEV, {
      tls: tickets[0] === undefined ? {} : ({ session: tickets[0] } as object),
      onSocket: (it) =>
        it.once("secureConnect", () => {
          reused = it.isSessionReused();
        }),
    });
    expect(reused).toBe(false);
  });

  it("AUD-1 what is no fetch of one secret is refused, in words, and records no reading", async () => {
    const before = (await inLedger("FetchIntended")).length;
    const tries: [string, { method?: string; path?: string }, number][] = [
      [DEV, { method: "HEAD" }, 404],
      [DEV, { method: "POST" }, 404],
      [DEV, { method: "DELETE" }, 404],
      ["", {}, 400],
      ["payments", {}, 400],
      ["payments/dev", {}, 400],
      ["Payments/dev/postgres/app-password", {}, 400],
      ["payments/dev/../dev/postgres/app-password", {}, 400],
      ["payments/dev/postgres/app-password/", {}, 400],
      ["payments/dev/postgres/app-password%00", {}, 400],
      ["payments/dev/*", {}, 400],
      ["", { path: "/v1/secrets" }, 404],
      ["", { path: "/" }, 404],
      ["", { path: `/v1/secrets/${"a".repeat(2_000)}` }, 400],
    ];
    for (const [name, options, status] of tries) {
      const answer = await gateway.fetch(api, name, options);
      expect([name, options, answer.status]).toEqual([name, options, status]);
    }
    expect((await inLedger("FetchIntended")).length).toBe(before);
  });

  it("JIT-2 a production secret with personal data is not even bound to a gateway's hands", async () => {
    const act = registration(PROD_PII, { bindings: [bindingTo("acme/prod/payments/api")] });
    await expect(cast.laptop.draft(act)).rejects.toThrow("not-allowed");
  });

  it("L31 a revoked binding fetches nothing from that moment on, over a connection that stays", async () => {
    const worker = "acme/dev/payments/worker";
    const draft = await cast.laptop.draft({
      act: "bind-workload",
      name: DEV,
      binding: bindingTo(worker),
    });
    await cast.olivia.mustSign([draft.draft]);
    const svid = await gateway.svid(worker);
    await fetchable(svid, DEV);
    const bound = (await inLedger("WorkloadBound")).at(-1);
    const revoke = await cast.laptop.draft({
      act: "revoke",
      subject: { type: "binding", binding: bindingId.parse(bound?.binding) },
      reason: "The worker is gone",
    });
    await cast.olivia.mustSign([revoke.draft]);
    expect(await gateway.fetch(svid, DEV)).toMatchObject({
      status: 403,
      body: { code: "binding-ended" },
    });
  });

  it("RATE-1 a workload that asks too often is told when to come again; others are not slowed", async () => {
    const slow = await startTestGateway(
      { ...house, folder: `${house.folder}/key-service` },
      {
        COUNTERSIGN_GATEWAY_BURST: "3",
        COUNTERSIGN_GATEWAY_PER_SECOND: "1",
      },
    );
    try {
      const own = await slow.svid(API);
      const answers = await Promise.all(Array.from({ length: 8 }, () => slow.fetch(own, DEV)));
      const limited = answers.filter((it) => it.status === 429);
      expect(limited.length).toBeGreaterThanOrEqual(3);
      for (const it of limited) expect(Number(it.headers["retry-after"])).toBeGreaterThanOrEqual(1);
      expect((await slow.fetch(await slow.svid("acme/dev/billing/api"), DEV)).status).toBe(404);
    } finally {
      await slow.stop();
    }
  });

  it("a renewed certificate is used for new connections, and a broken one is not", async () => {
    const renewed = await issueServer(gateway.authority, ["localhost", "127.0.0.1"]);
    const serial = async () => {
      let seen = "";
      await gateway.fetch(api, DEV, {
        onSocket: (it) =>
          it.once("secureConnect", () => {
            seen = it.getPeerCertificate().serialNumber;
          }),
      });
      return seen.toLowerCase();
    };
    writeFileSync(gateway.files.key, renewed.keyPem);
    writeFileSync(gateway.files.certificate, renewed.pem);
    await expect
      .poll(serial, { timeout: 30_000 })
      .toBe(renewed.certificate.serialNumber.toLowerCase());
    writeFileSync(gateway.files.trust, "no certificate");
    await expect
      .poll(() => gateway.process.output(), { timeout: 30_000 })
      .toContain("tls-not-renewed");
    expect((await gateway.fetch(api, DEV)).status).toBe(200);
    writeFileSync(gateway.files.trust, gateway.authority.pem);
  });

  it("without the key service nothing is handed out, callers are told to come again, and it goes on by itself", async () => {
    await endService(house.keyService());
    const refused = await gateway.fetch(api, DEV);
    expect(refused).toMatchObject({ status: 503, body: { code: "unavailable" } });
    expect(refused.headers["retry-after"]).toBe("1");
    await house.startKeyService();
    await expect
      .poll(async () => (await gateway.fetch(api, DEV)).status, { timeout: 30_000 })
      .toBe(200);
  });
});
