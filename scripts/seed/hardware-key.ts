import { createHash, createPrivateKey, randomBytes } from "node:crypto";
import { type CborInput, writeCbor } from "../authenticator/cbor-writer.ts";
import { makeSoftwareKey, type SoftwareKey, softwareKeyOf } from "../authenticator/software-key.ts";

/** What is kept of a software key, so that a browser's virtual authenticator can hold it again. base64url. */
export type KeptKey = {
  readonly credentialId: string;
  readonly userHandle: string;
  /** PKCS#8, DER. */
  readonly privateKey: string;
};

const AAGUID = Buffer.from("5f7a9d6e00004000800063736565640a", "hex");
const PRESENT_AND_VERIFIED = 0x05;
const ATTESTED = 0x40;
const ES256 = -7;

/**
 * A hardware key in software, for one person of a development installation (WebAuthn Level 3, section 6). Its
 * counter is the time: it grows between runs, and nobody has to remember where it stood.
 */
export class HardwareKey {
  readonly #key: SoftwareKey;
  readonly #credentialId: Buffer;
  readonly #at: { readonly rpId: string; readonly origin: string };
  #userHandle: string;
  #counter = 0;

  private constructor(
    at: { readonly rpId: string; readonly origin: string },
    of: { readonly key: SoftwareKey; readonly credentialId: Buffer; readonly userHandle: string },
  ) {
    this.#at = at;
    this.#key = of.key;
    this.#credentialId = of.credentialId;
    this.#userHandle = of.userHandle;
  }

  static fresh(deskOrigin: string): HardwareKey {
    return new HardwareKey(at(deskOrigin), {
      key: makeSoftwareKey(ES256),
      credentialId: randomBytes(32),
      userHandle: "",
    });
  }

  static kept(deskOrigin: string, kept: KeptKey): HardwareKey {
    const der = Buffer.from(kept.privateKey, "base64url");
    return new HardwareKey(at(deskOrigin), {
      key: softwareKeyOf(ES256, createPrivateKey({ key: der, format: "der", type: "pkcs8" })),
      credentialId: Buffer.from(kept.credentialId, "base64url"),
      userHandle: kept.userHandle,
    });
  }

  keep(): KeptKey {
    return {
      credentialId: text(this.#credentialId),
      userHandle: this.#userHandle,
      privateKey: text(this.#key.privateKey.export({ format: "der", type: "pkcs8" })),
    };
  }

  /** @param challenge base64url; `userHandle` too */
  register(challenge: string, userHandle: string) {
    this.#userHandle = userHandle;
    const length = Buffer.from([0, this.#credentialId.length]);
    const attested = [AAGUID, length, this.#credentialId, this.#key.coseKey];
    const object = new Map<string, CborInput>([
      ["fmt", "none"],
      ["attStmt", new Map()],
      ["authData", Buffer.concat([this.#head(ATTESTED), ...attested])],
    ]);
    return {
      ...this.#envelope(),
      response: {
        clientDataJSON: text(this.#clientData("webauthn.create", challenge)),
        attestationObject: text(writeCbor(object)),
        transports: ["usb"],
      },
    };
  }

  /** One touch. */
  sign(challenge: string) {
    const clientData = this.#clientData("webauthn.get", challenge);
    const authenticatorData = this.#head(0);
    const signature = this.#key.sign(Buffer.concat([authenticatorData, sha256(clientData)]));
    return {
      ...this.#envelope(),
      response: {
        clientDataJSON: text(clientData),
        authenticatorData: text(authenticatorData),
        signature: text(signature),
        userHandle: this.#userHandle,
      },
    };
  }

  #envelope() {
    const id = text(this.#credentialId);
    const authenticatorAttachment = "cross-platform";
    return {
      id,
      rawId: id,
      type: "public-key",
      authenticatorAttachment,
      clientExtensionResults: {},
    };
  }

  #clientData(type: string, challenge: string): Buffer {
    const { origin } = this.#at;
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }

  #head(flags: number): Buffer {
    this.#counter = Math.max(this.#counter + 1, counterNow());
    const head = Buffer.alloc(5);
    head.writeUInt8(PRESENT_AND_VERIFIED | flags);
    head.writeUInt32BE(this.#counter, 1);
    return Buffer.concat([sha256(this.#at.rpId), head]);
  }
}

/** Where the counter of such a key stands now, at least: ten touches a second are more than anybody makes for long. */
export function counterNow(): number {
  return Math.floor((Date.now() - COUNTED_FROM) / 100);
}

const COUNTED_FROM = Date.UTC(2026, 0, 1);
const at = (deskOrigin: string) => ({ rpId: new URL(deskOrigin).hostname, origin: deskOrigin });
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
const sha256 = (of: Uint8Array | string) => createHash("sha256").update(of).digest();
