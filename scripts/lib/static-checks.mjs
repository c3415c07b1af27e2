import { inRoot } from "./paths.mjs";
import { lastLines, run } from "./run.mjs";
import { dim, duration, green, indent, red, say } from "./say.mjs";

/** @import { Tally } from "./vitest-run.mjs" */

/** Checks that run no product code. Boundaries and other repository rules are unit tests. */
const CHECKS = [
  {
    name: "types",
    args: [inRoot("node_modules", "typescript", "bin", "tsc"), "--noEmit", "-p", "."],
  },
  {
    // By themselves: Next's types change those of Node for every file that they are loaded with.
    name: "types of the console's pages",
    args: [
      inRoot("node_modules", "typescript", "bin", "tsc"),
      ...["--noEmit", "-p", "tsconfig.next.json"],
    ],
  },
  {
    name: "lint and format",
    args: [inRoot("node_modules", "@biomejs", "biome", "bin", "biome"), "ci", "--colors=off", "."],
  },
];

/**
 * Types, lint and format. Each counts as one test.
 * @returns {Promise<Tally[]>}
 */
export async function runStaticChecks() {
  /** @type {Tally[]} */
  const tallies = [];
  for (const { name, args } of CHECKS) {
    const startedAt = performance.now();
    const { code, output } = await run(process.execPath, args, {
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
    });
    const durationMs = Math.round(performance.now() - startedAt);
    const failed = code === 0 ? 0 : 1;
    say(`${failed ? red("✗") : green("✓")} ${name}  ${dim(duration(durationMs))}`);
    if (failed) say(indent(lastLines(output, 60)));
    tallies.push({
      name,
      passed: 1 - failed,
      failed,
      skipped: 0,
      durationMs,
      failures: failed ? [name] : [],
      skips: [],
      files: [],
    });
  }
  return tallies;
}
