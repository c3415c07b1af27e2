import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

function filesUnder(folder: string): { path: string; text: string }[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((it) => it.isFile() && /\.tsx?$/.test(it.name) && !it.name.includes(".spec."))
    .map((it) => {
      const path = join(it.parentPath, it.name);
      return { path: path.slice(ROOT.length), text: readFileSync(path, "utf8") };
    });
}

const components = filesUnder("components");
const all = [...components, ...filesUnder("app")];
const linesWith = (files: typeof all, pattern: RegExp) =>
  files.flatMap(({ path, text }) =>
    text
      .split("\n")
      .filter((line) => pattern.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );

describe("the house rules of the console's pages", () => {
  it("looks at a tree that has pages in it", () => {
    expect(components.length).toBeGreaterThan(50);
    expect(all.some(({ path }) => path.startsWith("app/(console)/"))).toBe(true);
  });

  it("nothing sets inline styles or markup: the nonce policy and Trusted Types refuse both", () => {
    expect(
      linesWith(all, /\sstyle=\{|dangerouslySetInnerHTML|\.innerHTML|insertAdjacentHTML/),
    ).toEqual([]);
  });

  it("no colour stands outside the tokens", () => {
    expect(linesWith(all, /#[0-9a-f]{3,8}\b(?=["'; ])|\brgba?\(|\boklch\(/i)).toEqual([]);
  });

  it("vermilion is used for revocation and tampering only, by way of the tone `alarm`", () => {
    const where = all
      .filter(({ text }) => /vermilion/.test(text.replace(/\/\*[\s\S]*?\*\//g, "")))
      .map(({ path }) => path);
    expect(where.sort()).toEqual([
      "components/rooms/audit/inclusion.tsx",
      "components/ui/button-style.ts",
      "components/ui/tone.ts",
    ]);
  });

  it("`ui` knows no router, query or room; `patterns` no query and no room; rooms no query", () => {
    const ui = components.filter(({ path }) => path.startsWith("components/ui/"));
    const patterns = components.filter(({ path }) => path.startsWith("components/patterns/"));
    expect(linesWith(ui, /from "(?:next\/|@tanstack|@trpc|\.\.\/(?:patterns|rooms))/)).toEqual([]);
    expect(linesWith(patterns, /from "(?:@tanstack|@trpc|\.\.\/rooms)/)).toEqual([]);
    expect(linesWith(components, /from "(?:@tanstack|@trpc)/)).toEqual([]);
  });

  it("components see contract types only: nothing of the server comes into a page", () => {
    expect(
      linesWith(components, /from ".*server\//).filter((line) => !line.includes("import type")),
    ).toEqual([]);
  });

  it("pages load no zod, which would try to make a script out of text where that is forbidden", () => {
    const zodFree = ["role-names", "taxonomy"];
    const loads = linesWith(all, /from "(?:zod|@countersign\/protocol\/[a-z-]+)"/).filter(
      (line) =>
        !line.includes("import type") &&
        !line.startsWith("app/api/") &&
        !zodFree.some((file) => line.includes(`protocol/${file}"`)),
    );
    expect(loads).toEqual([]);
    for (const file of zodFree) {
      const source = readFileSync(join(ROOT, `packages/protocol/src/${file}.ts`), "utf8");
      expect(source).not.toMatch(/^import/m);
    }
  });

  it("BROWSER-1 pages keep nothing in the browser but whether single letters do something", () => {
    const where = all.filter(({ text }) =>
      /localStorage|sessionStorage|indexedDB|document\.cookie/.test(text),
    );
    expect(where.map(({ path }) => path)).toEqual(["components/patterns/shortcuts.ts"]);
  });

  it("addresses of the console are written in one file", () => {
    const written = /href="\/|push\("\/|replace\("\/|assign\("\//;
    expect(linesWith(components.concat(filesUnder("app/(console)")), written)).toEqual([]);
  });
});
