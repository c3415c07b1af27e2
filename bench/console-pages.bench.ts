import { readFileSync } from "node:fs";
import { type DraftId, personId } from "@countersign/protocol/ids";
import { secretName, tenantId } from "@countersign/protocol/names";
import type { Action } from "../server/console/authorise/grid.ts";
import { cookieName } from "../server/console/http/cookies.ts";
import { inSession } from "../server/db/session.ts";
import {
  type Caller,
  type ConsoleWorld,
  startConsoleWorld,
} from "../tests/support/console-world.ts";
import { startPagesOf } from "../tests/support/pages-of-world.ts";
import { startTestServer } from "../tests/support/postgres-cluster.ts";
import { rawHttp } from "../tests/support/raw-http.ts";
import { CONSOLE_ORIGIN } from "../tests/support/single-sign-on.ts";
import { asking, register, registration, SECRET } from "../tests/support/story.ts";
import { createDatabaseOn } from "../tests/support/test-database.ts";
import { type BenchOptions, type Figure, median, quantile } from "./figure.ts";
import { appendOpenings, prepareUses } from "./long-history.ts";

const ENTRIES = 100_000;
const REQUESTS = 5_000;
/** Of these, so many wait for Sam and Priya. */
const WAITING = 200;
const AT_ONCE = 50;
const FEW = 100;
const MANY = 100_000;
const ROUNDS = 60;
const ACME = tenantId.parse("acme");
const CHEAP = secretName.parse("payments/dev/cache/everyday-token");

/** What each of the five main pages asks for when it opens, with the input that it sends. */
const PAGES: Readonly<Record<string, readonly (readonly [Action, unknown])[]>> = {
  overview: [
    ["session.me", undefined],
    ["overview.read", undefined],
  ],
  requests: [
    ["requests.list", { which: "for-me" }],
    ["requests.list", { which: "all" }],
    ["requests.counts", undefined],
  ],
  secrets: [
    ["secrets.list", {}],
    ["secrets.list", { sort: "ends-first" }],
    ["secrets.list", { q: "token-7" }],
    ["secrets.facets", {}],
    ["secrets.suggest", { q: "token" }],
  ],
  workloads: [
    ["workloads.list", {}],
    ["workloads.facets", {}],
  ],
  audit: [
    ["audit.search", {}],
    ["audit.search", { q: "failed payouts" }],
    ["audit.search", { outcome: "refused" }],
    ["audit.histogram", {}],
  ],
};

/**
 * Server time of the procedures behind the five main pages on a history that was made by the key service itself; then
 * the same secrets' pages before 100 and before 100,000 secrets, whose rows are written by hand.
 */
export default async function consolePages({ tell }: BenchOptions): Promise<Figure[]> {
  const { server, stop } = await startTestServer();
  const world = await startConsoleWorld({
    database: await createDatabaseOn(server),
    environment: { COUNTERSIGN_CHECK_EVERY_SECONDS: "86400" },
  });
  try {
    const figures: Figure[] = [];
    const { sam, olivia } = world.cast;
    await world.signIn(olivia);
    tell(`people sign ${REQUESTS} requests`);
    await signRequests(world);
    const uses = await prepareUses(world.cast, ENTRIES / 2);
    const { child, ended } = world.installation.keyService();
    child.kill("SIGTERM");
    await ended;
    tell(`appending up to ${ENTRIES} entries`);
    await appendOpenings(world.installation, uses, ENTRIES);
    await world.installation.startKeyService();
    tell("projecting");
    await projected(world);
    await sql(world, "VACUUM ANALYZE");
    for (const [who, person] of [
      ["a security admin", sam],
      ["a service owner", olivia],
    ] as const) {
      tell(`pages of ${who}`);
      const caller = world.as(await world.signIn(person));
      for (const [page, calls] of Object.entries(PAGES))
        figures.push(...(await timePage(caller, `${page} of ${who}`, calls)));
    }
    tell("resident memory");
    figures.push(await residentMemory(world));
    figures.push(...(await fewAndMany(world, tell)));
    return figures;
  } finally {
    await world.stop();
    await stop();
  }
}

/** The slowest procedure of a page: pages ask for all at once. */
async function timePage(
  caller: Caller,
  name: string,
  calls: readonly (readonly [Action, unknown])[],
): Promise<Figure[]> {
  let slowest: readonly number[] = [];
  let which = "";
  for (const [path, input] of calls) {
    const samples = await time(caller, path, input);
    if (quantile(samples, 0.95) <= quantile(slowest, 0.95) && slowest.length > 0) continue;
    slowest = samples;
    which = path;
  }
  const first: Figure = {
    name: `p95 of the slowest procedure, ${name} (${which})`,
    unit: "ms",
    value: quantile(slowest, 0.95),
    samples: [...slowest],
    aim: 100,
    better: "lower",
  };
  return [
    first,
    median(`the slowest call of those, ${name}`, "ms", [quantile(slowest, 1)], { better: "lower" }),
  ];
}

async function time(caller: Caller, path: Action, input: unknown): Promise<number[]> {
  const [room = "", name = ""] = path.split(".");
  // The router's own paths, walked by name: each is a call that takes its input.
  const rooms = caller as unknown as Record<
    string,
    Record<string, (input: unknown) => Promise<unknown>>
  >;
  const samples: number[] = [];
  for (let round = -3; round < ROUNDS; round += 1) {
    const from = performance.now();
    await rooms[room]?.[name]?.(input);
    if (round >= 0) samples.push(performance.now() - from);
  }
  return samples;
}

