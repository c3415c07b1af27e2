import { readFileSync } from "node:fs";
import { CONSOLE_API, type ConsoleApiPath } from "@countersign/protocol/console-api";
import type { DraftId } from "@countersign/protocol/ids";
import {
  PEOPLE_API,
  type PeopleApiInput,
  type PeopleApiPath,
} from "@countersign/protocol/people-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../scripts/lib/free-port.mjs";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { cookieName } from "../../server/console/http/cookies.ts";
import { consoleCall } from "../support/console.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { startPagesOf, type WorldPages } from "../support/pages-of-world.ts";
import { call, TestDevice, type TestPerson } from "../support/people.ts";
import { type Row, TRIES, type World } from "../support/people-api-tries.ts";
import { type Facts, inputFor } from "../support/procedure-cases.ts";
import { allProcedures } from "../support/procedures.ts";
import { rawHttp } from "../support/raw-http.ts";
import { CONSOLE_ORIGIN, newSession } from "../support/single-sign-on.ts";
import { ask, samplesOf } from "../support/status-address.ts";
import {
  draftOf,
  ownerOf,
  type Side,
  startTwoTenants,
  TENANTS,
  type TwoTenants,
} from "../support/two-tenants.ts";

const other = (side: Side): Side => (side === "acme" ? "globex" : "acme");
type Target = Facts & { readonly credential: string; readonly draft: DraftId };

/** What a console that lies about its caller asks for: as `mine`, for things of `their`. A path without one does not compile. */
const RPC_TRIES = {
  "/console/v1/drafts": ({ request }, mine) => ({
    ...mine,
    act: { act: "revoke", subject: { type: "grant", request }, reason: "To see what it was" },
  }),
  "/console/v1/drafts/status": ({ draft }, { tenant }) => ({ tenant, draft }),
  "/console/v1/sign-ins": () => ({ idToken: "a.b.c", session: newSession() }),
  "/console/v1/sessions/end": ({ olivia }, { tenant }) => ({ tenant, person: olivia, all: true }),
  "/console/v1/proposals/read": ({ proposal }, mine) => ({ ...mine, proposal }),
  "/console/v1/proposals/waiting": ({ olivia }, { tenant }) => ({ tenant, person: olivia }),
  "/console/v1/secrets/read": ({ secret }, { tenant }) => ({ tenant, secret }),
  "/console/v1/log/head": () => ({}),
  "/console/v1/log/inclusion": (_, { tenant }) => ({ tenant, index: 1 }),
  "/console/v1/status": () => ({}),
} as const satisfies Record<
  ConsoleApiPath,
  (their: Target, mine: { tenant: string; person: string }) => unknown
>;

/*
 * Everybody of one tenant, and nobody at all, at every door of the house with the real ids of the other tenant: desk
 * and people-API, the console's socket, the gateway, and every address of the built console.
 */
