import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { enrolledMachine, follow, makeMachine, type TestMachine } from "../testing/run-secrets.ts";
import { APP_PASSWORD } from "../testing/test-cast.ts";
import { startTestService, type TestService } from "../testing/test-service.ts";

let service: TestService;
let machine: TestMachine;

beforeEach(async () => {
  service = await startTestService();
  machine = makeMachine();
});
afterEach(async () => {
  machine.remove();
  await service.stop();
});

const withBrowser = { env: { BROWSER: "some-browser" } };
const login = (...more: string[]) => [
  "login",
  "--url",
  service.origin,
  "--label",
  "olivia laptop",
  ...more,
];

describe("secrets login with a browser on this machine", () => {
  it("shows link and words, opens the browser, and takes the redirect", async () => {
    const opened: string[] = [];
    const ran = await machine.secrets(login(), {
      ...withBrowser,
      browser: async (link) => {
        opened.push(link);
        await follow((await service.signLogin()) ?? "");
      },
    });
    expect(ran.said).toBe("");
    expect(ran.code).toBe(0);
    expect(opened).toHaveLength(1);
    expect(ran.stdout).toContain(opened[0]);
    expect(ran.stdout).toMatch(/This device's key: {2}\w+ \w+ \w+ \w+/);
    expect(ran.stdout).toContain("Olivia Hart (acme) is signed in on olivia laptop");
    expect(ran.stdout).toContain("This is a development service");
  });

  it("L4 takes exactly one redirect: other paths, methods, hosts and codes get nothing", async () => {
    const statuses: number[] = [];
    const ran = await machine.secrets(login(), {
      ...withBrowser,
      browser: async () => {
        const redirect = (await service.signLogin()) ?? "";
        const base = new URL(redirect).origin;
        const wrong = "x".repeat(32);
        for (const path of [
          "/",
          "/callback",
          "/callback?code=",
          `/callback?code=${wrong}&more=1`,
          `/other?code=${wrong}`,
          `/callback?code=a%20b${wrong}`,
        ]) {
          statuses.push(await follow(base + path));
        }
        statuses.push(await follow(redirect, { host: "evil.example" }));
        statuses.push(await follow(`${base}/callback?code=${wrong}`));
        statuses.push(await follow(redirect));
      },
    });
    expect(statuses).toEqual([404, 404, 404, 404, 404, 404, 404, 400, 200]);
    expect(ran.code).toBe(0);
  });

  it("ends the login where something on this machine sends codes in a loop", async () => {
    const ran = await machine.secrets(login(), {
      ...withBrowser,
      browser: async () => {
        const { origin } = new URL((await service.signLogin()) ?? "");
        for (let i = 0; i < 5; i++) await follow(`${origin}/callback?code=${"y".repeat(30)}${i}`);
      },
    });
    expect(ran.code).toBe(5);
    expect(ran.said).toContain("keeps sending wrong codes");
    expect(ran.said).toContain("secrets login --no-browser");
  });

  it("passes on why the key service refused the enrolment, and tells the browser nothing of it", async () => {
    let answered = Promise.resolve(0);
    const ran = await machine.secrets(login(), {
      ...withBrowser,
      browser: () => {
        service.refusals.set("/people/v1/device-logins/finish", "key-locked");
        answered = service.signLogin().then((redirect) => follow(redirect ?? ""));
      },
    });
    expect(await answered).toBe(500);
    expect(ran.code).toBe(3);
    expect(ran.said).toContain("key-locked");
  });
});

describe("secrets login without a browser", () => {
  it("shows the words, waits, and is enrolled once the person has typed one at the desk", async () => {
    const ran = await machine.secrets(login("--no-browser", "--json"), {
      meanwhile: [() => undefined, () => service.signLogin()],
    });
    const events = ran.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.map((it) => it.event)).toEqual(["begun", "enrolled"]);
    expect(events[0].deviceWords).toHaveLength(4);
    expect(events[0].serviceWords).toHaveLength(4);
    expect(events[1]).toMatchObject({
      name: "Olivia Hart",
      tenant: "acme",
      mode: "development",
      origin: service.origin,
    });
  });

  it("enrols nothing after Ctrl-C", async () => {
    const ran = await machine.secrets(login("--no-browser"));
    expect(ran.code).toBe(130);
    expect(ran.said).toContain("Nothing was enrolled.");
    expect((await machine.secrets(["whoami"])).code).toBe(3);
  });
});

