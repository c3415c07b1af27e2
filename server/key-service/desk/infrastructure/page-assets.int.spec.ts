import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isPagePath, readPageAssets } from "./page-assets.ts";

let directory: string;
const HTML =
  '<link href="/desk.css" integrity="{{desk.css}}"><script src="/desk.js" integrity="{{desk.js}}"></script>';

async function given(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "countersign-assets-"));
});
afterEach(() => rm(directory, { recursive: true }));

describe("the page's files", () => {
  const files = { "index.html": HTML, "desk.js": "1;", "desk.css": "a{}", "icon.svg": "<svg/>" };

  it("BROWSER-1 locks script and style by their hashes, in the page and for the policy", async () => {
    await given(files);
    const assets = await readPageAssets(directory);
    const hash = createHash("sha256").update("1;").digest("base64");
    expect(assets.scriptIntegrity).toBe(`sha256-${hash}`);
    expect(assets.html.body.toString()).toContain(`src="/desk.js" integrity="sha256-${hash}"`);
    expect([...assets.files.keys()]).toEqual(["/desk.js", "/desk.css", "/icon.svg"]);
  });

  it("does not change when the files do", async () => {
    await given(files);
    const assets = await readPageAssets(directory);
    await given({ "desk.js": "evil()" });
    expect(assets.files.get("/desk.js")?.body.toString()).toBe("1;");
  });

  it.each(["index.html", "desk.js", "desk.css", "icon.svg"])(
    "refuses to start without %s",
    async (name) => {
      const { [name as keyof typeof files]: _, ...others } = files;
      await given(others);
      await expect(readPageAssets(directory)).rejects.toThrow(name);
    },
  );

  it.each([
    ["the script", HTML.replace(' integrity="{{desk.js}}"', "")],
    ["the style", HTML.replace(' integrity="{{desk.css}}"', "")],
  ])("refuses to start with a page that does not lock %s", async (_, html) => {
    await given({ ...files, "index.html": html });
    await expect(readPageAssets(directory)).rejects.toThrow("integrity");
  });
});

describe("paths that show the page", () => {
  it.each([
    "/",
    "/enrol",
    "/list",
    "/d",
    "/d?ids=x-1,x-2",
    "/d/x-1",
    "/r/r-1",
    "/r/AbC_-1",
    "/login/abc",
  ])("%s", (path) => {
    expect(isPagePath(path)).toBe(true);
  });

  it.each([
    "",
    "//",
    "/x",
    "/d/",
    "/d/A",
    "/d/x/y",
    "/r/",
    "/login/",
    "/d?ids=<b>",
    "/d?next=//evil",
    "/?a",
    "/enrol#x",
    "/d/..",
    "/r/%2e",
  ])("not %j", (path) => {
    expect(isPagePath(path)).toBe(false);
  });
});
