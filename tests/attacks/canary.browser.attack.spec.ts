import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium, visitor } from "../support/browser.ts";
import { BROWSER_PLACES, BrowserWatch } from "../support/browser-watch.ts";
import { CanaryScanner, newCanary } from "../support/canary-scanner.ts";
import { type Installation, startInstallation } from "../support/installation.ts";
import {
  expectControlIn,
  type PlantedPage,
  plantControl,
  servePlanted,
} from "../support/planted-page.ts";
import { TappedProxy } from "../support/tapped-proxy.ts";
import { ThreePeople } from "../support/three-people.ts";

const NAME = "payments/prod/postgres/app-password";

/*
 * Three people in three real browsers do all that a value needs to come to one of them, on her terminal. Whatever the
 * browsers get, send, show for a moment, keep or have in memory is searched for the value.
 */
describe("canary in the browser", () => {
  const canaries = { control: newCanary(), value: newCanary() };
  const scanner = new CanaryScanner(canaries);
  const watch = new BrowserWatch(scanner);
  const wires: { readonly proxy: TappedProxy; readonly bytes: Map<string, Buffer[]> }[] = [];
  let installation: Installation;
  let browser: Browser;
  let planted: PlantedPage;

  /** In front of a server: everything that passes, in both directions. */
  const tapped = async (port: number): Promise<TappedProxy> => {
    const proxy = await TappedProxy.start({ host: "127.0.0.1", port });
    const bytes = new Map<string, Buffer[]>();
    proxy.look = (chunk) => {
      const key = `${chunk.connection} towards ${chunk.towards}`;
      bytes.set(key, [...(bytes.get(key) ?? []), chunk.bytes]);
      return chunk.bytes;
    };
    wires.push({ proxy, bytes });
    return proxy;
  };

  beforeAll(async () => {
    installation = await startInstallation();
    const { port } = await tapped(installation.deskPort);
    const desk = new URL(installation.deskOrigin).host;
    browser = await launchChromium([`--host-resolver-rules=MAP ${desk} 127.0.0.1:${port}`]);
    planted = await servePlanted(canaries.control);
  });
  afterAll(async () => {
    await browser?.close();
    await planted?.stop();
    for (const { proxy } of wires) await proxy.close();
    await installation?.stop();
  });

  it("BROWSER-1 JIT-2 three people sign in their browsers, and the value arrives on Olivia's terminal", async () => {
    const story = new ThreePeople(installation, browser, {
      comes: (_, person) => watch.watch(person),
      sees: (_, person) => watch.lookAround(person),
    });
    for (const name of ["Olivia", "Sam", "Priya"]) await story.enrol(name);
    await story.login();
    await story.register(NAME, canaries.value);
    const { asking } = await story.ask(NAME);
    await story.approve("Sam");
    await story.approve("Priya");
    expect(await asking.ended, asking.shown()).toBe(0);
    const got = await story.terminal.run(["get", NAME]);
    expect(got.stdout().toString("utf8")).toBe(canaries.value);
    for (const person of story.people.values()) {
      await watch.lookAround(person);
      await watch.lookInMemory(person);
    }
    await watch.settled();
    const [desk] = wires;
    const sent = [...(desk?.bytes.values() ?? [])].map((it) =>
      Buffer.concat(it).toString("latin1"),
    );
    const signatures = sent.join().split("POST /desk/v1/drafts/sign").length - 1;
    expect(signatures, "all that was signed passed the tap").toBe(8);
  });

  it("BROWSER-1 a control is planted in every place of a browser, in every encoding", async () => {
    const { port } = await tapped(planted.port);
    await plantControl(await visitor(browser), { port, watch, control: canaries.control });
  });

  it("BROWSER-1 LEAK-2 no value was in any place of a browser, in any encoding, and the control is found in all", () => {
    for (const { bytes } of wires)
      for (const chunks of bytes.values()) scanner.look("wire", Buffer.concat(chunks));
    expect(scanner.findings.filter((it) => it.canary !== "control")).toEqual([]);
    expectControlIn(scanner, ["wire", ...BROWSER_PLACES]);
    expect(scanner.scannedBytes).toBeGreaterThan(1_000_000);
  });
});