async function fewAndMany(world: ConsoleWorld, tell: BenchOptions["tell"]): Promise<Figure[]> {
  const calls = PAGES.secrets ?? [];
  const measured: { median: number; slowest: number }[][] = [];
  for (const count of [FEW, MANY]) {
    tell(`${count} secrets`);
    await fillSecrets(world, count);
    const caller = world.as(await world.signIn(world.cast.sam));
    const samples = [];
    for (const [path, input] of calls) {
      const times = await time(caller, path, input);
      samples.push({ median: quantile(times, 0.5), slowest: quantile(times, 1) });
    }
    measured.push(samples);
  }
  const [few = [], many = []] = measured;
  return calls.flatMap(([path, input], at) => {
    const name = `${path} ${JSON.stringify(input)}`;
    const [before = Number.NaN, after = Number.NaN] = [few[at]?.median, many[at]?.median];
    return [
      median(`${name} before ${FEW} secrets`, "ms", [before], { better: "lower" }),
      median(`${name} before ${MANY} secrets`, "ms", [after], { better: "lower", aim: 100 }),
      // What is kept for a moment is counted anew now and then: that is the slowest.
      median(`${name} before ${MANY} secrets, slowest`, "ms", [many[at]?.slowest ?? Number.NaN], {
        better: "lower",
      }),
      median(`${name}, ratio`, "×", [after / before], { better: "lower", aim: 1.2 }),
    ];
  });
}

/** Rows of the projection by hand, in every state that a secret has; those of before are taken away. */
function fillSecrets(world: ConsoleWorld, count: number): Promise<void> {
  return sql(
    world,
    `DELETE FROM projection.secret WHERE name LIKE '%/store/bench-%';
     INSERT INTO projection.secret (tenant, secret, name, environment, type, category, owner, service, data_classification,
       tier, rotation_period_days, policy_digest, status, current_version, value_added_at, registered_at, entry)
     SELECT 'acme', 's-' || lpad(n::text, 26, '0'), service || '/' || env || '/store/bench-' || n, env, 'database-credential', 'database-user',
       CASE WHEN n % 20 = 0 THEN NULL ELSE 'team-' || n % 40 END, service, 'internal', CASE WHEN n % 3 = 0 THEN 'low' ELSE 'high' END, 30, repeat('A', 43),
       CASE WHEN n % 50 = 0 THEN 'revoked' ELSE 'active' END, 1, now() - n % 35 * interval '1 day', now() - n % 400 * interval '1 hour', 1
     FROM (SELECT n, (ARRAY['payments', 'billing', 'ledger', 'search'])[1 + n % 4] AS service, (ARRAY['prod', 'staging', 'dev'])[1 + n % 3] AS env
       FROM generate_series(1, ${count}) n) of
     ON CONFLICT DO NOTHING;`,
  ).then(() => sql(world, "VACUUM ANALYZE projection.secret"));
}

function sql({ installation }: ConsoleWorld, text: string): Promise<void> {
  return inSession(installation.database.adminUrl, async (client) => {
    await client.query(text);
  });
}

/** Requests drafted as the console drafts them and signed by Olivia, fifty with one touch. Most she signs alone. */
async function signRequests({ cast, parts }: ConsoleWorld): Promise<void> {
  const { olivia, laptop } = cast;
  const { policy } = registration(SECRET);
  const cheap = { ...policy, dataClassification: "internal", tier: "low" } as const;
  await register(cast);
  await register(cast, registration(CHEAP, { policy: cheap }));
  const person = personId.parse(olivia.person);
  for (let signed = 0; signed < REQUESTS; signed += AT_ONCE) {
    const act = asking(laptop, { secrets: [signed < WAITING ? SECRET : CHEAP] });
    const drafts: DraftId[] = [];
    while (drafts.length < AT_ONCE) {
      const asked = { tenant: ACME, person, act };
      const drafted = await parts.keyService.call("/console/v1/drafts", asked);
      if (!drafted.ok) throw new Error(`a request was not drafted: ${drafted.error.message}`);
      drafts.push(drafted.value.draft);
    }
    await olivia.mustSign(drafts);
  }
}

/** Until the lists show everything; there is more to read than a test's patience allows. */
async function projected({ installation }: ConsoleWorld): Promise<void> {
  await inSession(installation.database.adminUrl, async (client) => {
    for (let tries = 0; tries < 6_000; tries += 1) {
      const { rows } = await client.query(
        "SELECT 1 FROM projection.cursor, keyservice.tree_head WHERE next_index = size",
      );
      if (rows.length > 0) return;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error("the history was not projected within ten minutes");
  });
}

/** Of the built console, after some hundred pages. */
async function residentMemory(world: ConsoleWorld): Promise<Figure> {
  const pages = await startPagesOf(world);
  try {
    const secret = await world.signIn(world.cast.sam);
    const headers = {
      cookie: `${cookieName("session", CONSOLE_ORIGIN)}=${secret}`,
      "sec-fetch-site": "same-origin",
    };
    const paths = [
      "/",
      "/secrets",
      "/requests",
      "/audit",
      "/api/trpc/overview.read",
      "/api/trpc/session.me",
    ];
    for (let at = 0; at < 600; at += 1)
      await rawHttp({ port: pages.port, path: paths[at % paths.length] ?? "/", headers });
    const status = readFileSync(`/proc/${pages.pid}/status`, "utf8");
    const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
    const name = "resident memory, console, after 600 pages and calls";
    return { name, unit: "MiB", value: kibibytes / 1024, better: "lower" };
  } finally {
    await pages.end();
  }
}
