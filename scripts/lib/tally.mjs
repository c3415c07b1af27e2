import { say } from "./say.mjs";

/** @import { Tally } from "./vitest-run.mjs" */

/**
 * `12 passed, 0 failed`, and `, 3 skipped` where something was.
 * @param {readonly Tally[]} tallies
 */
export function summary(tallies) {
  const sum = (/** @type {"passed" | "failed" | "skipped"} */ what) =>
    tallies.reduce((total, tally) => total + tally[what], 0);
  const skipped = sum("skipped");
  return `${sum("passed")} passed, ${sum("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/**
 * Names what failed and what was skipped, then the one line that says it all, last.
 * @param {readonly Tally[]} tallies
 * @returns {number} exit code
 */
export function conclude(tallies) {
  const failures = tallies.flatMap((tally) =>
    tally.failures.map((name) => `${tally.name}: ${name}`),
  );
  const skips = tallies.flatMap((tally) => tally.skips.map((name) => `${tally.name}: ${name}`));
  if (skips.length > 0) say(`\nSkipped:\n${skips.map((name) => `  - ${name}`).join("\n")}`);
  if (failures.length > 0) say(`\nFailed:\n${failures.map((name) => `  ✗ ${name}`).join("\n")}`);
  say();
  process.stdout.write(`${summary(tallies)}\n`);
  const nothingRan = tallies.every((tally) => tally.passed === 0);
  return failures.length > 0 || nothingRan ? 1 : 0;
}
