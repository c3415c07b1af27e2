import { digestOf } from "@countersign/protocol/digest";
import { DESK, eve } from "../assertion-bench.ts";
import { writeCbor } from "../cbor-writer.ts";
import {
  REGISTRATION_CHALLENGE,
  type RegistrationAttempt,
  registered,
} from "../registration-bench.ts";
import { FLAG } from "../software-authenticator.ts";
import { answer, type ForgedRegistration } from "./forged-registration.ts";

const clientData = (members: Record<string, unknown>): RegistrationAttempt =>
  answer({ clientData: members });

/** Registrations that say something else than the desk asked, or were made elsewhere. */
export const FORGED_REGISTRATION_CLIENT_DATA: readonly ForgedRegistration[] = [
  [
    "another challenge",
    "challenge",
    async () => ({ json: registered(), expectedChallenge: await digestOf("statement", {}) }),
  ],
  [
    "a challenge that is padded",
    "challenge-encoding",
    () => clientData({ challenge: `${REGISTRATION_CHALLENGE}=` }),
  ],
  ["an assertion's client data", "type", () => clientData({ type: "webauthn.get" })],
  ["the console's origin", "origin", () => clientData({ origin: "http://localhost:7443" })],
  ["https for http", "origin", () => clientData({ origin: "https://desk.localhost:7443" })],
  ["made in a frame", "cross-origin", () => clientData({ crossOrigin: true })],
  ["a top origin", "top-origin", () => clientData({ topOrigin: DESK.origin })],
  [
    "a token binding",
    "client-data-member-refused",
    () => clientData({ tokenBinding: { status: "supported" } }),
  ],
  [
    "two challenges",
    "client-data-json",
    () => answer({ clientDataBytes: (it) => it.replace("{", '{"challenge":"AAAA",') }),
  ],
  [
    "white space",
    "client-data-serialisation",
    () => answer({ clientDataBytes: (it) => it.replace(":", ": ") }),
  ],
  [
    "client data that is no object",
    "client-data-shape",
    () => answer({ clientDataBytes: () => "7" }),
  ],
];

/** Registrations of which the key's own part is wrong. */
export const FORGED_REGISTRATION_DATA: readonly ForgedRegistration[] = [
  ["the RP id of the console", "rp-id-hash", () => answer({ rpId: "localhost" })],
  ["nobody present", "user-present", () => answer({ flags: (it) => it & ~FLAG.UP })],
  ["nobody verified", "user-verified", () => answer({ flags: (it) => it & ~FLAG.UV })],
  ["a reserved flag", "flags-reserved", () => answer({ flags: (it) => it | FLAG.RFU1 })],
  ["copied, but not copyable", "backup-flags", () => answer({ flags: (it) => it | FLAG.BS })],
  [
    "a key that can be copied, for an approver",
    "backup-refused",
    () => answer({ flags: (it) => it | FLAG.BE }),
  ],
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
