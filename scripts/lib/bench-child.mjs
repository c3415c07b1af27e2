// Runs one bundled bench file in a process of its own: `node bench-child.mjs <bundle> <result file>`.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , bundle = "", resultFile = ""] = process.argv;
/** @type {{ default: () => Promise<import("../bench.mjs").Figure[]> }} */
const bench = await import(pathToFileURL(bundle).href);
writeFileSync(resultFile, JSON.stringify(await bench.default()));
// A bench may leave a pool or a socket open; its figures are written.
process.exit(0);
