import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "vitest";
import type { Visitor } from "./browser.ts";
import type { BrowserWatch } from "./browser-watch.ts";
import { type CanaryScanner, ENCODINGS, spellings } from "./canary-scanner.ts";

export type PlantedPage = { readonly port: number; stop(): Promise<void> };

/** A page that has a control in it, to prove that whoever watches a browser finds what is there. */
export async function servePlanted(control: string): Promise<PlantedPage> {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html").end(pageWith(textsOf(control)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    port,
    stop: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Opens the page and puts the control into every place of the browser, in every encoding, while it is watched. */
export async function plantControl(
  person: Visitor,
  of: { readonly port: number; readonly watch: BrowserWatch; readonly control: string },
): Promise<void> {
  await of.watch.watch(person);
  await person.page.goto(`http://127.0.0.1:${of.port}/`);
  const downloading = person.page.waitForEvent("download");
  await person.page.evaluate(plantEverywhere, textsOf(of.control));
  await (await downloading).path();
  await of.watch.lookAround(person);
  await of.watch.lookInMemory(person);
  await of.watch.settled();
}

/** Fails unless the scanner found the control in each of these places in every encoding that the place can hold. */
export function expectControlIn(scanner: CanaryScanner, places: readonly string[]): void {
  // A cookie holds no zero byte, and a heap snapshot cuts a string at one: no UTF-16 there.
  const withoutZeros = ENCODINGS.filter((it) => it !== "utf-16");
  for (const place of places) {
    const expected = ["cookies", "heap"].includes(place) ? withoutZeros : ENCODINGS;
    expect([...scanner.found(place)].sort(), place).toEqual([...expected].sort());
  }
}

/** The control in every encoding. Bytes above 127 there are none, so each text has the bytes of its spelling. */
export function textsOf(control: string): string[] {
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
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([all]));
  link.download = "planted.csv";
  link.click();
}
