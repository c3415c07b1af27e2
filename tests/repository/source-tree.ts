import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { codeOnly, type Import, importsOf } from "./import-scanner.ts";

/** A file of the tree. Paths are relative to the checkout, with forward slashes. */
export type SourceFile = {
  readonly path: string;
  readonly source: string;
  /** Without comments, strings and templates. */
  readonly code: string;
  readonly imports: readonly (Import & {
    /** The file imported, when it is one of ours; else undefined. */
    readonly target: string | undefined;
  })[];
  readonly lineCount: number;
};

export type SourceTree = ReadonlyMap<string, SourceFile>;

const SKIPPED = new Set(["node_modules", "dist", "generated", "coverage", "next-env.d.ts"]);
const PROTOCOL = "@countersign/protocol/";

/** All TypeScript and JavaScript below the checkout. */
export function readSourceTree(root: string): SourceTree {
  const files: Record<string, string> = {};
  const walk = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name);
      if (entry.name.startsWith(".") || SKIPPED.has(entry.name)) continue;
      if (entry.isDirectory()) walk(path);
      else if (/\.(?:ts|mts|tsx|mjs|js|jsx)$/.test(entry.name)) {
        files[path] = readFileSync(join(root, path), "utf8");
      }
    }
  };
  walk("");
  return sourceTree(files);
}

/** A tree of path → source, for the tests of the rules themselves. */
export function sourceTree(files: Readonly<Record<string, string>>): SourceTree {
  return new Map(
    Object.entries(files).map(([path, source]) => [
      path,
      {
        path,
        source,
        code: codeOnly(source),
        lineCount: source.trimEnd().split("\n").length,
        imports: importsOf(source).map((each) => ({ ...each, target: targetOf(path, each) })),
      },
    ]),
  );
}

function targetOf(path: string, { specifier }: Import): string | undefined {
  if (specifier.startsWith(".")) return posix.join(posix.dirname(path), specifier);
  if (specifier.startsWith(PROTOCOL)) {
    return `packages/protocol/src/${specifier.slice(PROTOCOL.length)}.ts`;
  }
  return undefined;
}

/** Tests, and what only tests use: they may look anywhere. */
export function isTestCode(path: string): boolean {
  return (
    /^(?:tests|e2e|bench)\//.test(path) ||
    /\.(?:spec|fixture)\.tsx?$|(?:^|\/)(?:test-[^/]+|[^/]+-fixture)\.ts$|\/testing\//.test(path)
  );
}

/** Programs and settings that build and run the house, not part of what it runs. */
export function isTooling(path: string): boolean {
  return path.startsWith("scripts/") || /^[^/]+\.config\.(?:ts|mjs)$/.test(path);
}

export function isProduct(path: string): boolean {
  return !isTestCode(path) && !isTooling(path);
}
