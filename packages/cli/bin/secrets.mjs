#!/usr/bin/env node
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

// In a checkout the bundle stands in dist/ at its root; an installed package carries it beside `bin`. What an operator
// does at the server is another program, which only a server's checkout has: it reads the key service's configuration.
const isAdmin = process.argv[2] === "admin";
const places = isAdmin
  ? ["../../../dist/admin.mjs"]
  : ["../../../dist/cli/secrets.mjs", "../dist/secrets.mjs"];
const found = places
  .map((at) => new URL(at, import.meta.url))
  .find((at) => existsSync(fileURLToPath(at)));

if (found === undefined) {
  process.stderr.write(
    isAdmin
      ? "secrets: `secrets admin` runs on the server, in its checkout, where `npm start` (or `npm test`) has built it.\n"
      : "secrets: the command line is not built yet. Run `npm start` (or `npm test`) once in the checkout; both build it.\n",
  );
  process.exitCode = 70;
} else {
  if (isAdmin) process.argv.splice(2, 1);
  await import(found.href);
}
