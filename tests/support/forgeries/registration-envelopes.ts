import { type CborInputMap, writeCbor } from "../../../scripts/authenticator/cbor-writer.ts";
import { eve, sam } from "../assertion-bench.ts";
import { makerKey, type RegistrationAttempt, registered } from "../registration-bench.ts";
import { noAttestation } from "../software-authenticator.ts";
import { answer, type ForgedRegistration } from "./forged-registration.ts";
import { strayLowBits } from "./forgery.ts";

/** Attestation objects and envelopes that two parsers could read in two ways. */
export const FORGED_ENVELOPES: readonly ForgedRegistration[] = [
  [
    "a member more in the attestation object",
    "attestation-object",
    () => object((it) => writeCbor(new Map([...it, ["epAtt", true]]))),
  ],
  [
    "authData twice in the attestation object",
    "attestation-object",
    () =>
      object((it) =>
        Buffer.concat([
          Buffer.from([0xa4]),
          writeCbor(it).subarray(1),
          writeCbor("authData"),
          writeCbor(Buffer.alloc(37)),
        ]),
      ),
  ],
  [
    "bytes after the attestation object",
    "attestation-object",
    () => object((it) => Buffer.concat([writeCbor(it), Buffer.from([0])])),
  ],
  [
    "an attestation object of indefinite length",
    "attestation-object",
    () =>
      object((it) =>
        Buffer.concat([Buffer.from([0xbf]), writeCbor(it).subarray(1), Buffer.from([0xff])]),
      ),
  ],
  [
    "a tag before the attestation object",
    "attestation-object",
    () => object((it) => Buffer.concat([Buffer.from([0xd9, 0xd9, 0xf7]), writeCbor(it)])),
  ],
  [
    "a length in a longer form",
    "attestation-object",
    () => object((it) => Buffer.concat([Buffer.from([0xb8, 3]), writeCbor(it).subarray(1)])),
  ],
  [
    "a length that lies",
    "attestation-object",
    () => object(() => Buffer.from([0x5a, 0xff, 0xff, 0xff, 0xff])),
  ],
  [
    "a map that lies about its size",
    "attestation-object",
    () => object(() => Buffer.from([0xba, 0xff, 0xff, 0xff, 0xff])),
  ],
  [
    "a very deep attestation object",
    "attestation-object",
    () => object(() => Buffer.alloc(8000, 0x81)),
  ],
  [
    "an attestation object that is a list",
    "attestation-object",
    () => object(() => writeCbor([1, 2, 3])),
  ],
  ["an attestation object in text", "attestation-object", () => object(() => Buffer.from("{}"))],
  [
    "a format that is not UTF-8",
    "attestation-object",
    () =>
      object((it) =>
        Buffer.from(
          writeCbor(it).toString("latin1").replace("packed", "\xff\xfe\xff\xfe\xff\xfe"),
          "latin1",
        ),
      ),
  ],
  [
    "an id that differs from rawId",
    "id-not-raw-id",
    () => ({ json: { ...registered(), id: eve.enrolled.credential } }),
  ],
  [
    "an id with stray low bits",
    "shape",
    () => ({
      json: {
        ...registered(),
        id: strayLowBits(makerKey.credential),
        rawId: strayLowBits(makerKey.credential),
      },
    }),
  ],
  [
    "an attestation object that is padded",
    "shape",
    () => {
      const it = registered({ attestation: noAttestation }); // of one length on each run
      return {
        json: {
          ...it,
          response: { ...it.response, attestationObject: `${it.response.attestationObject}=` },
        },
      };
    },
  ],
  [
    "an attestation object larger than any key makes",
    "shape",
    () => object(() => Buffer.alloc(20_000)),
  ],
  [
    "a member that browsers do not send",
    "shape",
    () => ({ json: { ...registered(), person: "p" } }),
  ],
  ["an assertion", "shape", () => ({ json: sam.authenticator.sign({ challenge: "AAAA" }) })],
  ["nothing", "shape", () => ({ json: undefined })],
];

function object(make: (honest: CborInputMap) => Uint8Array): RegistrationAttempt {
  return answer({ attestationObject: make });
}
