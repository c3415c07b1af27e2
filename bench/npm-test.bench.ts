import { existsSync, readFileSync } from "node:fs";
import { inRoot, inState } from "../scripts/lib/paths.mjs";
import { sourcesNow } from "../scripts/lib/proofs.mjs";
import { mustRun } from "../scripts/lib/run.mjs";
import type { BenchOptions, Figure } from "./figure.ts";

/** How long `npm test` took, as its own result file says; measured now where that is of other sources. */
export default async function npmTest({ tell, withTests }: BenchOptions): Promise<Figure[]> {
  const name = "npm test";
  let minutes = await recorded();
  if (minutes === null && withTests) {
    tell("npm test");
    await mustRun(process.execPath, [inRoot("scripts", "test.mjs")], {
      what: "`npm test` did not pass, so its duration says nothing",
      todo: "Run it by itself and read what failed.",
      onLine: tell,
    });
    minutes = await recorded();
  }
  const aim = { unit: "min", aim: 25, better: "lower" } as const;
  if (minutes === null) {
    const missing = "not run on these sources: `npm run bench npm-test -- --with-tests` runs it";
    return [{ name, value: null, missing, ...aim }];
  }
  return [{ name, value: minutes, ...aim }];
}

/** Minutes that the last run took; null where there is none of these sources in which all passed. */
async function recorded(): Promise<number | null> {
  const file = inState("test-results.json");
  if (!existsSync(file)) return null;
  // Written by scripts/test.mjs.
  const results = JSON.parse(readFileSync(file, "utf8")) as {
    source?: string;
    durationMs: number;
    parts: { failed: number }[];
  };
  const isOfThese = results.source === (await sourcesNow());
  return isOfThese && results.parts.every((it) => it.failed === 0)
    ? results.durationMs / 60_000
    : null;
}
