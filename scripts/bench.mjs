// `npm run bench [name …]`: figures. Each bench/<name>.bench.ts exports as default an async function that
// takes `BenchOptions` and returns its figures; they run one after another, each in a process of its own.
// A figure that misses its aim is shown in red and fails nothing. `-- --with-tests` also times `npm test`.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { cpus } from "node:os";
import { ensureBundles } from "./lib/bundles.mjs";
import { ensureConsoleBuild } from "./lib/console-build.mjs";
import { Failure } from "./lib/failure.mjs";
import { ensurePackages, requireNode } from "./lib/packages.mjs";
import { inRoot, inState, root } from "./lib/paths.mjs";
import { ensurePkcs11 } from "./lib/pkcs11-build.mjs";
import { sourcesNow } from "./lib/proofs.mjs";
import { lastLines, run } from "./lib/run.mjs";
import { bold, dim, duration, explain, green, red, runMain, say, step } from "./lib/say.mjs";
import { writePrivate } from "./lib/secrets-files.mjs";
import { ensureSoftHsm } from "./lib/softhsm.mjs";

/**
 * One figure. `value` is the median of `samples` where there are several; null where it was not measured,
 * and `missing` says why. `aim` is what it should reach, `better` in which direction.
 * @typedef {{ name: string, value: number | null, unit: string, samples?: number[], aim?: number,
 *   better?: "higher" | "lower", missing?: string }} Figure
 * @typedef {{ tell: (progress: string) => void, withTests: boolean }} BenchOptions
 */

await runMain(async () => {
  const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
  const all = readdirSync(inRoot("bench"))
    .filter((file) => file.endsWith(".bench.ts"))
    .map((file) => file.replace(".bench.ts", ""))
    .sort();
  const unknown = wanted.find((name) => !all.includes(name));
  if (unknown !== undefined) {
    throw new Failure(`There is no bench "${unknown}".`, `Choose from: ${all.join(", ")}.`);
  }
  requireNode();
  await step("packages", ensurePackages);
  await step("PKCS#11 binding", ensurePkcs11);
  await step("SoftHSM", ensureSoftHsm);
  await step("programs", ensureBundles);
  await step("console's pages", ensureConsoleBuild);
  const source = await sourcesNow();
  const figures = earlierFigures(source).filter(({ bench }) => !chosen(bench));
  let broken = 0;
  for (const name of all.filter(chosen)) {
    try {
      const measured = await step(name, (note) => measure(name, note));
      figures.push(...measured.map((each) => ({ bench: name, ...each })));
    } catch (error) {
      // The others are measured all the same.
      explain(error);
      broken += 1;
    }
  }
  show(figures.filter(({ bench }) => chosen(bench)));
  const machine = { cpu: cpus()[0]?.model ?? "", cores: cpus().length, node: process.version };
  writePrivate(resultFile(), JSON.stringify({ source, machine, figures }, null, 2));
  const on = `${machine.cores} × ${machine.cpu}, Node ${machine.node}`;
  say(dim(`\n${on}; also in ${resultFile()}`));
  return broken === 0 ? 0 : 1;

  /** @param {string} name */
  function chosen(name) {
    return wanted.length === 0 || wanted.includes(name);
  }
});

/**
 * What other benches found for the same sources.
 * @param {string} source
 * @returns {(Figure & { bench: string })[]}
 */
function earlierFigures(source) {
  if (!existsSync(resultFile())) return [];
  const earlier = JSON.parse(readFileSync(resultFile(), "utf8"));
  return earlier.source === source ? earlier.figures : [];
}

function resultFile() {
  return inState("bench.json");
}

/**
 * @param {string} name
 * @param {(note: string) => void} note
 * @returns {Promise<Figure[]>}
 */
async function measure(name, note) {
  const { build } = await import("esbuild");
  const { externalScripts } = await import("./lib/external-scripts.mjs");
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(inRoot("package.json"), "utf8"),
  );
  const bundle = inRoot("dist", "bench", `${name}.mjs`);
  mkdirSync(inRoot("dist", "bench"), { recursive: true });
  await build({
    entryPoints: [inRoot("bench", `${name}.bench.ts`)],
    outfile: bundle,
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    sourcemap: "inline",
    logLevel: "error",
    plugins: [externalScripts],
    external: Object.keys({ ...dependencies, ...devDependencies }),
  });
  const measured = inState("bench", `${name}.json`);
  rmSync(measured, { force: true });
  const startedAt = performance.now();
  const ended = await run(
    process.execPath,
    [
      ...["--enable-source-maps", inRoot("scripts", "lib", "bench-child.mjs"), bundle, measured],
      ...process.argv.slice(2).filter((argument) => argument.startsWith("--")),
    ],
    { onLine: note },
  );
  if (ended.code !== 0 || !existsSync(measured)) {
    throw new Failure(
      `The bench ${name} ended with exit code ${ended.code} after ${duration(performance.now() - startedAt)}.`,
      "Read its last lines above.",
      { details: lastLines(ended.output, 25) },
    );
  }
  note("");
  return JSON.parse(readFileSync(measured, "utf8"));
}

/** @param {readonly Figure[]} figures */
function show(figures) {
  const width = Math.max(...figures.map(({ name }) => name.length));
  say();
  for (const { name, value, unit, aim, better = "higher", missing = "" } of figures) {
    const aimed =
      aim === undefined ? "" : `aim ${better === "higher" ? "≥" : "≤"} ${readable(aim)}`;
    if (value === null) {
      say(`${name.padEnd(width)} ${"–".padStart(12)} ${unit.padEnd(4)} ${dim(aimed)}  ${missing}`);
      continue;
    }
    const reached = aim === undefined || (better === "higher" ? value >= aim : value <= aim);
    const amount = bold(readable(value).padStart(12));
    say(`${name.padEnd(width)} ${amount} ${unit.padEnd(4)} ${(reached ? green : red)(aimed)}`);
  }
}

/** @param {number} value */
function readable(value) {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 1 : 3;
  return value.toLocaleString("en-GB", { maximumFractionDigits: digits });
}
