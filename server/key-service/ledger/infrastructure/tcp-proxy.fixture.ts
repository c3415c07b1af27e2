import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * A TCP proxy that fails on demand, so that a fault meets a real client and a real server:
 *
 * - `cut-before`: the connection breaks before the server sees the request
 * - `cut-after`: the server has answered, the connection breaks before the client hears it
 * - `stall-before`: the request stays in the network; `deliverLate` lets it arrive
 * - `stall-after`: the server has answered, the answer stays in the network
 */
export type NetworkFault = "cut-before" | "cut-after" | "stall-before" | "stall-after";

export type FaultyProxy = {
  readonly port: number;
  /** The next request that contains `marker` meets `fault`. Resolves when it did. */
  arm(fault: NetworkFault, marker: string): Promise<void>;
  /** Sends on what `stall-before` held back, and resolves when the server has answered or hung up. */
  deliverLate(): Promise<void>;
  close(): Promise<void>;
};

type Armed = { readonly fault: NetworkFault; readonly marker: string; readonly struck: () => void };

export async function startFaultyProxy(target: {
  host: string;
  port: number;
}): Promise<FaultyProxy> {
  let armed: Armed | null = null;
  let held: { readonly server: Socket; readonly bytes: Buffer } | null = null;
  const sockets = new Set<Socket>();

  const proxy = createServer((client) => {
    const server = connect(target);
    let fault: NetworkFault | null = null;
    let report = (): void => undefined;
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on("error", () => undefined); // Resets are what this proxy is for.
      socket.on("close", () => sockets.delete(socket));
    }
    const cut = (): void => {
      client.destroy();
      server.destroy();
    };
    client.on("data", (chunk) => {
      if (fault === null && armed !== null && chunk.includes(armed.marker)) {
        ({ fault, struck: report } = armed);
        armed = null;
        if (fault === "stall-before") held = { server, bytes: chunk };
        if (fault === "cut-before") cut();
        if (fault === "cut-before" || fault === "stall-before") report();
      }
      if (fault === null || fault === "cut-after" || fault === "stall-after") server.write(chunk);
    });
    server.on("data", (chunk) => {
      if (fault === null) client.write(chunk);
      else report();
      if (fault === "cut-after") cut();
    });
    client.on("close", () => {
      // A request in the network survives its sender.
      if (fault !== "stall-before") server.destroy();
    });
    server.on("close", () => client.destroy());
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");

  return {
    port: (proxy.address() as AddressInfo).port, // listening on TCP: an AddressInfo
    arm: (fault, marker) =>
      new Promise((resolve) => {
        armed = { fault, marker, struck: resolve };
      }),
    async deliverLate() {
      if (held === null) throw new Error("nothing was held back");
      const { server, bytes } = held;
      held = null;
      const answered = Promise.race([once(server, "data"), once(server, "close")]);
      server.write(bytes);
      await answered;
      server.destroy();
    },
    async close() {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
