import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { approved, machine, service, spent, useFreshWorld } from "../testing/fresh-world.ts";
import { makeMachine } from "../testing/run-secrets.ts";
import { APP_PASSWORD, CANARY, PRIYA, SAM } from "../testing/test-cast.ts";
import { isInMemory } from "../values/tmpfs.ts";

useFreshWorld();
let memory: string;
beforeEach(async () => {
  memory = mkdtempSync("/dev/shm/secrets-cli-");
  await approved(APP_PASSWORD);
});
afterEach(() => rmSync(memory, { recursive: true, force: true }));

const later = { now: () => Date.now() + 2 * 3_600_000 };

describe("where the value goes", () => {
  it("goes to standard output byte for byte, and nothing else does", async () => {
    const value = Buffer.from([0, 1, 255, 10, 13, 10]);
    const known = service.secrets.get(APP_PASSWORD);
    if (known !== undefined) known.value = value;
    const ran = await machine.secrets(["get", APP_PASSWORD]);
    expect(ran.bytes).toEqual(value);
  });

  it("with --json it is base64 in the member value, beside what it is", async () => {
    const ran = await machine.secrets(["get", APP_PASSWORD, "--json"]);
    const document = JSON.parse(ran.stdout);
    expect(Buffer.from(document.value, "base64").toString()).toBe(CANARY);
    expect(Object.keys(document).sort()).toEqual([
      "expiresAt",
      "intent",
      "name",
      "proven",
      "request",
      "use",
      "value",
      "version",
    ]);
    expect(ran.stderr).toBe("");
  });

  it("BROWSER-1 onto a terminal goes only after a yes; a no spends nothing", async () => {
    const no = await machine.secrets(["get", APP_PASSWORD], { tty: true, stdin: "\n" });
    expect(no.code).toBe(2);
    expect(no.said).toContain("scroll-back");
    expect(no.stdout).not.toContain(CANARY);
    expect(spent()).toBe(0);
    const yes = await machine.secrets(["get", APP_PASSWORD], { tty: true, stdin: "y\n" });
    expect(yes.stdout).toBe(`${CANARY}\n`);
    const shown = await machine.secrets(["get", APP_PASSWORD, "--show"], { tty: true });
    expect(shown.stdout).toBe(`${CANARY}\n`);
  });
});

describe("--out", () => {
  it("DEL-4 writes a 0600 file in memory, with its end beside it, and says nothing of the value", async () => {
    const file = join(memory, "password");
    const ran = await machine.secrets(["get", APP_PASSWORD, "--out", file, "--json"]);
    expect(ran.code).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(CANARY);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(`${file}.expires`, "utf8")).toMatch(/^20\d\d-.*Z\n$/);
    expect(JSON.parse(ran.stdout)).toMatchObject({ out: file, use: 1 });
    expect(ran.stdout + ran.stderr + machine.stateText()).not.toContain(CANARY);
  });

  it.runIf(!isInMemory("/tmp"))(
    "refuses a disk before anything is opened, and allows it by name",
    async () => {
      const file = join(machine.home, "password");
      const ran = await machine.secrets(["get", APP_PASSWORD, "--out", file]);
      expect(ran.code).toBe(2);
      expect(ran.said).toContain("is on a disk");
      expect(spent()).toBe(0);
      expect(existsSync(file)).toBe(false);
      expect(
        (await machine.secrets(["get", APP_PASSWORD, "--out", file, "--allow-disk"])).code,
      ).toBe(0);
    },
  );

  it("overwrites nothing, follows no link, and spends nothing for it", async () => {
    const file = join(memory, "there");
    writeFileSync(file, "kept");
    for (const out of [file, join(memory, "no", "such"), memory, `${memory}/.`]) {
      expect((await machine.secrets(["get", APP_PASSWORD, "--out", out])).code).toBe(2);
    }
    expect(readFileSync(file, "utf8")).toBe("kept");
    expect(spent()).toBe(0);
  });

  it("leaves no empty file where the opening is refused", async () => {
    service.refusals.set("/people/v1/grants/open", "unavailable");
    const file = join(memory, "password");
    expect((await machine.secrets(["get", APP_PASSWORD, "--out", file])).code).toBe(7);
    expect(existsSync(file)).toBe(false);
  });

  it("DEL-4 is removed by whatever command comes after the grant's end, and by logout", async () => {
    const file = join(memory, "password");
    await machine.secrets(["get", APP_PASSWORD, "--out", file]);
    expect((await machine.secrets(["list"])).said).toBe("");
    expect(existsSync(file)).toBe(true);
    const ran = await machine.secrets(["help"], later);
    expect(existsSync(file)).toBe(true);
    expect(ran.code).toBe(0);
    const tidied = await machine.secrets(["whoami"], later);
    expect(tidied.said).toContain(`Removed ${file}`);
    expect(existsSync(file) || existsSync(`${file}.expires`)).toBe(false);
    await machine.secrets(["get", APP_PASSWORD, "--out", file]);
    await machine.secrets(["logout"]);
    expect(existsSync(file)).toBe(false);
  });

  it("leaves alone a file that was put in its place", async () => {
    const file = join(memory, "password");
    await machine.secrets(["get", APP_PASSWORD, "--out", file]);
    rmSync(file);
    writeFileSync(join(memory, "hold-the-inode"), "x");
    writeFileSync(file, "somebody else's");
    const ran = await machine.secrets(["tidy"], later);
    expect(ran.stdout).toContain("it is another file now");
    expect(readFileSync(file, "utf8")).toBe("somebody else's");
  });
});

describe("what cannot be opened", () => {
  const get = (how = {}) => machine.secrets(["get", id()], how);
  const id = () => {
    const { statement } = service.newest();
    return statement.kind === "request" ? statement.body.request : "";
  };
  it("JIT-1 a grant that has ended", async () => {
    const ran = await get(later);
    expect(ran.code).toBe(5);
    expect(ran.said).toContain("That grant ended");
  });
  it("JIT-1 a grant that was revoked", async () => {
    const { grant } = service.newest();
    if (grant !== null) grant.status = "revoked";
    expect((await get()).said).toContain("was revoked");
  });
  it("JIT-1 a grant that has not begun", async () => {
    await machine.secrets(
      ["request", APP_PASSWORD, "--why", "restore", "--ticket", "OPS-42", "--from", "+2h"],
      {
        meanwhile: [() => service.sign(), () => service.approve(SAM), () => service.approve(PRIYA)],
      },
    );
    const ran = await get();
    expect(ran.code).toBe(4);
    expect(ran.said).toContain("That grant begins");
  });
  it("another device's request", async () => {
    const other = makeMachine();
    await other.secrets(["login", "--url", service.origin, "--no-browser"], {
      meanwhile: [() => service.signLogin()],
    });
    const ran = await other.secrets(["get", id()]);
    expect(ran.code).toBe(3);
    expect(ran.said).toContain("names another device of yours");
    expect(spent()).toBe(0);
    other.remove();
  });
  it("an id that nobody knows, and a text that is no id", async () => {
    expect((await machine.secrets(["get", `r-${"0".repeat(26)}`])).code).toBe(6);
    expect((await machine.secrets(["get", "Something Else"])).code).toBe(2);
    expect((await machine.secrets(["get", APP_PASSWORD, "--use", "3"])).code).toBe(2);
  });
});
