import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { toBase64url } from "@countersign/protocol/bytes";
import { DEVICE_CALL_SCHEME, deviceCallDigest } from "@countersign/protocol/device-call";
import { digestToBytes } from "@countersign/protocol/digest";
import { type DeviceId, deviceId, idText, personId } from "@countersign/protocol/ids";
import { tenantId } from "@countersign/protocol/names";
import { PEOPLE_API, type PeopleApiPath } from "@countersign/protocol/people-api";
import { refuse } from "@countersign/protocol/refusals";
import { err } from "../../../kernel/result.ts";
import type { PageAssets } from "./page-assets.ts";
import type { PeopleHandlers } from "./people-handlers.ts";

/* Parts that the tests of this folder share. */

export class TestClock {
  #wall = Date.parse("2026-03-02T08:00:00Z");
  #monotonic = 5000;
  wall = () => this.#wall;
  monotonic = () => this.#monotonic;
  pass(seconds: number): void {
    this.#wall += seconds * 1000;
    this.#monotonic += seconds * 1000;
  }
  /** Somebody sets the wall clock. */
  jump(seconds: number): void {
    this.#wall += seconds * 1000;
  }
  /** The machine sleeps: monotonic time stands still. */
  suspend(seconds: number): void {
    this.#wall += seconds * 1000;
  }
}

export const OLIVIA = personId.parse(idText("p", new Uint8Array(16).fill(1)));
export const SAM = personId.parse(idText("p", new Uint8Array(16).fill(2)));
export const ACME = tenantId.parse("acme");

export type TestDevice = { device: DeviceId; publicKey: Uint8Array; privateKey: KeyObject };

export function makeDevice(seed: number): TestDevice {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return {
    device: deviceId.parse(idText("d", new Uint8Array(16).fill(seed))),
    publicKey: new Uint8Array(publicKey.export({ format: "der", type: "spki" }).subarray(-32)),
    privateKey,
  };
}

export type CallFacts = {
  path: string;
  body: string;
  at: number;
  nonce?: string;
  device?: DeviceId;
};

/** The Authorization header as the command line writes it. */
export async function signCall(by: TestDevice, facts: CallFacts): Promise<string> {
  const nonce = facts.nonce ?? toBase64url(randomBytes(16));
  const device = facts.device ?? by.device;
  const { path, at } = facts;
  const body = createHash("sha256").update(facts.body).digest("base64url");
  const digest = await deviceCallDigest({ device, path, body, at, nonce });
  const signature = toBase64url(sign(null, digestToBytes(digest), by.privateKey));
  return `${DEVICE_CALL_SCHEME} device=${device}, at=${at}, nonce=${nonce}, signature=${signature}`;
}

/** Every path refuses, except those given. */
export function handlersWith(given: Partial<PeopleHandlers>): PeopleHandlers {
  const refusing = async () => err(refuse("unavailable", "This handler is not part of the test."));
  const all = Object.fromEntries(Object.keys(PEOPLE_API).map((path) => [path, refusing]));
  return { ...(all as Record<PeopleApiPath, typeof refusing>), ...given }; // one key for each path
}

export const TEST_ASSETS: PageAssets = {
  html: {
    type: "text/html; charset=utf-8",
    body: Buffer.from("<!doctype html><title>desk</title>"),
  },
  files: new Map([
    ["/desk.js", { type: "text/javascript; charset=utf-8", body: Buffer.from("1") }],
  ]),
  scriptIntegrity: "sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s=",
};

export type Reply = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
};

/** A request exactly as given: no header is added but Content-Length, and Host by name. */
export function call(
  port: number,
  of: { method?: string; path: string; headers?: Record<string, string>; body?: string },
): Promise<Reply> {
  const { method = "POST", path, headers = {}, body } = of;
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: "127.0.0.1", port, method, path, headers, agent: false },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part) => parts.push(part));
        response.on("end", () => {
          const text = Buffer.concat(parts).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

/** Bytes on a socket, then the end of them; resolves with all that came back once the other side closed. */
export function sendRaw(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.end(bytes));
    let text = "";
    socket.setTimeout(15_000, () =>
      socket.destroy(new Error(`no end after: ${text.slice(0, 200)}`)),
    );
    socket.on("data", (part) => {
      text += part.toString("latin1");
    });
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" || error.code === "EPIPE" ? resolve(text) : reject(error),
    );
    socket.on("close", () => resolve(text));
  });
}
