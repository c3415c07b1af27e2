import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { inRoot } from "../../scripts/lib/paths.mjs";

type Locked = {
  readonly resolved?: string;
  readonly link?: boolean;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

const text = readFileSync(inRoot("package-lock.json"), "utf8");
// npm writes this file; its shape is npm's lockfile version 3.
const packages = JSON.parse(text).packages as Readonly<Record<string, Locked>>;

describe("package-lock.json", () => {
  it("names no registry: every machine installs from its own", () => {
    const hosts = Object.entries(packages).filter(([, entry]) => !entry.link && entry.resolved);
    expect(hosts).toEqual([]);
  });

  it("has every optional package of every platform, without which `npm ci` refuses", () => {
    const missing = Object.entries(packages).flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {}).filter(
        (name) =>
          !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });

  it("pins the content of every package that is installed on this platform", () => {
    const loose = Object.entries(packages).filter(
      ([path, entry]) =>
        path.startsWith("node_modules/") && !entry.link && !entry.integrity && !entry.optional,
    );
    expect(loose.map(([path]) => path)).toEqual([]);
  });
});

describe(".npmrc", () => {
  it("runs no install script of any package and keeps registry hosts out of the lock file", () => {
    const settings = readFileSync(inRoot(".npmrc"), "utf8").split("\n");
    expect(settings).toEqual(
      expect.arrayContaining(["ignore-scripts=true", "omit-lockfile-registry-resolved=true"]),
    );
  });
});
