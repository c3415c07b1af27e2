// `npm run check`: the quick half. Types, lint and format, then unit tests (boundaries among them).
import { ensurePackages, requireNode } from "./lib/packages.mjs";
import { ensurePrismaClient } from "./lib/prisma-client.mjs";
import { runMain, step } from "./lib/say.mjs";
import { runStaticChecks } from "./lib/static-checks.mjs";
import { conclude } from "./lib/tally.mjs";
import { runVitest } from "./lib/vitest-run.mjs";

await runMain(async () => {
  requireNode();
  await step("packages", ensurePackages);
  await step("database client", ensurePrismaClient);
  return conclude([...(await runStaticChecks()), await runVitest("unit")]);
});
