import { digestOf, listDigest } from "@countersign/protocol/digest";
import { CHALLENGE, sam, signed } from "../assertion-bench.ts";
import { type Forgery, strayLowBits } from "./forgery.ts";

/** Signatures on something other than the act that is recorded. */
export const FORGED_CHALLENGES: readonly Forgery[] = [
  [
    "another act's digest",
    "challenge",
    async () => ({ json: signed({}, sam, await digestOf("statement", { act: "approve" })) }),
  ],
  [
    "a list that holds only this act",
    "challenge",
    async () => ({ json: signed({}, sam, await listDigest([CHALLENGE])) }),
  ],
  [
    "this act alone, where a list was shown",
    "challenge",
    async () => ({ json: signed(), expectedChallenge: await listDigest([CHALLENGE]) }),
  ],
  [
    "a list in another order",
    "challenge",
    async () => {
      const other = await digestOf("statement", {});
      return {
        json: signed({}, sam, await listDigest([other, CHALLENGE])),
        expectedChallenge: await listDigest([CHALLENGE, other]),
      };
    },
  ],
  [
    "the same content under the digest of another purpose",
    "challenge",
    async () => ({
      json: signed({}, sam, await digestOf("policy", { act: "request", of: "prod/db" })),
    }),
  ],
  [
    "an identification, replayed as a signature",
    "challenge",
    async () => ({
      json: signed({}, sam, await digestOf("identify", { act: "request", of: "prod/db" })),
    }),
  ],
  [
    "yesterday's assertion",
    "challenge",
    async () => ({
      json: signed(),
      expectedChallenge: await digestOf("statement", { nonce: "today" }),
    }),
  ],
  [
    "a registration's client data",
    "type",
    () => ({ json: signed({ clientData: { type: "webauthn.create" } }) }),
  ],
  ["an empty challenge", "challenge", () => ({ json: signed({}, sam, "") })],
  ["the challenge, cut", "challenge", () => ({ json: signed({}, sam, CHALLENGE.slice(0, 40)) })],
  [
    "the challenge with bytes after it",
    "challenge",
    () => ({ json: signed({}, sam, `${CHALLENGE}AAAA`.slice(0, 46)) }),
  ],
  [
    "the challenge, padded",
    "challenge-encoding",
    () => ({ json: signed({}, sam, `${CHALLENGE}=`) }),
  ],
  [
    "the challenge in the other base64 alphabet",
    "challenge-encoding",
    () => ({ json: signed({}, sam, `+/${CHALLENGE.slice(2)}`) }),
  ],
  [
    "the challenge with stray low bits in its last character",
    "challenge-encoding",
    () => ({ json: signed({}, sam, strayLowBits(CHALLENGE)) }),
  ],
  [
    "the challenge as hexadecimal",
    "challenge",
    () => ({ json: signed({}, sam, Buffer.from(CHALLENGE, "base64url").toString("hex")) }),
  ],
];
