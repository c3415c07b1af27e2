// `npm run bench [name …]`: figures. Each bench/<name>.bench.ts exports as default an async function that
// returns its figures; they run one after another, each in a process of its own.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { cpus } from "node:os";
import { Failure } from "./lib/failure.mjs";
import { ensurePackages, requireNode } from "./lib/packages.mjs";
import { inRoot, inState, root } from "./lib/paths.mjs";
import { ensurePkcs11 } from "./lib/pkcs11-build.mjs";
import { sourcesNow } from "./lib/proofs.mjs";
import { lastLines, run } from "./lib/run.mjs";
import { bold, dim, duration, green, red, runMain, say, step } from "./lib/say.mjs";
import { writePrivate } from "./lib/secrets-files.mjs";
import { ensureSoftHsm } from "./lib/softhsm.mjs";

/**
 * One figure. `value` is the median of `samples` where there are several. `aim` is what it should
 * reach, `better` in which direction.
 * @typedef {{ name: string, value: number, unit: string, samples?: number[], aim?: number,
 *   better?: "higher" | "lower" }} Figure
 */

await runMain(async () => {
  const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
  const all = readdirSync(inRoot("bench"))
    .filter((file) => file.endsWith(".bench.ts"))
    .map((file) => file.replace(".bench.ts", ""))
    .sort();
  const unknown = wanted.find((name) => !all.includes(name));
  if (unknown !== undefined || all.length === 0) {
    throw new Failure(
      unknown === undefined ? "There is no bench yet." : `There is no bench "${unknown}".`,
      `Choose from: ${all.join(", ") || "none, add bench/<name>.bench.ts"}.`,
    );
  }
  requireNode();
  await step("packages", ensurePackages);
  await step("PKCS#11 binding", ensurePkcs11);
  await step("SoftHSM", ensureSoftHsm);
  /** @type {(Figure & { bench: string })[]} */
  const figures = [];
  for (const name of wanted.length > 0 ? wanted : all) {
    figures.push(
      ...(await step(name, () => measure(name))).map((each) => ({ bench: name, ...each })),
    );
  }
  show(figures);
  const machine = { cpu: cpus()[0]?.model ?? "", cores: cpus().length, node: process.version };
  const file = inState("bench.json");
  writePrivate(file, JSON.stringify({ source: await sourcesNow(), machine, figures }, null, 2));
  say(dim(`\n${machine.cores} × ${machine.cpu}, Node ${machine.node}; also in ${file}`));
});

/**
 * @param {string} name
 * @returns {Promise<Figure[]>}
 */
async function measure(name) {
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
  const resultFile = inState("bench", `${name}.json`);
  rmSync(resultFile, { force: true });
  const startedAt = performance.now();
  const ended = await run(process.execPath, [
    ...["--enable-source-maps", "--expose-gc", inRoot("scripts", "lib", "bench-child.mjs")],
    ...[bundle, resultFile],
  ]);
  if (ended.code !== 0 || !existsSync(resultFile)) {
    throw new Failure(
      `The bench ${name} ended with exit code ${ended.code} after ${duration(performance.now() - startedAt)}.`,
      "Read its last lines above.",
      { details: lastLines(ended.output, 25) },
    );
  }
  return JSON.parse(readFileSync(resultFile, "utf8"));
}

/** @param {readonly Figure[]} figures */
function show(figures) {
  const width = Math.max(...figures.map(({ name }) => name.length));
  say();
  for (const { name, value, unit, aim, better = "higher" } of figures) {
    const reached = aim === undefined || (better === "higher" ? value >= aim : value <= aim);
    const aimed =
      aim === undefined ? "" : `aim ${better === "higher" ? "≥" : "≤"} ${readable(aim)}`;
    const amount = bold(readable(value).padStart(12));
    say(`${name.padEnd(width)} ${amount} ${unit.padEnd(8)} ${(reached ? green : red)(aimed)}`);
  }
}

/** @param {number} value */
function readable(value) {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 1 : 3;
  return value.toLocaleString("en-GB", { maximumFractionDigits: digits });
}
