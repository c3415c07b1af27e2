#!/usr/bin/env node
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

// In a checkout the bundle stands in dist/ at its root; an installed package carries it beside `bin`.
const places = ["../../../dist/cli/secrets.mjs", "../dist/secrets.mjs"];
const found = places
  .map((at) => new URL(at, import.meta.url))
  .find((at) => existsSync(fileURLToPath(at)));

if (found === undefined) {
  process.stderr.write(
    "secrets: the command line is not built yet. Run `npm start` (or `npm test`) once in the checkout; both build it.\n",
  );
  process.exitCode = 70;
} else {
  await import(found.href);
}
