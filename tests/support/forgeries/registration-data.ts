import { digestOf } from "@countersign/protocol/digest";
import { writeCbor } from "../../../scripts/authenticator/cbor-writer.ts";
import { eve } from "../assertion-bench.ts";
import { REGISTRATION_CHALLENGE, registered } from "../registration-bench.ts";
import { FLAG } from "../software-authenticator.ts";
import { clientData } from "./client-data.ts";
import { answer, type ForgedRegistration } from "./forged-registration.ts";

/** Registrations that answer something else than the desk asked. */
export const FORGED_REGISTRATION_CHALLENGES: readonly ForgedRegistration[] = [
  [
    "another challenge",
    "challenge",
    async () => ({ json: registered(), expectedChallenge: await digestOf("statement", {}) }),
  ],
  [
    "a challenge that is padded",
    "challenge-encoding",
    () => answer(clientData({ challenge: `${REGISTRATION_CHALLENGE}=` })),
  ],
  ["an assertion's client data", "type", () => answer(clientData({ type: "webauthn.get" }))],
];

/** Registrations of which the key's own part is wrong. */
export const FORGED_REGISTRATION_DATA: readonly ForgedRegistration[] = [
  ["no credential", "attested-credential", () => answer({ flags: (it) => it & ~FLAG.AT })],
  [
    "a credential that ends too soon",
    "attested-credential",
    () => answer({ authenticatorData: (it) => it.subarray(0, 50) }),
  ],
  [
    "an id longer than the data",
    "attested-credential",
    () =>
      answer({
        authenticatorData: (it) => {
          it.writeUInt16BE(0xffff, 53);
          return it;
        },
      }),
  ],
  [
    "authenticator data that ends too soon",
    "authenticator-data-length",
    () => answer({ authenticatorData: (it) => it.subarray(0, 36) }),
  ],
  [
    "the id of another key",
    "credential-differs",
    () => answer({ credentialId: eve.authenticator.credentialId }),
  ],
  [
    "an id of 15 bytes",
    "credential-id-length",
    () => answer({ credentialId: Buffer.alloc(15, 1) }),
  ],
  ["an empty id", "credential-id-length", () => answer({ credentialId: Buffer.alloc(0) })],
  [
    "bytes after the key",
    "extensions",
    () => answer({ authenticatorData: (it) => Buffer.concat([it, Buffer.from([0])]) }),
  ],
  [
    "extensions announced that are not there",
    "extensions",
    () => answer({ flags: (it) => it | FLAG.ED }),
  ],
  [
    "extensions without their flag",
    "extensions",
    () =>
      answer({
        extensions: writeCbor(new Map([["credProtect", 2]])),
        flags: (it) => it & ~FLAG.ED,
      }),
  ],
  [
    "extensions that are a list",
    "extensions",
    () => answer({ extensions: writeCbor(["credProtect"]) }),
  ],
  [
    "extensions that name one twice",
    "extensions",
    () => answer({ extensions: twice("credProtect") }),
  ],
  [
    "bytes after the extensions",
    "extensions",
    () =>
      answer({
        extensions: Buffer.concat([writeCbor(new Map([["credProtect", 2]])), Buffer.from([0])]),
      }),
  ],
];

function twice(name: string): Buffer {
  const member = Buffer.concat([writeCbor(name), writeCbor(1)]);
  return Buffer.concat([Buffer.from([0xa2]), member, member]);
}
