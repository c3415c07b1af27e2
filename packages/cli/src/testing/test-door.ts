import { createHash, createPublicKey, verify } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { toBase64url } from "@countersign/protocol/bytes";
import { DEVICE_CALL_SCHEME, deviceCallDigest } from "@countersign/protocol/device-call";
import { digestToBytes } from "@countersign/protocol/digest";
import { type DeviceId, deviceId } from "@countersign/protocol/ids";
import {
  PEOPLE_API,
  type PeopleApiInput,
  type PeopleApiOutput,
  type PeopleApiPath,
} from "@countersign/protocol/people-api";
import { REFUSALS, type RefusalCode } from "@countersign/protocol/refusals";
import { problemOf, TestRefusal } from "./test-refusal.ts";

export type Handlers = {
  [P in PeopleApiPath]?: (
    input: PeopleApiInput<P>,
    device: DeviceId | null,
  ) => Promise<PeopleApiOutput<P>>;
};
/** Changes an answer after an honest service made it. */
export type Tamper = {
  [P in PeopleApiPath]?: (output: PeopleApiOutput<P>, input: PeopleApiInput<P>) => unknown;
};

export type Door = {
  readonly handlers: Handlers;
  readonly tamper: Tamper;
  readonly refusals: ReadonlyMap<PeopleApiPath, RefusalCode>;
  /** Every call as it came in. */
  readonly calls: { path: string; body: string }[];
  /** Ed25519, raw, base64url. */
  readonly keyOf: (device: DeviceId) => string | undefined;
};

/** Listens on 127.0.0.1; judges every input and output by the contract's schemas, and every device's signature. */
export async function openDoor(
  door: Door,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const nonces = new Set<string>();
  async function authenticate(
    path: string,
    request: IncomingMessage,
    body: Buffer,
  ): Promise<DeviceId> {
    const found = new RegExp(
      `^${DEVICE_CALL_SCHEME} device=(\\S+), at=(\\d+), nonce=(\\S+), signature=(\\S+)$`,
    ).exec(request.headers.authorization ?? "");
    const [, id = "", time = "", nonce = "", signature = ""] = found ?? [];
    const device = deviceId.safeParse(id);
    const key = device.success ? door.keyOf(device.data) : undefined;
    if (!device.success || key === undefined || nonces.has(nonce))
      throw new TestRefusal("not-signed-in", "This device is not enrolled. Run `secrets login`.");
    nonces.add(nonce);
    const digest = await deviceCallDigest({
      device: device.data,
      path,
      body: toBase64url(createHash("sha256").update(body).digest()),
      at: Number(time),
      nonce,
    });
    if (!ed25519Holds(key, digestToBytes(digest), signature))
      throw new TestRefusal("not-signed-in", "The call is not signed by that device.");
    return device.data;
  }

  async function answer<P extends PeopleApiPath>(
    path: P,
    request: IncomingMessage,
    body: Buffer,
  ): Promise<unknown> {
    const refused = door.refusals.get(path);
    if (refused !== undefined) throw new TestRefusal(refused, `The service refuses: ${refused}.`);
    const { caller, input, output } = PEOPLE_API[path];
    const device = caller === "device" ? await authenticate(path, request, body) : null;
    // The table is keyed by the path: schema and handler of P belong together.
    const given = input.parse(JSON.parse(body.toString("utf8"))) as PeopleApiInput<P>;
    const made = await door.handlers[path]?.(given, device);
    const honest = output.parse(made) as PeopleApiOutput<P>;
    return door.tamper[path] === undefined ? honest : door.tamper[path](honest, given);
  }

  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts);
      door.calls.push({ path, body: body.toString("utf8") });
      const send = (status: number, type: string, content: unknown) => {
        response.writeHead(status, { "content-type": type });
        response.end(JSON.stringify(content));
      };
      if (!Object.hasOwn(PEOPLE_API, path))
        return send(
          404,
          "application/problem+json",
          problemOf("not-found", "There is nothing here."),
        );
      answer(path as PeopleApiPath, request, body).then(
        (output) => send(200, "application/json", output),
        (error: unknown) => {
          const refusal =
            error instanceof TestRefusal ? error : new TestRefusal("malformed", String(error));
          send(
            REFUSALS[refusal.code].status,
            "application/problem+json",
            problemOf(refusal.code, refusal.message),
          );
        },
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    port,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function ed25519Holds(publicKey: string, message: Uint8Array, signature: string): boolean {
  const key = createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x: publicKey } });
  return verify(null, message, key, Buffer.from(signature, "base64url"));
}
