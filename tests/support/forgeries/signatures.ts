import { toBase64url } from "@countersign/protocol/bytes";
import { digestOf } from "@countersign/protocol/digest";
import {
  CHALLENGE,
  cassRsa,
  eve,
  posted,
  priyaEdDsa,
  sam,
  signed,
  withResponse,
  withSignature,
} from "../assertion-bench.ts";
import { addEd25519Order, derSequence, P256_ORDER, plain, respelled } from "../ecdsa-der.ts";
import type { Forgery } from "./forgery.ts";

/** Signatures of another key, on another act, or spelled otherwise. */
export const FORGED_SIGNATURES: readonly Forgery[] = [
  [
    "the signature of another key",
    "signature",
    () => ({
      json: posted((json) => ({
        ...json,
        response: {
          ...json.response,
          signature: eve.authenticator.sign({ challenge: CHALLENGE }).response.signature,
        },
      })),
    }),
  ],
  [
    "the signature of the same key on another act",
    "signature",
    async () => ({
      json: withResponse(
        "signature",
        signed({}, sam, await digestOf("statement", {})).response.signature,
      ),
    }),
  ],
  ["no signature", "signature-encoding", () => ({ json: withResponse("signature", "") })],
  [
    "a signature cut by one byte",
    "signature-encoding",
    () => ({ json: withSignature((it) => it.subarray(0, -1)) }),
  ],
  [
    "a byte after the signature",
    "signature-encoding",
    () => ({ json: withSignature((it) => Buffer.concat([it, Buffer.from([0])])) }),
  ],
  [
    "a byte after s, counted in the sequence",
    "signature-encoding",
    () => ({ json: withSignature((it) => derSequence(it.subarray(2), Buffer.from([0]))) }),
  ],
  [
    "a null after s, counted in the sequence",
    "signature-encoding",
    () => ({ json: withSignature((it) => derSequence(it.subarray(2), Buffer.from([5, 0]))) }),
  ],
  [
    "a length in the long form",
    "signature-encoding",
    () => ({
      json: withSignature((it) =>
        Buffer.concat([Buffer.from([0x30, 0x81, it.length - 2]), it.subarray(2)]),
      ),
    }),
  ],
  [
    "an indefinite length",
    "signature-encoding",
    () => ({
      json: withSignature((it) =>
        Buffer.concat([Buffer.from([0x30, 0x80]), it.subarray(2), Buffer.from([0, 0])]),
      ),
    }),
  ],
  [
    "a zero before r that is not needed",
    "signature-encoding",
    () => ({
      json: withSignature((it) =>
        respelled(it, ({ r, s }) => [Buffer.concat([Buffer.from([0]), r]), s]),
      ),
    }),
  ],
  [
    "a zero before s that is not needed",
    "signature-encoding",
    () => ({
      json: withSignature((it) =>
        respelled(it, ({ r, s }) => [r, Buffer.concat([Buffer.from([0]), s])]),
      ),
    }),
  ],
  [
    "a zero before an r that is positive without it",
    "signature-encoding",
    () => ({
      json: withSignature((it) =>
        respelled(it, ({ s }) => [Buffer.concat([Buffer.from([0]), Buffer.alloc(32, 0x7f)]), s]),
      ),
    }),
  ],
  [
    "a negative r",
    "signature-encoding",
    () => ({ json: withSignature((it) => respelled(it, ({ s }) => [Buffer.alloc(32, 0xff), s])) }),
  ],
  [
    "r zero",
    "signature-encoding",
    () => ({ json: withSignature((it) => respelled(it, ({ s }) => [Buffer.from([0]), s])) }),
  ],
  [
    "s zero",
    "signature-encoding",
    () => ({ json: withSignature((it) => respelled(it, ({ r }) => [r, Buffer.from([0])])) }),
  ],
  [
    "r and s zero",
    "signature-encoding",
    () => ({
      json: withSignature((it) => respelled(it, () => [Buffer.from([0]), Buffer.from([0])])),
    }),
  ],
  [
    "r without bytes",
    "signature-encoding",
    () => ({ json: withSignature((it) => respelled(it, ({ s }) => [Buffer.alloc(0), s])) }),
  ],
  [
    "r and s one",
    "signature",
    () => ({
      json: withSignature((it) => respelled(it, () => [Buffer.from([1]), Buffer.from([1])])),
    }),
  ],
  [
    "r of the order of the group",
    "signature",
    () => ({ json: withSignature((it) => respelled(it, ({ s }) => [P256_ORDER, s])) }),
  ],
  [
    "r larger than 256 bits",
    "signature-encoding",
    () => ({ json: withSignature((it) => respelled(it, ({ s }) => [Buffer.alloc(33, 0x7f), s])) }),
  ],
  [
    "r and s exchanged",
    "signature",
    () => ({ json: withSignature((it) => respelled(it, ({ r, s }) => [s, r])) }),
  ],
  [
    "r and s as 64 plain bytes",
    "signature-encoding",
    () => ({ json: withSignature((it) => plain(it)) }),
  ],
  [
    "an EdDSA signature where the key is ES256",
    "signature-encoding",
    () => ({ json: withResponse("signature", signed({}, priyaEdDsa).response.signature) }),
  ],
  [
    "an RS256 signature where the key is ES256",
    "signature-encoding",
    () => ({ json: withResponse("signature", signed({}, cassRsa).response.signature) }),
  ],
  [
    "an ES256 signature where the key is RS256",
    "signature-encoding",
    () => ({
      json: withResponse("signature", signed().response.signature, cassRsa),
      credential: cassRsa.enrolled,
    }),
  ],
  [
    "an EdDSA signature where s has the group's order added",
    "signature",
    () => ({ json: withSignature(addEd25519Order, priyaEdDsa), credential: priyaEdDsa.enrolled }),
  ],
  [
    "an EdDSA signature with a byte after it",
    "signature-encoding",
    () => ({
      json: withSignature((it) => Buffer.concat([it, Buffer.from([0])]), priyaEdDsa),
      credential: priyaEdDsa.enrolled,
    }),
  ],
  [
    "an RSA signature that is zero",
    "signature",
    () => ({
      json: withSignature((it) => Buffer.alloc(it.length), cassRsa),
      credential: cassRsa.enrolled,
    }),
  ],
  [
    "an RSA signature without its first byte",
    "signature-encoding",
    () => ({ json: withSignature((it) => it.subarray(1), cassRsa), credential: cassRsa.enrolled }),
  ],
  [
    "client data altered after the signature",
    "signature",
    () => ({
      json: posted((json) => ({
        ...json,
        response: {
          ...json.response,
          clientDataJSON: toBase64url(
            Buffer.from(
              Buffer.from(json.response.clientDataJSON, "base64url")
                .toString()
                .replace(/\}$/, ',"x":1}'),
            ),
          ),
        },
      })),
    }),
  ],
];
