// Runs Prisma's command line: `node scripts/prisma.mjs migrate deploy`. DATABASE_URL names the database.
//
// The command line hands every command to a native engine that is downloaded on first use. Where it is
// not there already, a stand-in on the WebAssembly build of the same engine takes its place, so that a
// fresh clone needs nothing but the npm packages.

import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { inRoot, root } from "./lib/paths.mjs";

const hasNativeEngine = readdirSync(inRoot("node_modules", "@prisma", "engines")).some((name) =>
  name.startsWith("schema-engine"),
);

const child = spawn(
  process.execPath,
  [inRoot("node_modules", "prisma", "build", "index.js"), ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      // No call home for newer versions.
      CHECKPOINT_DISABLE: "1",
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
      ...(hasNativeEngine
        ? {}
        : { PRISMA_SCHEMA_ENGINE_BINARY: inRoot("scripts", "prisma-schema-engine.mjs") }),
    },
  },
);
child.on("exit", (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 1;
});
