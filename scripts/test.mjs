// `npm test`: everything. Ends with one line, `N passed, N failed`, and an exit code to match.
import { ensureBundles } from "./lib/bundles.mjs";
import { ensureConsoleBuild } from "./lib/console-build.mjs";
import { ensurePackages, requireNode } from "./lib/packages.mjs";
import { inState } from "./lib/paths.mjs";
import { ensurePkcs11 } from "./lib/pkcs11-build.mjs";
import { ensurePrismaClient } from "./lib/prisma-client.mjs";
import { recordProofs, sourcesNow } from "./lib/proofs.mjs";
import { bold, dim, duration, explain, runMain, say, step } from "./lib/say.mjs";
import { writePrivate } from "./lib/secrets-files.mjs";
import { ensureSoftHsm } from "./lib/softhsm.mjs";
import { runStaticChecks } from "./lib/static-checks.mjs";
import { conclude, summary } from "./lib/tally.mjs";
import { ensureTestTools } from "./lib/test-tools.mjs";
import { runVitest } from "./lib/vitest-run.mjs";

/** @import { Tally } from "./lib/vitest-run.mjs" */

const PROJECTS = ["unit", "integration", "e2e", "attacks"];

await runMain(async () => {
  const startedAt = performance.now();
  requireNode();
  const source = await sourcesNow();
  await step("packages", ensurePackages);
  await step("database client", ensurePrismaClient);
  await step("PKCS#11 binding", ensurePkcs11);
  await step("SoftHSM", ensureSoftHsm);
  await step("tools", ensureTestTools);

  /** @type {Tally[]} */
  const tallies = await runStaticChecks();
  tallies.push(await buildPrograms());
  for (const project of PROJECTS) {
    say(`\n${bold(project)} ${dim(`after ${duration(performance.now() - startedAt)}`)}`);
    const tally = await runVitest(project);
    tallies.push(tally);
    if (project === "attacks") recordProofs(tally, { source, full: false });
  }

  const durationMs = Math.round(performance.now() - startedAt);
  const resultFile = inState("test-results.json");
  writePrivate(
    resultFile,
    JSON.stringify({ source, summary: summary(tallies), durationMs, parts: tallies }, null, 2),
  );
  say(`\n${dim(`${duration(durationMs)}; results in ${resultFile}`)}`);
  return conclude(tallies);
});

/**
 * The browser tests run the programs as they are shipped. A build that fails is one failed test; the
 * rest still runs.
 * @returns {Promise<Tally>}
 */
async function buildPrograms() {
  const startedAt = performance.now();
  let failed = 0;
  try {
    await step("programs", ensureBundles);
    await step("console's pages", ensureConsoleBuild);
  } catch (error) {
    explain(error);
    failed = 1;
  }
  return {
    name: "programs",
    passed: 1 - failed,
    failed,
    skipped: 0,
    durationMs: Math.round(performance.now() - startedAt),
    failures: failed ? ["every program can be built"] : [],
    skips: [],
    files: [],
  };
}
