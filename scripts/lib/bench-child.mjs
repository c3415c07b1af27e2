// Runs one bundled bench file in a process of its own: `node bench-child.mjs <bundle> <result file> [--with-tests]`.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , bundle = "", resultFile = ""] = process.argv;
/** @type {{ default: (options: import("../bench.mjs").BenchOptions) => Promise<import("../bench.mjs").Figure[]> }} */
const bench = await import(pathToFileURL(bundle).href);
const figures = await bench.default({
  tell: (progress) => console.log(progress),
  withTests: process.argv.includes("--with-tests"),
});
writeFileSync(resultFile, JSON.stringify(figures));
// A bench may leave a pool or a socket open; its figures are written.
process.exit(0);
