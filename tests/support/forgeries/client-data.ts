import { toBase64url } from "@countersign/protocol/bytes";
import { CHALLENGE, DESK } from "../assertion-bench.ts";
import type { ForgedParts } from "./forged-parts.ts";

const { origin } = DESK;

/** The key signs client data with these members in place of the honest ones. */
export const clientData = (members: Record<string, unknown>) => ({ clientData: members });
/** The key signs client data of these bytes. */
const clientText = (alter: (honest: string) => Uint8Array | string) => ({ clientDataBytes: alter });

/** Client data that two parsers could read in two ways, or that stands for something else. */
export const FORGED_CLIENT_DATA: readonly ForgedParts[] = [
  ["a payment's client data", "type", clientData({ type: "payment.get" })],
  ["the type in capitals", "type", clientData({ type: "WebAuthn.get" })],
  ["a space after the type", "type", clientData({ type: "webauthn.get " })],
  ["no type", "client-data-shape", clientData({ type: undefined })],
  ["a challenge that is a list", "client-data-shape", clientData({ challenge: [CHALLENGE] })],
  ["an origin that is a list", "client-data-shape", clientData({ origin: [origin] })],
  [
    "a token binding",
    "client-data-member-refused",
    clientData({ tokenBinding: { status: "present", id: "AAAA" } }),
  ],
  [
    "a payment beside the challenge",
    "client-data-member-refused",
    clientData({ payment: { total: "1" } }),
  ],
  [
    "two challenges, the right one last",
    "client-data-json",
    clientText((it) => it.replace("{", `{"challenge":"${toBase64url(new Uint8Array(32))}",`)),
  ],
  [
    "two challenges, the right one first",
    "client-data-json",
    clientText((it) => it.replace(/\}$/, `,"challenge":"${toBase64url(new Uint8Array(32))}"}`)),
  ],
  [
    "a second challenge whose name is written with an escape",
    "client-data-json",
    clientText((it) => it.replace("{", '{"\\u0063hallenge":"AAAA",')),
  ],
  [
    "two types",
    "client-data-json",
    clientText((it) => it.replace("{", '{"type":"webauthn.create",')),
  ],
  [
    "two origins",
    "client-data-json",
    clientText((it) => it.replace("{", '{"origin":"https://evil.example",')),
  ],
  [
    "a name in the client data that is written with an escape",
    "client-data-serialisation",
    clientText((it) => it.replace('"type"', '"\\u0074ype"')),
  ],
  [
    "a value in the client data that is written with an escape",
    "client-data-serialisation",
    clientText((it) => it.replace("webauthn.", "webauthn\\u002e")),
  ],
  [
    "white space in the client data",
    "client-data-serialisation",
    clientText((it) => it.replace(/,/g, ", ")),
  ],
  ["a line after the client data", "client-data-serialisation", clientText((it) => `${it}\n`)],
  ["a byte order mark", "client-data-json", clientText((it) => `\ufeff${it}`)],
  ["a zero byte after the client data", "client-data-json", clientText((it) => `${it}\0`)],
  ["a second object after the client data", "client-data-json", clientText((it) => `${it}{}`)],
  [
    "bytes that are not UTF-8",
    "client-data-json",
    clientText((it) =>
      Buffer.concat([Buffer.from(it.slice(0, -1)), Buffer.from(',"x":"\xff"}', "latin1")]),
    ),
  ],
  ["UTF-16", "client-data-json", clientText((it) => Buffer.from(it, "utf16le"))],
  [
    "an overlong UTF-8 spelling",
    "client-data-json",
    clientText((it) =>
      Buffer.concat([
        Buffer.from(it.slice(0, -1)),
        Buffer.from([0x2c, 0x22, 0xc1, 0xa1, 0x22, 0x3a, 0x31, 0x7d]),
      ]),
    ),
  ],
  ["JavaScript instead of JSON", "client-data-json", clientText((it) => `(${it})`)],
  ["single quotes", "client-data-json", clientText((it) => it.replaceAll('"', "'"))],
  ["client data that is a list", "client-data-shape", clientText((it) => `[${it}]`)],
  ["client data that is null", "client-data-shape", clientText(() => "null")],
  ["client data that is a text", "client-data-shape", clientText((it) => JSON.stringify(it))],
  ["empty client data", "client-data-json", clientText(() => "")],
  [
    "a member named __proto__",
    "client-data-json",
    clientText((it) => it.replace("{", '{"__proto__":{"origin":"x"},')),
  ],
  [
    "a very deep member",
    "client-data-json",
    clientText((it) => it.replace(/\}$/, `,"x":${"[".repeat(200)}${"]".repeat(200)}}`)),
  ],
  ["client data larger than any browser makes", "shape", clientData({ x: "a".repeat(5000) })],
];
