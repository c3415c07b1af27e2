import {
  eve,
  holder,
  posted,
  sam,
  signed,
  signedAtLength,
  withResponse,
} from "../assertion-bench.ts";
import { type Forgery, strayLowBits } from "./forgery.ts";

/** COSE_Key of Ed25519 whose point is the neutral element: the same signature verifies for everything. */
const IDENTITY_POINT = Buffer.from(`a4010103272006215820${"01".padEnd(64, "0")}`, "hex").toString(
  "base64url",
);

/** Answers that name another key or another person than the one who signed. */
export const FORGED_IDENTITIES: readonly Forgery[] = [
  [
    "Eve's signature under the id of Sam's key",
    "signature",
    () => ({
      json: { ...signed({}, eve), id: sam.enrolled.credential, rawId: sam.enrolled.credential },
    }),
  ],
  [
    "Eve's whole answer where Sam's key was looked up",
    "credential-differs",
    () => ({ json: signed({}, eve) }),
  ],
  [
    "Sam's signature with Eve's user handle",
    "user-handle",
    () => ({ json: withResponse("userHandle", eve.enrolled.userHandle) }),
  ],
  [
    "Sam's signature with a user handle that is cut",
    "user-handle",
    () => ({ json: withResponse("userHandle", sam.enrolled.userHandle.slice(0, 40)) }),
  ],
  [
    "no user handle",
    "user-handle-missing",
    () => ({ json: withResponse("userHandle", undefined) }),
  ],
  [
    "a user handle that is null",
    "user-handle-missing",
    () => ({ json: withResponse("userHandle", null) }),
  ],
  ["an empty user handle", "user-handle-missing", () => ({ json: withResponse("userHandle", "") })],
  [
    "a key that nobody has enrolled",
    "credential-unknown",
    () => ({ json: signed({}, holder(7)), credential: null }),
  ],
  [
    "an id that differs from rawId",
    "id-not-raw-id",
    () => ({ json: { ...signed(), id: eve.enrolled.credential } }),
  ],
  [
    "a rawId that differs from the id",
    "id-not-raw-id",
    () => ({ json: { ...signed(), rawId: eve.enrolled.credential } }),
  ],
  [
    "an id that is padded",
    "id-not-raw-id",
    () => ({ json: posted((it) => ({ ...it, id: `${it.id}=` })) }),
  ],
  [
    "an id and a rawId that are padded",
    "shape",
    () => ({ json: posted((it) => ({ ...it, id: `${it.id}=`, rawId: `${it.rawId}=` })) }),
  ],
  [
    "an id with stray low bits",
    "shape",
    () => ({
      json: posted((it) => ({ ...it, id: strayLowBits(it.id), rawId: strayLowBits(it.id) })),
    }),
  ],
  [
    "a signature that is padded",
    "shape",
    () => {
      const json = signedAtLength();
      const signature = `${json.response.signature}==`;
      return { json: { ...json, response: { ...json.response, signature } } };
    },
  ],
  [
    "an enrolled key of another algorithm than was enrolled",
    "key-algorithm",
    () => ({ json: signed(), credential: { ...sam.enrolled, algorithm: -257 } }),
  ],
  [
    "an enrolled key with a parameter more",
    "key-encoding",
    () => ({
      json: signed(),
      credential: { ...sam.enrolled, publicKey: `${sam.enrolled.publicKey}AAAA` },
    }),
  ],
  [
    "an enrolled key under which anybody signs",
    "key-weak",
    () => ({
      json: signed(),
      credential: { ...sam.enrolled, algorithm: -8, publicKey: IDENTITY_POINT },
    }),
  ],
  ["another credential type", "shape", () => ({ json: { ...signed(), type: "password" } })],
  [
    "a member that browsers do not send",
    "shape",
    () => ({ json: { ...signed(), person: sam.enrolled.person } }),
  ],
  [
    "a member of the response that browsers do not send",
    "shape",
    () => ({
      json: posted((it) => ({
        ...it,
        response: { ...it.response, publicKey: eve.enrolled.publicKey },
      })),
    }),
  ],
  ["a list of answers", "shape", () => ({ json: [signed()] })],
  ["an answer as text", "shape", () => ({ json: JSON.stringify(signed()) })],
  ["nothing", "shape", () => ({ json: null })],
];
