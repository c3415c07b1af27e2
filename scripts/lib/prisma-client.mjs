import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { inRoot } from "./paths.mjs";
import { mustRun } from "./run.mjs";
import { sourceDigest } from "./source-digest.mjs";

const SOURCES = ["prisma/schema.prisma", "node_modules/prisma/package.json"];
const stampFile = () => inRoot("generated", "prisma-client.digest");

/**
 * Generates the database client, which is not kept in the repository, where the schema changed.
 * @param {(note: string) => void} note
 */
export async function ensurePrismaClient(note) {
  const digest = sourceDigest(SOURCES);
  const made = existsSync(inRoot("generated", "prisma", "client.ts"));
  if (made && existsSync(stampFile()) && readFileSync(stampFile(), "utf8") === digest) {
    return note("current");
  }
  await mustRun(process.execPath, [inRoot("scripts", "prisma.mjs"), "generate"], {
    what: "The database client could not be generated from prisma/schema.prisma",
    todo: "Read the lines above.",
  });
  mkdirSync(inRoot("generated"), { recursive: true });
  writeFileSync(stampFile(), digest);
  note("generated");
}