describe("tenants: every door", () => {
  let two: TwoTenants;
  let gateway: TestGateway;
  let pages: WorldPages;
  let port: number;
  const statusOf = { keyService: 0, console: 0, gateway: 0 };
  const drafts = new Map<Side, DraftId>();
  const cookies = new Map<Side, string>();
  const evesDevice: { at?: TestDevice } = {};

  beforeAll(async () => {
    statusOf.keyService = await freePort();
    statusOf.console = await freePort();
    statusOf.gateway = await freePort();
    two = await startTwoTenants({
      COUNTERSIGN_KEY_SERVICE_STATUS_PORT: String(statusOf.keyService),
    });
    const { world, devices } = two;
    gateway = await startTestGateway(world.installation, {
      COUNTERSIGN_GATEWAY_STATUS_PORT: String(statusOf.gateway),
    });
    pages = await startPagesOf(world, {
      environment: { COUNTERSIGN_CONSOLE_STATUS_PORT: String(statusOf.console) },
    });
    port = pages.port;
    evesDevice.at = await TestDevice.login(world.cast.eve, "Eve's laptop");
    for (const side of TENANTS) {
      drafts.set(side, await draftOf(devices[side]));
      const secret = await world.signIn(ownerOf(world, side));
      cookies.set(side, `${cookieName("session", CONSOLE_ORIGIN)}=${secret}`);
    }
  }, 240_000);
  afterAll(async () => {
    await pages?.end();
    await gateway?.stop();
    await two?.world.stop();
  });

  const target = (side: Side): Target => {
    const draft = drafts.get(side);
    if (draft === undefined) throw new Error("each side has drafted");
    return { ...two.facts[side], draft };
  };
  const tells = (side: Side, text: string) => two.telling[side].filter((it) => text.includes(it));
  const known: Record<Side, string> = { acme: "", globex: "" };
  /** What an answer tells of one side beyond what strangers have sent so far: their own tries stand in their audit log. */
  const told = (side: Side, sent: string, answer: string) => {
    if (!known[side].includes(sent)) known[side] += ` ${sent}`;
    return tells(side, answer).filter((it) => !known[side].includes(it));
  };

  it.each(Object.keys(PEOPLE_API) as PeopleApiPath[])(
    "TENANT-1 L11 %s tells nobody of the other tenant anything",
    async (path) => {
      // A draft's id is the link to it: 130 random bits, read before anybody has said who they are.
      if (path === "/desk/v1/drafts/read") return;
      const { world, devices } = two;
      for (const side of TENANTS) {
        const facts = target(side);
        const cast = { ...world.cast, olivia: ownerOf(world, side), laptop: devices[side] };
        const theirs: World = {
          asked: facts,
          draft: facts.draft,
          cast,
          credential: facts.credential,
        };
        const row: Row = TRIES[path];
        const input = row.input(theirs);
        const strangers: (readonly [string, TestPerson | null, TestDevice | null])[] = [
          ["nobody", null, null],
          ["its counterpart", ownerOf(world, other(side)), devices[other(side)]],
        ];
        // Of acme: a stranger to globex.
        if (side === "globex") strangers.push(["Eve", world.cast.eve, evesDevice.at ?? null]);
        for (const [who, person, device] of strangers) {
          const answer = await attempt(path, input, person, device);
          const text = JSON.stringify(answer);
          expect([who, told(side, JSON.stringify(input), text)]).toEqual([who, []]);
        }
      }
    },
  );

  /** As this path wants its callers; without any proof where there is nobody. */
  const attempt = async (
    path: PeopleApiPath,
    raw: unknown,
    person: TestPerson | null,
    device: TestDevice | null,
  ): Promise<unknown> => {
    const input = raw as PeopleApiInput<typeof path>; // outsiders send what they like
    const { caller } = PEOPLE_API[path];
    if (caller === "session" && person !== null) return person.desk(path, input);
    if (caller === "device" && device !== null) return device.call(path, input);
    return call(two.world.installation, path, input);
  };

  it("TENANT-1 the desk's pages tell nobody anything but what a link itself names", async () => {
    const { deskPort, deskOrigin } = two.world.installation;
    for (const side of TENANTS)
      for (const path of [
        "/",
        `/d/${drafts.get(side)}`,
        "/people",
        "/healthz",
        "/readyz",
        "/nowhere",
      ]) {
        const headers = { host: new URL(deskOrigin).host };
        const { text } = await rawHttp({ port: deskPort, path, headers });
        expect([path, told(side, path, text)]).toEqual([path, []]);
      }
  });

  it("TENANT-1 L11 the console's socket gives a caller of one tenant nothing of the other", async () => {
    const { installation } = two.world;
    for (const path of Object.keys(CONSOLE_API) as ConsoleApiPath[])
      for (const side of TENANTS) {
        const mine = { tenant: other(side), person: two.facts[other(side)].olivia };
        const input = RPC_TRIES[path](target(side), mine);
        const sent = JSON.stringify(input);
        const { json } = await consoleCall(installation, path, input);
        expect([path, told(side, sent, JSON.stringify(json))]).toEqual([path, []]);
        const stranger = await consoleCall(installation, path, input, "x".repeat(43));
        expect([path, stranger.status]).toEqual([path, 401]);
      }
    // Of its own tenant the same calls do tell: the look-out above is not blind.
    const { proposal, olivia } = target("acme");
    const own = { tenant: "acme", person: olivia, proposal };
    const { json } = await consoleCall(installation, "/console/v1/proposals/read", own);
    expect(tells("acme", JSON.stringify(json)).length).toBeGreaterThan(3);
  });

  it("TENANT-1 SEG-3 the gateway hands a workload nothing of the other tenant, and its own where it is bound", async () => {
    const own = "payments/dev/acme-ledger/key";
    const bound = await gateway.svid("acme/dev/payments/api");
    await expect
      .poll(async () => (await gateway.fetch(bound, own)).status, {
        timeout: 40_000,
        interval: 200,
      })
      .toBe(200);
    const value = String((await gateway.fetch(bound, own)).body.value);
    for (const path of [
      "globex/dev/payments/api",
      "globex/prod/payments/api",
      "globex/dev/acme/api",
    ]) {
      const answer = await gateway.fetch(await gateway.svid(path), own);
      expect([path, answer.status]).toEqual([path, 404]);
      const text = JSON.stringify(answer);
      expect([path, text.includes(value), told("acme", own, text)]).toEqual([path, false, []]);
    }
    const names = ["payments/dev/globex-ledger/key", "globex/payments/dev/globex-ledger/key"];
    for (const name of names) {
      const answer = await gateway.fetch(bound, name);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(told("globex", name, JSON.stringify(answer))).toEqual([]);
    }
    await expect(gateway.fetch(null, own)).rejects.toThrow();
  });

  it("TENANT-1 L25 no address of the built console tells a stranger anything, whichever there are", async () => {
    const manifest = inRoot("dist", "console", "app-path-routes-manifest.json");
    const routes = Object.values<string>(JSON.parse(readFileSync(manifest, "utf8"))).filter(
      (route) => route !== "/_global-error", // what Next serves for its own faults is one, by status
    );
    expect(routes.length).toBeGreaterThan(15);
    for (const side of TENANTS) {
      const facts = target(side);
      const parameters: Readonly<Record<string, readonly string[]>> = {
        "[entry]": ["1"],
        "[person]": [facts.olivia],
        "[proposal]": [facts.proposal, facts.request],
        "[secret]": [facts.secret],
        "[...nextauth]": ["csrf", "session", "providers", "signin/oidc", "callback/oidc", "error"],
        "[trpc]": [],
      };
      const paths = routes.flatMap((route) => {
        const [parameter] = /\[.+\]/.exec(route) ?? [];
        if (parameter === undefined) return [route];
        const values = parameters[parameter];
        if (values === undefined) throw new Error(`the route ${route} has no case`);
        return values.map((it) => route.replace(parameter, it));
      });
      for (const cookie of strangersTo(side))
        for (const path of [...paths, "/healthz", "/readyz"])
          for (const rsc of ["0", "1"]) {
            const headers = {
              cookie,
              "sec-fetch-site": "same-origin",
              ...(rsc === "1" ? { rsc } : {}),
            };
            const { status, text } = await rawHttp({ port, path, headers });
            expect([path, status < 500, told(side, path, text)]).toEqual([path, true, []]);
          }
    }
  });

  it("TENANT-1 L11 L25 no procedure tells a stranger anything over HTTP, alone or in a batch", async () => {
    const procedures = allProcedures().filter((it) => !it.path.startsWith("session.signOut"));
    for (const side of TENANTS)
      for (const cookie of strangersTo(side)) {
        const inputs = procedures.map((it) => inputFor(it.path, target(side)));
        for (const [at, { path, type }] of procedures.entries()) {
          const { status, text } = await trpc(cookie, path, type, inputs[at]);
          const sent = JSON.stringify(inputs[at]) ?? "";
          expect([path, status < 500, told(side, sent, text)]).toEqual([path, true, []]);
        }
        const queries = procedures.flatMap(({ path, type }, at) =>
          type === "query" ? [{ path, input: inputs[at] }] : [],
        );
        for (let at = 0; at < queries.length; at += 10) {
          const batch = queries.slice(at, at + 10);
          const input = encodeURIComponent(
            JSON.stringify({ ...batch.map((it) => it.input ?? null) }),
          );
          const path = `/api/trpc/${batch.map((it) => it.path).join(",")}?batch=1&input=${input}`;
          const headers = { cookie, "sec-fetch-site": "same-origin" };
          const { text } = await rawHttp({ port, path, headers });
          expect(told(side, decodeURIComponent(path), text)).toEqual([]);
        }
      }
    // The owner's own cookie is told: the look-out is not blind.
    const own = await trpc(cookies.get("acme") ?? "", "secrets.list", "query", {});
    expect(tells("acme", own.text)).toContain("payments/dev/acme-ledger/key");
  });

  it("TENANT-1 OBS-1 LEAK-2 health and metrics of no process tell anybody anything of a tenant, after all of the above", async () => {
    const { witnessPort } = two.world.installation;
    for (const at of [...Object.values(statusOf), witnessPort])
      for (const path of [
        "/",
        "/healthz",
        "/readyz",
        "/metrics",
        "/metrics?tenant=acme",
        "/nowhere",
      ])
        for (const side of TENANTS) {
          const { text } = await ask(at, path);
          expect([at, path, tells(side, text)]).toEqual([at, path, []]);
        }
    // What is asked for stands there: the look-out above is not blind.
    for (const at of Object.values(statusOf)) {
      const samples = samplesOf((await ask(at, "/metrics")).text);
      expect(samples.length, String(at)).toBeGreaterThan(20);
    }
  });

  /** Nobody, a made-up session, and whoever owns the same service in the other tenant. */
  const strangersTo = (side: Side) => [
    "",
    `${cookieName("session", CONSOLE_ORIGIN)}=${"A".repeat(43)}`,
    cookies.get(other(side)) ?? "",
  ];
  const trpc = (cookie: string, path: string, type: string, input: unknown) => {
    const headers = { cookie, "sec-fetch-site": "same-origin" };
    const text = JSON.stringify(input);
    if (type !== "mutation") {
      const query = text === undefined ? "" : `?input=${encodeURIComponent(text)}`;
      // What a subscription says first is an answer; it goes on as long as the session.
      const until = type === "subscription" ? { until: /"topics"/ } : {};
      return rawHttp({ port, path: `/api/trpc/${path}${query}`, headers, ...until });
    }
    return rawHttp({
      port,
      path: `/api/trpc/${path}`,
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: text ?? "",
    });
  };
});
