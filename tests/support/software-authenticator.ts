import { createHash, randomBytes } from "node:crypto";
import {
  type CborInput,
  type CborInputMap,
  writeCbor,
} from "../../scripts/authenticator/cbor-writer.ts";
import {
  makeSoftwareKey,
  type SoftwareAlgorithm,
  type SoftwareKey,
} from "../../scripts/authenticator/software-key.ts";

/*
 * A hardware key and the browser before it, in software: real keys, honest answers (WebAuthn Level 3,
 * sections 5.8.1, 6.1, 6.5), and a way to alter each part of an answer before or after it is signed.
 */

export const SOFTWARE_AAGUID = "5f7a9d6e-0000-4000-8000-636f756e7465";

export const FLAG = {
  UP: 0x01,
  RFU1: 0x02,
  UV: 0x04,
  BE: 0x08,
  BS: 0x10,
  RFU2: 0x20,
  AT: 0x40,
  ED: 0x80,
} as const;

export type RegistrationJson = {
  id: string;
  rawId: string;
  type: "public-key";
  response: { clientDataJSON: string; attestationObject: string; transports: string[] };
  authenticatorAttachment: "cross-platform";
  clientExtensionResults: Record<string, unknown>;
};

export type AssertionJson = {
  id: string;
  rawId: string;
  type: "public-key";
  response: {
    clientDataJSON: string;
    authenticatorData: string;
    signature: string;
    userHandle: string;
  };
  authenticatorAttachment: "cross-platform";
  clientExtensionResults: Record<string, unknown>;
};

/** What a registration is asked for; `registrationOptions` of the key service fits. */
export type RegisterOptions = {
  readonly challenge: string;
  readonly user: { readonly id: string };
};

/** Alterations that are in place *before* the key signs: the signature is good, what it signs is not. */
export type Overrides = {
  /** Members of the client data, replacing or joining the honest ones; `undefined` removes one. */
  readonly clientData?: Readonly<Record<string, unknown>>;
  /** All bytes of the client data, from the honest text. */
  readonly clientDataBytes?: (honest: string) => Uint8Array | string;
  readonly flags?: (honest: number) => number;
  readonly rpId?: string;
  readonly signCount?: number;
  /** All bytes of the authenticator data, from the honest ones. */
  readonly authenticatorData?: (honest: Buffer) => Uint8Array;
};

export type RegistrationOverrides = Overrides & {
  readonly credentialId?: Uint8Array;
  readonly coseKey?: Uint8Array;
  /** CBOR after the key; sets ED. */
  readonly extensions?: Uint8Array;
  /** Format and statement, made over `authenticatorData || SHA-256(clientDataJSON)`. */
  readonly attestation?: Attestation;
  /** All bytes of the attestation object, from the honest ones. */
  readonly attestationObject?: (honest: CborInputMap) => Uint8Array;
};

/** Makes `fmt` and `attStmt` over the bytes that an attestation signs. */
export type Attestation = (signedBytes: Buffer) => {
  readonly format: string;
  readonly statement: CborInputMap;
};

export const noAttestation: Attestation = () => ({ format: "none", statement: new Map() });

export type SoftwareAuthenticatorOptions = {
  readonly rpId: string;
  readonly origin: string;
  /** ES256 unless told. */
  readonly algorithm?: SoftwareAlgorithm;
  /** BE; such a key reports BS as well. */
  readonly backupEligible?: boolean;
  /** False: a key that keeps no counter, like most platform authenticators. */
  readonly hasCounter?: boolean;
  readonly aaguid?: string;
};

/** One credential on one key. `register` first: it tells the key whose it is. */
export class SoftwareAuthenticator {
  readonly key: SoftwareKey;
  readonly credentialId: Buffer = randomBytes(32);
  readonly options: SoftwareAuthenticatorOptions;
  #signCount = 0;
  #userHandle = "";

  constructor(options: SoftwareAuthenticatorOptions) {
    this.options = options;
    this.key = makeSoftwareKey(options.algorithm ?? -7);
  }

  /** base64url */
  get credential(): string {
    return this.credentialId.toString("base64url");
  }

