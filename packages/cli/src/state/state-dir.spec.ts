import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { Stop } from "../stop.ts";
import { openStateDir, type StateDir } from "./state-dir.ts";

let home: string;
let state: StateDir;
const schema = z.strictObject({ v: z.literal(1), n: z.int() });

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "secrets-state-"));
  state = openStateDir(join(home, "countersign"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const stopOf = (work: () => unknown): Stop => {
  try {
    work();
  } catch (error) {
    if (error instanceof Stop) return error;
    throw error;
  }
  throw new Error("it should have been refused");
};

describe("the command line's own files", () => {
  it("are 0600 in 0700 folders, whatever the umask, and replaced whole", () => {
    const before = process.umask(0);
    try {
      state.write("a/b.json", { v: 1, n: 1 });
      state.write("a/b.json", { v: 1, n: 2 });
    } finally {
      process.umask(before);
    }
    expect(statSync(state.path).mode & 0o777).toBe(0o700);
    expect(statSync(join(state.path, "a")).mode & 0o777).toBe(0o700);
    expect(statSync(join(state.path, "a/b.json")).mode & 0o777).toBe(0o600);
    expect(state.read("a/b.json", schema)).toEqual({ v: 1, n: 2 });
    expect(readdirSync(join(state.path, "a"))).toEqual(["b.json"]);
  });

  it("are absent before they are written, and after they are removed", () => {
    expect(state.read("x.json", schema)).toBeNull();
    expect(state.list("requests")).toEqual([]);
    state.write("x.json", { v: 1, n: 1 });
    state.remove("x.json");
    state.remove("x.json");
    expect(state.read("x.json", schema)).toBeNull();
  });

  it.each([
    ["no JSON", "{"],
    ["another version", '{"v":2,"n":1}'],
    ["an unknown member", '{"v":1,"n":1,"m":1}'],
    ["more than 1 MiB", " ".repeat(1024 * 1024 + 1)],
  ])("that are damaged (%s) are refused with what to do", (_, text) => {
    state.writeText("x.json", text);
    const stop = stopOf(() => state.read("x.json", schema));
    expect(stop).toMatchObject({ code: "state-unusable", exit: 7 });
    expect(stop.next).toContain("secrets login");
  });

  it("that others can read, or a folder that others can write, are refused", () => {
    state.write("x.json", { v: 1, n: 1 });
    chmodSync(join(state.path, "x.json"), 0o640);
    expect(stopOf(() => state.read("x.json", schema)).message).toContain("open to other users");
    chmodSync(join(state.path, "x.json"), 0o600);
    chmodSync(state.path, 0o770);
    expect(stopOf(() => state.read("x.json", schema)).next).toContain("chmod go=");
  });

  it("that are symbolic links are refused", () => {
    state.write("x.json", { v: 1, n: 1 });
    writeFileSync(join(home, "elsewhere"), '{"v":1,"n":9}', { mode: 0o600 });
    symlinkSync(join(home, "elsewhere"), join(state.path, "y.json"));
    expect(stopOf(() => state.read("y.json", schema)).message).toContain("symbolic link");
  });

  it("that cannot be written say why and leave nothing half-made", () => {
    state.write("x.json", { v: 1, n: 1 });
    const stop = stopOf(() => state.write("x.json/y.json", { v: 1, n: 1 }));
    expect(stop.code).toBe("state-unusable");
    expect(stop.message).toMatch(/Could not write .*\((ENOTDIR|EEXIST)\)/);
    expect(readdirSync(state.path)).toEqual(["x.json"]);
  });
});
