import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium, visitor } from "../support/browser.ts";
import { BROWSER_PLACES, BrowserWatch } from "../support/browser-watch.ts";
import { CanaryScanner, ENCODINGS, newCanary, spellings } from "../support/canary-scanner.ts";
import { type Installation, startInstallation } from "../support/installation.ts";
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
  let planted: Server;

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
    planted = createServer((_, response) => {
      response.setHeader("content-type", "text/html").end(pageWith(textsOf(canaries.control)));
    });
    planted.listen(0, "127.0.0.1");
    await once(planted, "listening");
  });
  afterAll(async () => {
    await browser?.close();
    planted?.close();
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
    const { port } = await tapped((planted.address() as AddressInfo).port); // listening on TCP
    const person = await visitor(browser);
    await watch.watch(person);
    await person.page.goto(`http://127.0.0.1:${port}/`);
    await person.page.evaluate(plantEverywhere, textsOf(canaries.control));
    await watch.lookAround(person);
    await watch.lookInMemory(person);
    await watch.settled();
  });

  it("BROWSER-1 LEAK-2 no value was in any place of a browser, in any encoding, and the control is found in all", () => {
    for (const { bytes } of wires)
      for (const chunks of bytes.values()) scanner.look("wire", Buffer.concat(chunks));
    expect(scanner.findings.filter((it) => it.canary !== "control")).toEqual([]);
    // A cookie holds no zero byte, and a heap snapshot cuts a string at one: no UTF-16 there.
    const withoutZeros = ENCODINGS.filter((it) => it !== "utf-16");
    for (const place of ["wire", ...BROWSER_PLACES]) {
      const expected = ["cookies", "heap"].includes(place) ? withoutZeros : ENCODINGS;
      expect([...scanner.found(place)].sort(), place).toEqual([...expected].sort());
    }
    expect(scanner.scannedBytes).toBeGreaterThan(1_000_000);
  });
});

/** The control in every encoding. Bytes above 127 there are none, so each text has the bytes of its spelling. */
function textsOf(control: string): string[] {
  return ENCODINGS.map((it) => (spellings(control, it)[0] ?? Buffer.alloc(0)).toString("latin1"));
}

function pageWith(texts: readonly string[]): string {
  return `<!doctype html><title>Planted</title><script type="text/plain">${texts.join("\n")}</script>`;
}

/** Runs in the page. */
async function plantEverywhere(texts: string[]): Promise<void> {
  const all = texts.join("\n");
  // Forgotten by nobody until the memory was looked through.
  Object.assign(window, { planted: texts.map((it) => `${it} `) });
  console.log(all);
  document.body.title = all;
  const passing = document.createElement("p");
  passing.textContent = all;
  document.body.append(passing);
  passing.remove();
  history.replaceState({ all }, "");
  for (const [at, text] of texts.entries()) {
    if (text.includes("\0")) continue;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API refuses some of these characters
    document.cookie = `planted-${at}=${text}`;
  }
  localStorage.setItem("planted", all);
  sessionStorage.setItem("planted", all);
  await new Promise<void>((done, fail) => {
    const opening = indexedDB.open("planted");
    opening.onupgradeneeded = () => opening.result.createObjectStore("planted").add({ all }, 1);
    opening.onsuccess = () => {
      opening.result.close();
      done();
    };
    opening.onerror = () => fail(opening.error);
  });
  await (await caches.open("planted")).put("/planted", new Response(all));
  await (await fetch("/", { method: "POST", body: all })).text();
}
