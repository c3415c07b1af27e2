import { readFile } from "node:fs/promises";
import type { Download, Request, Response } from "playwright-core";
import type { Visitor } from "./browser.ts";
import type { CanaryScanner } from "./canary-scanner.ts";

/** Every place of a browser in which a value could stand, as this watch names them. */
export const BROWSER_PLACES = [
  "responses",
  "requests",
  "console",
  "mutations",
  "dom",
  "address",
  "cookies",
  "localStorage",
  "sessionStorage",
  "indexedDB",
  "caches",
  "heap",
  "downloads",
] as const;

/** The name under which the watch in a page tells of every text that comes into it, if only for a moment. */
const TELL = "tellOfTexts";

/** Looks through all that a person's browser gets, sends, shows and keeps, while they go on. */
export class BrowserWatch {
  readonly #scanner: CanaryScanner;
  readonly #arriving: Promise<void>[] = [];
  /** How many things it has looked through, by place. */
  readonly looked = new Map<string, number>();

  constructor(scanner: CanaryScanner) {
    this.#scanner = scanner;
  }

  /** From the first page on: call it before there is one. */
  async watch({ context, page }: Visitor): Promise<void> {
    context.on("request", (request) => this.#request(request));
    context.on("response", (response) => this.#arriving.push(this.#response(response)));
    page.on("console", (message) => this.#look("console", message.text()));
    page.on("download", (download) => this.#arriving.push(this.#download(download)));
    page.on("pageerror", (error) => this.#look("console", `${error.stack}`));
    await context.exposeBinding(TELL, (_, text: string) => this.#look("mutations", text));
    await context.addInitScript(tellOfMutations, TELL);
  }

  /** What the page is, shows and keeps at this moment. */
  async lookAround({ context, page }: Visitor): Promise<void> {
    this.#look("dom", await page.content());
    this.#look("dom", (await page.evaluate(textsInPage)).join("\n"));
    for (const { name, value } of await context.cookies())
      this.#look("cookies", `${name}=${value}`);
    for (const [place, texts] of Object.entries(await page.evaluate(keptByPage)))
      this.#look(place, texts.join("\n"));
    this.#look("address", page.url());
  }

  /** Every string in the page's memory, up to the length of 1,024 at which Chromium cuts it. */
  async lookInMemory({ cdp }: Visitor): Promise<void> {
    const chunks: string[] = [];
    const take = ({ chunk }: { chunk: string }) => chunks.push(chunk);
    cdp.on("HeapProfiler.addHeapSnapshotChunk", take);
    await cdp.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
    cdp.off("HeapProfiler.addHeapSnapshotChunk", take);
    const { strings } = JSON.parse(chunks.join("")) as { strings: string[] }; // of that form
    this.#look("heap", strings.join("\n"));
  }

  /** Resolves when every answer that has begun was looked through. */
  async settled(): Promise<void> {
    await Promise.all(this.#arriving);
  }

  #request(request: Request): void {
    this.#look("requests", `${request.url()}\n${JSON.stringify(request.headers())}`);
    const body = request.postDataBuffer();
    if (body !== null) this.#look("requests", body);
  }

  async #response(response: Response): Promise<void> {
    this.#look("responses", JSON.stringify(response.headers()));
    // A browser forgets the body of an answer whose page it has left; the bytes on the wire are looked through too.
    const body = await response.body().catch(() => null);
    if (body !== null) this.#look("responses", body);
  }

  async #download(download: Download): Promise<void> {
    this.#look("downloads", download.suggestedFilename());
    this.#look("downloads", await readFile(await download.path()));
  }

  #look(place: string, what: string | Buffer): void {
    this.looked.set(place, (this.looked.get(place) ?? 0) + 1);
    this.#scanner.look(place, Buffer.from(what));
  }
}

/** Runs in each page before its own scripts. */
function tellOfMutations(tell: string): void {
  const textsOf = (node: Node): string[] => {
    const own = node instanceof Element ? [...node.attributes].map((it) => it.value) : [];
    return [node.nodeValue ?? "", ...own, ...[...node.childNodes].flatMap(textsOf)];
  };
  const textOf = ({ type, target, attributeName, addedNodes }: MutationRecord): string[] => {
    if (type === "childList") return [...addedNodes].flatMap(textsOf);
    if (type === "characterData") return [target.nodeValue ?? ""];
    return target instanceof Element ? [target.getAttribute(attributeName ?? "") ?? ""] : [];
  };
  const watch = new MutationObserver((records) => {
    // Put there by `exposeBinding`.
    const told: unknown = Reflect.get(window, tell);
    if (typeof told === "function") told(records.flatMap(textOf).join("\n"));
  });
  watch.observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
  });
}

/** As they are: in HTML they would be escaped. */
function textsInPage(): string[] {
  const textsOf = (node: Node): string[] => {
    const own = node instanceof Element ? [...node.attributes].map((it) => it.value) : [];
    const typed = node instanceof HTMLInputElement ? [node.value] : [];
    return [node.nodeValue ?? "", ...own, ...typed, ...[...node.childNodes].flatMap(textsOf)];
  };
  return textsOf(document);
}

async function keptByPage(): Promise<Record<string, string[]>> {
  const leaves = (it: unknown): string[] => {
    if (typeof it !== "object" || it === null) return [String(it)];
    if (it instanceof ArrayBuffer) return [String.fromCharCode(...new Uint8Array(it))];
    if (ArrayBuffer.isView(it)) return leaves(it.buffer);
    return Object.entries(it).flatMap(([name, member]) => [name, ...leaves(member)]);
  };
  const resultOf = <T>(request: IDBRequest<T>) =>
    new Promise<T>((done, fail) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => fail(request.error);
    });
  const indexed: string[] = [];
  for (const { name = "" } of await indexedDB.databases()) {
    const database = await resultOf(indexedDB.open(name));
    indexed.push(name);
    for (const store of database.objectStoreNames) {
      const rows = database.transaction(store).objectStore(store);
      const [keys, values] = [rows.getAllKeys(), rows.getAll()];
      indexed.push(store, ...leaves([await resultOf(keys), await resultOf(values)]));
    }
    database.close();
  }
  const cached: string[] = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const bytes = await (await cache.match(request))?.arrayBuffer();
      cached.push(name, request.url, new TextDecoder().decode(bytes));
    }
  }
  return {
    localStorage: leaves({ ...localStorage }),
    sessionStorage: leaves({ ...sessionStorage }),
    indexedDB: indexed,
    caches: cached,
    address: [window.name, document.referrer, ...leaves(history.state)],
  };
}
