import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export type PageAsset = { readonly type: string; readonly body: Buffer };
export type PageAssets = {
  readonly html: PageAsset;
  /** By exact path. */
  readonly files: ReadonlyMap<string, PageAsset>;
  /** `sha256-…` of the script, for the Content-Security-Policy. */
  readonly scriptIntegrity: string;
};

const FILES = [
  { name: "desk.js", type: "text/javascript; charset=utf-8" },
  { name: "desk.css", type: "text/css; charset=utf-8" },
  { name: "icon.svg", type: "image/svg+xml" },
] as const;

/**
 * Reads the built page (`index.html`, `desk.js`, `desk.css`, `icon.svg`) once; from then on it is served
 * from memory, so that a file changed later on disk changes nothing. `{{desk.js}}` and `{{desk.css}}`
 * in the HTML become the integrity of what was read.
 *
 * @throws Error when a file is missing or the HTML does not lock both: the page would not load.
 */
export async function readPageAssets(directory: string): Promise<PageAssets> {
  const files = new Map<string, PageAsset>();
  let html = await readFile(join(directory, "index.html"), "utf8");
  for (const { name, type } of FILES) {
    const body = await readFile(join(directory, name));
    files.set(`/${name}`, { type, body });
    html = html.replaceAll(`{{${name}}}`, integrity(body));
  }
  const script = files.get("/desk.js");
  if (
    script === undefined ||
    !["/desk.js", "/desk.css"].every((path) => locks(html, files.get(path)))
  ) {
    throw new Error(
      `The desk page in ${directory} does not carry the integrity of its script and style.`,
    );
  }
  return {
    html: { type: "text/html; charset=utf-8", body: Buffer.from(html) },
    files,
    scriptIntegrity: integrity(script.body),
  };
}

/** Paths that show the page. The page itself reads ids from the path; nothing of it reaches a handler here. */
const PAGE_PATHS = [
  /^\/(?:enrol|list|d)?$/,
  /^\/d\/[a-z0-9-]{1,64}$/,
  /^\/r\/[A-Za-z0-9_-]{1,64}$/,
  /^\/login\/[A-Za-z0-9_-]{1,100}$/,
];

/** Ids of drafts, and where in the console the person came from. */
const QUERY = /^(?:ids=[a-z0-9,-]{0,1500}(?:&|$))?(?:return=[A-Za-z0-9/%?_.,=&-]{0,300})?$/;

export function isPagePath(target: string): boolean {
  const [path = "", query] = target.split("?");
  return PAGE_PATHS.some((it) => it.test(path)) && (query === undefined || QUERY.test(query));
}

function integrity(body: Buffer): string {
  return `sha256-${createHash("sha256").update(body).digest("base64")}`;
}

function locks(html: string, asset: PageAsset | undefined): boolean {
  return asset !== undefined && html.includes(`integrity="${integrity(asset.body)}"`);
}
