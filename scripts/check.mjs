// `npm run check`: the quick half. Types, lint and format, then unit tests (boundaries among them).
import { ensurePackages, requireNode } from "./lib/packages.mjs";
import { runMain, step } from "./lib/say.mjs";
import { runStaticChecks } from "./lib/static-checks.mjs";
import { conclude } from "./lib/tally.mjs";
import { runVitest } from "./lib/vitest-run.mjs";

await runMain(async () => {
  requireNode();
  await step("packages", ensurePackages);
  return conclude([...(await runStaticChecks()), await runVitest("unit")]);
});
