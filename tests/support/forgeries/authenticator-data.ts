import { writeCbor } from "../../../scripts/authenticator/cbor-writer.ts";
import { type Attempt, DESK, eve, signed, theoCopied } from "../assertion-bench.ts";
import { FLAG } from "../software-authenticator.ts";
import { authenticatorData, type Forgery, flags } from "./forgery.ts";

const { origin } = DESK;
const UNASKED = writeCbor(new Map([["uvm", 1]]));

/** Authenticator data that a key under the attacker, or no key, would make. */
export const FORGED_AUTHENTICATOR_DATA: readonly Forgery[] = [
  [
    "the desk's origin as a U2F application id",
    "rp-id-hash",
    () => ({ json: { ...signed({ rpId: origin }), clientExtensionResults: { appid: true } } }),
  ],
  [
    "a key that may suddenly be copied, where such keys are allowed",
    "backup-eligible-changed",
    () => ({ ...flags((it) => it | FLAG.BE), mayBeBackedUp: true }),
  ],
  [
    "a key that may suddenly not be copied any more",
    "backup-eligible-changed",
    () => ({
      json: signed({ flags: (it) => it & ~(FLAG.BE | FLAG.BS) }, theoCopied),
      credential: theoCopied.enrolled,
      mayBeBackedUp: true,
    }),
  ],
  [
    "a credential announced that is not there",
    "attested-credential-unexpected",
    () => flags((it) => it | FLAG.AT),
  ],
  [
    "a credential announced and there",
    "attested-credential-unexpected",
    () => ({
      json: signed({
        flags: (it) => it | FLAG.AT,
        authenticatorData: (it) =>
          Buffer.concat([
            it,
            Buffer.alloc(16),
            Buffer.from([0, 32]),
            eve.authenticator.credentialId,
            eve.authenticator.key.coseKey,
          ]),
      }),
    }),
  ],
  [
    "extensions announced that are not there",
    "extensions-unexpected",
    () => flags((it) => it | FLAG.ED),
  ],
  [
    "extensions announced, and bytes that are none",
    "extensions-unexpected",
    () => ({
      json: signed({
        flags: (it) => it | FLAG.ED,
        authenticatorData: (it) => Buffer.concat([it, Buffer.from([0xff, 0x00])]),
      }),
    }),
  ],
  [
    "well-formed extensions that nobody asked for",
    "extensions-unexpected",
    () => ({
      json: signed({
        flags: (it) => it | FLAG.ED,
        authenticatorData: (it) => Buffer.concat([it, UNASKED]),
      }),
    }),
  ],
  [
    "a byte after the authenticator data",
    "authenticator-data-length",
    () => authenticatorData((it) => Buffer.concat([it, Buffer.from([0])])),
  ],
  [
    "extensions without their flag",
    "authenticator-data-length",
    () => authenticatorData((it) => Buffer.concat([it, UNASKED])),
  ],
  [
    "authenticator data without its last byte",
    "authenticator-data-length",
    () => authenticatorData((it) => it.subarray(0, 36)),
  ],
  [
    "authenticator data that is the hash only",
    "authenticator-data-length",
    () => authenticatorData((it) => it.subarray(0, 32)),
  ],
  [
    "no authenticator data",
    "authenticator-data-length",
    () => authenticatorData(() => Buffer.alloc(0)),
  ],
  ["the counter raised after the signature", "signature", () => withCounter(0xffff_ffff)],
];

/** After the signature was made. */
function withCounter(signCount: number): Attempt {
  const json = signed();
  const bytes = Buffer.from(json.response.authenticatorData, "base64url");
  bytes.writeUInt32BE(signCount, 33);
  const authenticatorData = bytes.toString("base64url");
  return { json: { ...json, response: { ...json.response, authenticatorData } } };
}
