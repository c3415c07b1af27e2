import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { inRoot } from "./paths.mjs";
import { ensurePrismaClient } from "./prisma-client.mjs";
import { mustRun } from "./run.mjs";
import { sourceDigest } from "./source-digest.mjs";

/** Everything that Next bundles, or that decides how. */
const SOURCES = [
  ...["app", "components", "public", "proxy.ts", "instrumentation-client.ts"],
  ...["server/console", "server/config", "server/db", "server/kernel", "server/observability"],
  ...["packages/protocol/src", "prisma/schema.prisma"],
  ...["next.config.mjs", "postcss.config.mjs", "tsconfig.json", "tsconfig.next.json"],
  "package-lock.json",
];
const stampFile = () => inRoot("dist", "console", "sources.digest");

/**
 * Builds the console for production, where a source of it changed; first the database client that it takes in.
 * @param {(note: string) => void} note
 */
export async function ensureConsoleBuild(note) {
  await ensurePrismaClient(() => {});
  const digest = sourceDigest(SOURCES);
  const built = existsSync(inRoot("dist", "console", "BUILD_ID"));
  if (built && existsSync(stampFile()) && readFileSync(stampFile(), "utf8") === digest) {
    return note("current");
  }
  note("building, about half a minute");
  await mustRun(
    process.execPath,
    [inRoot("node_modules", "next", "dist", "bin", "next"), "build"],
    {
      env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
      what: "The console could not be built",
      todo: "Correct the source named above; `npm run check` shows type errors too.",
    },
  );
  writeFileSync(stampFile(), digest);
  note("built");
}
