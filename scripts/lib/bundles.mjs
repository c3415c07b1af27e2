import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Failure } from "./failure.mjs";
import { inRoot, root } from "./paths.mjs";

/**
 * One bundle per process, since Node 20 runs no TypeScript.
 *
 * `server`: npm packages stay outside and come from node_modules. `standalone`: everything inside, for
 * what people install elsewhere. `browser`: a page's script or style.
 *
 * @typedef {{ name: string, entry: string, outfile: string, kind: "server" | "standalone" | "browser" }} Bundle
 * @typedef {{ digest: string, inputs: string[] }} Stamp
 */

/** @type {readonly Bundle[]} */
export const BUNDLES = [
  {
    name: "prepare-database",
    entry: "server/db/prepare-database.ts",
    outfile: "dist/prepare-database.mjs",
    kind: "server",
  },
  {
    name: "prepare-log-key",
    entry: "server/key-service/prepare-log-key.ts",
    outfile: "dist/prepare-log-key.mjs",
    kind: "server",
  },
  {
    name: "admin",
    entry: "server/key-service/admin.ts",
    outfile: "dist/admin.mjs",
    kind: "server",
  },
  {
    name: "key-service",
    entry: "server/key-service/main.ts",
    outfile: "dist/key-service.mjs",
    kind: "server",
  },
  { name: "gateway", entry: "server/gateway/main.ts", outfile: "dist/gateway.mjs", kind: "server" },
  { name: "witness", entry: "server/witness/main.ts", outfile: "dist/witness.mjs", kind: "server" },
  {
    name: "console",
    entry: "server/console/main.ts",
    outfile: "dist/console.mjs",
    kind: "server",
  },
  {
    name: "dev-idp",
    entry: "scripts/dev-idp/main.ts",
    outfile: "dist/dev-idp.mjs",
    kind: "server",
  },
  { name: "demo", entry: "scripts/demo/main.ts", outfile: "dist/demo.mjs", kind: "server" },
  { name: "seed", entry: "scripts/seed/main.ts", outfile: "dist/seed.mjs", kind: "server" },
  {
    name: "desk page",
    entry: "server/key-service/desk/page/desk.ts",
    outfile: "dist/desk/desk.js",
    kind: "browser",
  },
  {
    name: "desk style",
    entry: "server/key-service/desk/page/desk.css",
    outfile: "dist/desk/desk.css",
    kind: "browser",
  },
  {
    name: "secrets",
    entry: "packages/cli/src/main.ts",
    outfile: "dist/cli/secrets.mjs",
    kind: "standalone",
  },
];

/** Files that are copied as they stand, beside the bundles that use them. */
const COPIES = [
  ["server/key-service/desk/page/index.html", "dist/desk/index.html"],
  ["server/key-service/desk/page/icon.svg", "dist/desk/icon.svg"],
];

/**
 * Builds what is not current.
 * @param {(note: string) => void} note
 * @param {readonly Bundle[]} [bundles]
 */
export async function ensureBundles(note, bundles = BUNDLES) {
  const stampFile = inRoot("dist", ".stamps.json");
  const stamps = readStamps(stampFile);
  const stale = bundles.filter((bundle) => !isCurrent(bundle, stamps[bundle.name]));
  for (const bundle of stale) {
    note(bundle.name);
    stamps[bundle.name] = await build(bundle);
  }
  for (const [from, to] of bundles === BUNDLES ? COPIES : []) copy(String(from), String(to));
  if (stale.length > 0) {
    mkdirSync(inRoot("dist"), { recursive: true });
    writeFileSync(`${stampFile}.${process.pid}`, JSON.stringify(stamps));
    renameSync(`${stampFile}.${process.pid}`, stampFile);
  }
  note(stale.length === 0 ? "current" : `built ${stale.map((bundle) => bundle.name).join(", ")}`);
}

/**
 * @param {Bundle} bundle
 * @returns {Promise<Stamp>}
 */
async function build(bundle) {
  requireFile(bundle.entry);
  const esbuild = await import("esbuild");
  const browser = bundle.kind === "browser";
  try {
    const { metafile } = await esbuild.build({
      entryPoints: [inRoot(bundle.entry)],
      outfile: inRoot(bundle.outfile),
      absWorkingDir: root,
      bundle: true,
      metafile: true,
      logLevel: "silent",
      legalComments: "none",
      format: browser ? "iife" : "esm",
      platform: browser ? "browser" : "node",
      target: browser ? "es2022" : "node20",
      // Line numbers in the stack of a process; nothing of the sort for a browser.
      sourcemap: browser ? false : "linked",
      // A `require` for CommonJS packages that are bundled into an ES module.
      banner: browser
        ? {}
        : {
            js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
          },
      external: bundle.kind === "server" ? packageNames() : [],
    });
    const inputs = Object.keys(metafile.inputs).sort();
    return { inputs, digest: digestOf(bundle, inputs) };
  } catch (error) {
    const errors = /** @type {{ errors?: import("esbuild").Message[] }} */ (error).errors;
    if (errors === undefined) throw error;
    const lines = await esbuild.formatMessages(errors, { kind: "error", color: false });
    throw new Failure(
      `The program ${bundle.name} could not be built from ${bundle.entry}.`,
      "Correct the source named above; `npm run check` shows type errors too.",
      { details: lines.join("") },
    );
  }
}

/**
 * @param {Bundle} bundle
 * @param {Stamp | undefined} stamp
 */
function isCurrent(bundle, stamp) {
  return (
    stamp !== undefined &&
    existsSync(inRoot(bundle.outfile)) &&
    stamp.digest === digestOf(bundle, stamp.inputs)
  );
}

/**
 * @param {Bundle} bundle
 * @param {readonly string[]} inputs paths below the checkout
 */
function digestOf(bundle, inputs) {
  const hash = createHash("sha256").update(JSON.stringify(bundle));
  for (const input of inputs) {
    const path = inRoot(input);
    hash.update(`\0${input}\0`).update(existsSync(path) ? readFileSync(path) : "missing");
  }
  return hash.digest("hex");
}

/**
 * @param {string} file
 * @returns {Record<string, Stamp>}
 */
function readStamps(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
}

/** Names of the npm packages that processes load at run time; of the development provider, at development time. */
function packageNames() {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(inRoot("package.json"), "utf8"),
  );
  return Object.keys({ ...dependencies, ...devDependencies });
}

/**
 * @param {string} from
 * @param {string} to
 */
function copy(from, to) {
  requireFile(from);
  const target = inRoot(to);
  mkdirSync(join(target, ".."), { recursive: true });
  writeFileSync(target, readFileSync(inRoot(from)));
}

/** @param {string} path below the checkout */
function requireFile(path) {
  if (existsSync(inRoot(path))) return;
  throw new Failure(
    `${relative(root, inRoot(path))} is missing, so Countersign cannot be built.`,
    "Restore the file: `git status` shows what was removed.",
  );
}