  /** COSE_Key, base64url. */
  get publicKey(): string {
    return this.key.coseKey.toString("base64url");
  }

  /** Counter of the newest answer. */
  get signCount(): number {
    return this.#signCount;
  }

  /** Vouches for itself: packed, without a certificate. */
  readonly selfAttestation: Attestation = (signedBytes) => ({
    format: "packed",
    statement: new Map<string, CborInput>([
      ["alg", this.key.algorithm],
      ["sig", this.key.sign(signedBytes)],
    ]),
  });

  register(options: RegisterOptions, overrides: RegistrationOverrides = {}): RegistrationJson {
    this.#userHandle = options.user.id;
    const clientData = this.#clientData("webauthn.create", options.challenge, overrides);
    const attested = this.#attestedCredential(overrides);
    const authData = this.#authenticatorData(attested, overrides);
    const signedBytes = Buffer.concat([authData, sha256(clientData)]);
    const { format, statement } = (overrides.attestation ?? this.selfAttestation)(signedBytes);
    const object: CborInputMap = new Map<string, CborInput>([
      ["fmt", format],
      ["attStmt", statement],
      ["authData", authData],
    ]);
    const bytes = overrides.attestationObject?.(object) ?? writeCbor(object);
    return {
      id: this.credential,
      rawId: this.credential,
      type: "public-key",
      response: {
        clientDataJSON: toText(clientData),
        attestationObject: toText(bytes),
        transports: ["usb"],
      },
      authenticatorAttachment: "cross-platform",
      clientExtensionResults: {},
    };
  }

  /** One touch. `userHandle` defaults to that of `register`; `challenge` and it are base64url. */
  sign(input: { challenge: string; userHandle?: string; overrides?: Overrides }): AssertionJson {
    const overrides = input.overrides ?? {};
    if (this.options.hasCounter !== false) this.#signCount += 1;
    const clientData = this.#clientData("webauthn.get", input.challenge, overrides);
    const authData = this.#authenticatorData(null, overrides);
    return {
      id: this.credential,
      rawId: this.credential,
      type: "public-key",
      response: {
        clientDataJSON: toText(clientData),
        authenticatorData: toText(authData),
        signature: toText(this.key.sign(Buffer.concat([authData, sha256(clientData)]))),
        userHandle: input.userHandle ?? this.#userHandle,
      },
      authenticatorAttachment: "cross-platform",
      clientExtensionResults: {},
    };
  }

  #clientData(type: string, challenge: string, overrides: Overrides): Buffer {
    const members = { type, challenge, origin: this.options.origin, crossOrigin: false };
    const honest = JSON.stringify({ ...members, ...overrides.clientData });
    const bytes = overrides.clientDataBytes?.(honest) ?? honest;
    return typeof bytes === "string" ? Buffer.from(bytes) : Buffer.from(bytes);
  }

  #attestedCredential(overrides: RegistrationOverrides): Buffer {
    const id = overrides.credentialId ?? this.credentialId;
    const aaguid = Buffer.from((this.options.aaguid ?? SOFTWARE_AAGUID).replaceAll("-", ""), "hex");
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const key = overrides.coseKey ?? this.key.coseKey;
    return Buffer.concat([aaguid, length, id, key, overrides.extensions ?? Buffer.alloc(0)]);
  }

  #authenticatorData(attested: Buffer | null, overrides: RegistrationOverrides): Buffer {
    const backup = this.options.backupEligible ? FLAG.BE | FLAG.BS : 0;
    const parts = (attested ? FLAG.AT : 0) | (overrides.extensions ? FLAG.ED : 0);
    const honest = FLAG.UP | FLAG.UV | backup | parts;
    const head = Buffer.alloc(5);
    head.writeUInt8(overrides.flags?.(honest) ?? honest);
    head.writeUInt32BE(overrides.signCount ?? this.#signCount, 1);
    const rpIdHash = sha256(Buffer.from(overrides.rpId ?? this.options.rpId));
    const bytes = Buffer.concat([rpIdHash, head, attested ?? Buffer.alloc(0)]);
    return Buffer.from(overrides.authenticatorData?.(bytes) ?? bytes);
  }
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}
