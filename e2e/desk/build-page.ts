import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { temporaryFolder } from "../../tests/support/temporary-folder.ts";

/** Builds the page as it is shipped, into a folder of its own. */
export async function buildPage(): Promise<string> {
  const directory = temporaryFolder("countersign-desk-");
  const source = join(import.meta.dirname, "../../server/key-service/desk/page");
  await build({
    entryPoints: [join(source, "desk.ts"), join(source, "desk.css")],
    outdir: directory,
    bundle: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    logLevel: "silent",
  });
  for (const file of ["index.html", "icon.svg"])
    await copyFile(join(source, file), join(directory, file));
  return directory;
}
