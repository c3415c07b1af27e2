import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { freePort } from "../scripts/lib/free-port.mjs";
import { inState } from "../scripts/lib/paths.mjs";
import { mustRun } from "../scripts/lib/run.mjs";
import { findChromium } from "../scripts/lib/test-tools.mjs";
import { cookieName } from "../server/console/http/cookies.ts";
import { startConsoleWorld } from "../tests/support/console-world.ts";
import { startPagesOf } from "../tests/support/pages-of-world.ts";
import { startTestServer } from "../tests/support/postgres-cluster.ts";
import { CONSOLE_ORIGIN } from "../tests/support/single-sign-on.ts";
import { ask, register } from "../tests/support/story.ts";
import { createDatabaseOn } from "../tests/support/test-database.ts";
import { type BenchOptions, type Figure, median } from "./figure.ts";

/** Not a dependency: it brings a hundred packages that nothing but this bench needs. */
const LIGHTHOUSE = "12.8.2";
const PAGES = ["/", "/secrets", "/requests", "/audit", "/people"];
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
const ROUNDS = 3;
const AIM = 95;

/** The two forms that Lighthouse knows, with its own throttling of each. */
const FORMS = {
  desktop: {
    formFactor: "desktop",
    screenEmulation: { mobile: false, width: 1350, height: 940, deviceScaleFactor: 1 },
    throttling: { rttMs: 40, throughputKbps: 10_240, cpuSlowdownMultiplier: 1 },
  },
  mobile: {},
} as const;

type Category = { readonly id: string; readonly score: number | null };
type Lighthouse = (
  url: string,
  options: Readonly<Record<string, unknown>>,
) => Promise<{ readonly lhr: { readonly categories: Readonly<Record<string, Category>> } }>;

/** Lighthouse's scores of the five main pages, signed in as a security admin for whom a request waits. */
export default async function lighthouseScores({ tell }: BenchOptions): Promise<Figure[]> {
  const lighthouse = await load(tell);
  const { server, stop } = await startTestServer();
  const world = await startConsoleWorld({ database: await createDatabaseOn(server) });
  const pages = await startPagesOf(world);
  const chromium = await startChromium(pages.port);
  try {
    await world.signIn(world.cast.olivia);
    await register(world.cast);
    await ask(world.cast);
    await world.settled();
    const secret = await world.signIn(world.cast.sam);
    const Cookie = `${cookieName("session", CONSOLE_ORIGIN)}=${secret}`;
    const figures: Figure[] = [];
    for (const [form, settings] of Object.entries(FORMS)) {
      for (const path of PAGES) {
        tell(`${form} ${path}`);
        const scores = new Map<string, number[]>(CATEGORIES.map((id) => [id, []]));
        for (let round = 0; round < ROUNDS; round += 1) {
          const { lhr } = await lighthouse(`${CONSOLE_ORIGIN}${path}`, {
            ...{ port: chromium.port, output: "json", logLevel: "error" },
            ...{ extraHeaders: { Cookie }, onlyCategories: CATEGORIES, ...settings },
          });
          for (const { id, score } of Object.values(lhr.categories))
            scores.get(id)?.push(Math.round((score ?? 0) * 100));
        }
        for (const [id, samples] of scores)
          figures.push(
            median(`${id} of ${path}, ${form}`, "of 100", samples, { aim: AIM, better: "higher" }),
          );
      }
    }
    return figures;
  } finally {
    await chromium.stop();
    await pages.end();
    await world.stop();
    await stop();
  }
}

async function load(tell: BenchOptions["tell"]): Promise<Lighthouse> {
  const folder = inState("lighthouse", LIGHTHOUSE);
  const entry = join(folder, "node_modules", "lighthouse", "core", "index.js");
  if (!existsSync(entry)) {
    tell("installing Lighthouse");
    mkdirSync(folder, { recursive: true });
    await mustRun("npm", ["install", "--prefix", folder, `lighthouse@${LIGHTHOUSE}`], {
      env: { ...process.env, PUPPETEER_SKIP_DOWNLOAD: "1" },
      what: "Lighthouse could not be installed",
      todo: "See that the npm registry can be reached.",
    });
  }
  // What its default export is, its own documentation says.
  const loaded = (await import(pathToFileURL(entry).href)) as { readonly default: Lighthouse };
  return loaded.default;
}

async function startChromium(pagesPort: number) {
  const program = findChromium();
  if (program === null) throw new Error("there is no Chromium");
  const port = await freePort();
  const profile = mkdtempSync(join(tmpdir(), "countersign-lighthouse-"));
  const host = new URL(CONSOLE_ORIGIN).host;
  const child = spawn(
    program,
    [
      ...["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"],
      ...[`--remote-debugging-port=${port}`, `--user-data-dir=${profile}`],
      ...[`--host-resolver-rules=MAP ${host} 127.0.0.1:${pagesPort}`, "about:blank"],
    ],
    { stdio: "ignore" },
  );
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  for (let tries = 0; ; tries += 1) {
    // Refused while it starts.
    const answer = await fetch(`http://127.0.0.1:${port}/json/version`).catch(() => null);
    if (answer?.ok) break;
    if (tries === 100) {
      child.kill();
      throw new Error("Chromium did not answer within ten seconds");
    }
    await new Promise((resume) => setTimeout(resume, 100));
  }
  return {
    port,
    stop: async () => {
      child.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
