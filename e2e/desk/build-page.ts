import { copyFile, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

/** Builds the page as it is shipped, into a folder of its own. */
export async function buildPage(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "countersign-desk-"));
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