describe("what login keeps", () => {
  it("is the device key, 0600 in a 0700 folder, and nothing that others can read", async () => {
    await machine.secrets(login("--no-browser"), { meanwhile: [() => service.signLogin()] });
    const folder = join(machine.home, "config/countersign/default");
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const files = readdirSync(folder).sort();
    expect(files).toEqual([
      "checkpoints.json",
      "device-key.pem",
      "known-services.json",
      "login.json",
    ]);
    for (const file of files) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  });

  it("is forgotten by logout, but not the pinned keys nor the last checkpoint", async () => {
    await machine.secrets(login("--no-browser"), { meanwhile: [() => service.signLogin()] });
    const ran = await machine.secrets(["logout"]);
    expect(ran.code).toBe(0);
    expect(readdirSync(join(machine.home, "config/countersign/default")).sort()).toEqual([
      "checkpoints.json",
      "known-services.json",
    ]);
    expect((await machine.secrets(["list"])).code).toBe(3);
  });

  it("stands apart for each profile", async () => {
    await machine.secrets(login("--no-browser", "--profile", "ingrid"), {
      meanwhile: [() => service.signLogin()],
    });
    expect((await machine.secrets(["whoami"])).code).toBe(3);
    expect((await machine.secrets(["whoami", "--profile", "ingrid"])).code).toBe(0);
    expect(
      (await machine.secrets(["whoami"], { env: { COUNTERSIGN_PROFILE: "ingrid" } })).code,
    ).toBe(0);
    expect((await machine.secrets(["whoami", "--profile", "../x"])).code).toBe(2);
  });
});

describe("an address is refused", () => {
  it.each([
    ["http://desk.example.com", "without https"],
    ["https://olivia:pw@desk.example.com", "without path, query or password"],
    ["https://desk.example.com/x", "without path, query or password"],
    ["file:///etc/passwd", "without path, query or password"],
    ["desk", "without path, query or password"],
  ])("%s", async (url, phrase) => {
    const ran = await machine.secrets(["login", "--url", url]);
    expect(ran.code).toBe(2);
    expect(ran.said).toContain(phrase);
  });

  it("where nothing listens, with what to do", async () => {
    const { origin } = service;
    await service.stop();
    const ran = await machine.secrets(["login", "--url", origin]);
    expect(ran.code).toBe(7);
    expect(ran.said).toContain(`Nothing answers at ${origin}.`);
    expect(ran.said).toContain("npm start");
    service = await startTestService();
  });

  it("where the service says that its desk is elsewhere", async () => {
    service.tamper["/people/v1/hello"] = (output) => ({
      ...output,
      deskOrigin: "http://desk.localhost:1",
    });
    expect((await machine.secrets(login("--no-browser"))).code).toBe(8);
  });
});

describe("without a login", () => {
  it.each([
    ["whoami"],
    ["list"],
    ["show", APP_PASSWORD],
    ["request", APP_PASSWORD, "--why", "x", "--ticket", "y"],
    ["get", APP_PASSWORD],
    ["put", APP_PASSWORD, "--stdin"],
    ["log", "verify"],
  ])("secrets %s says what to run first", async (...args) => {
    const ran = await machine.secrets(args);
    expect(ran.code).toBe(3);
    expect(ran.said).toContain("→ secrets login");
    expect(ran.stdout).toBe("");
  });

  it("another machine's device is told from this one", async () => {
    const other = await enrolledMachine(service);
    service.devices.clear();
    const ran = await other.secrets(["list"]);
    expect(ran.code).toBe(3);
    expect(ran.said).toContain("reference c-test-1");
    other.remove();
  });
});
