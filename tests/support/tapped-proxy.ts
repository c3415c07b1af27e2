import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export type Chunk = {
  /** Which connection, counted from 1. */
  readonly connection: number;
  readonly towards: "server" | "client";
  readonly bytes: Buffer;
};

/** Sees every chunk before it goes on, and says what does: usually the chunk, or `null` for nothing. */
export type Look = (chunk: Chunk) => Buffer | null;

const pass: Look = ({ bytes }) => bytes;

/**
 * A TCP proxy on a free port of loopback, between two real processes: it tells the moment at which a
 * message passes, and makes bad weather on demand.
 */
export class TappedProxy {
  look: Look = pass;
  /** Each chunk is held back for so long. */
  delayMs = 0;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isDown = false;
  #isStalled = false;
  #connections = 0;

  private constructor(target: { host: string; port: number }) {
    this.#target = target;
    this.#server = createServer((client) => this.#join(client));
  }

  static async start(target: { host: string; port: number }): Promise<TappedProxy> {
    const proxy = new TappedProxy(target);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port; // listening on TCP: an AddressInfo
  }

  /** The other side is gone: every connection breaks, also each new one, until `clear`. */
  down(): void {
    this.#isDown = true;
    this.cut();
  }

  /** Every connection breaks once. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Every connection breaks once, as when a machine dies: with ECONNRESET, and what was under way is lost. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Nothing moves in either direction and nothing breaks, until `clear`. */
  stall(): void {
    this.#isStalled = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** Fair weather; what was held back goes on. */
  clear(): void {
    this.look = pass;
    this.delayMs = 0;
    this.#isDown = false;
    this.#isStalled = false;
    for (const socket of this.#sockets) socket.resume();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.cut();
  }

  #join(client: Socket): void {
    if (this.#isDown) {
      client.destroy();
      return;
    }
    this.#connections += 1;
    const connection = this.#connections;
    const server = connect(this.#target);
    this.#carry({ from: client, to: server, connection, towards: "server" });
    this.#carry({ from: server, to: client, connection, towards: "client" });
  }

  #carry({
    from,
    to,
    ...where
  }: Omit<Chunk, "bytes"> & { readonly from: Socket; readonly to: Socket }): void {
    let last = Promise.resolve();
    this.#sockets.add(from);
    from.on("error", () => undefined); // Resets are what this proxy is for.
    from.on("data", (bytes: Buffer) => {
      const goesOn = this.look({ ...where, bytes });
      if (goesOn === null) return;
      const { delayMs } = this;
      const due = Promise.all([last, new Promise((done) => setTimeout(done, delayMs))]);
      if (delayMs === 0) to.write(goesOn);
      else last = due.then(() => void to.write(goesOn));
    });
    from.on("close", () => {
      this.#sockets.delete(from);
      // What was passed on stays passed on: the other side gets it before it hears of the end.
      to.destroySoon();
    });
    if (this.#isStalled) from.pause();
  }
}
