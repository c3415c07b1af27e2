import { fromBase64url, toBase64url } from "@countersign/protocol/bytes";
import { digestToBytes } from "@countersign/protocol/digest";
import type { Digest } from "@countersign/protocol/ids";

/*
 * WebAuthn's JSON forms (Level 3, sections 5.1.8 to 5.1.10), converted by hand: browsers that people still
 * use lack `parseRequestOptionsFromJSON`.
 */

/** The browser or the key said no; the message is a sentence for the person. */
export class KeyRefused extends Error {
  override readonly name = "KeyRefused";
}

type Json = Record<string, unknown>;

/**
 * Asks for a touch over exactly `challenge`: the digest of what is on the screen. The relying party is this
 * page's own host, whatever an answer said.
 *
 * @throws KeyRefused
 */
export async function touch(challenge: Digest, allow: readonly string[]): Promise<Json> {
  const credential = await fromKey(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: digestToBytes(challenge),
        rpId: location.hostname,
        allowCredentials: allow.map((id) => ({ type: "public-key", id: bytes(id) })),
        userVerification: "required",
        timeout: TIMEOUT_MS,
      },
    }),
  );
  const response = credential.response as AuthenticatorAssertionResponse; // what `get` makes
  return {
    ...common(credential),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      ...(response.userHandle === null ? {} : { userHandle: text(response.userHandle) }),
    },
  };
}

/** @throws KeyRefused */
export async function createKey(options: Json): Promise<Json> {
  // The key service's own options; a lie in them makes a key that nobody can use.
  const given = options as unknown as {
    challenge: string;
    user: { id: string; name: string; displayName: string };
    pubKeyCredParams: PublicKeyCredentialParameters[];
    attestation: AttestationConveyancePreference;
    excludeCredentials: { id: string }[];
  };
  const credential = await fromKey(() =>
    navigator.credentials.create({
      publicKey: {
        rp: { id: location.hostname, name: "Countersign" },
        user: { ...given.user, id: bytes(given.user.id) },
        challenge: bytes(given.challenge),
        pubKeyCredParams: given.pubKeyCredParams,
        attestation: given.attestation,
        excludeCredentials: given.excludeCredentials.map(({ id }) => ({
          type: "public-key",
          id: bytes(id),
        })),
        authenticatorSelection: {
          residentKey: "required",
          requireResidentKey: true,
          userVerification: "required",
        },
        timeout: TIMEOUT_MS,
      },
    }),
  );
  const response = credential.response as AuthenticatorAttestationResponse; // what `create` makes
  return {
    ...common(credential),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

const TIMEOUT_MS = 300_000;

function common(credential: PublicKeyCredential): Json {
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: {},
  };
}

async function fromKey(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  if (!("credentials" in navigator) || !("PublicKeyCredential" in window)) {
    throw new KeyRefused(
      "This browser cannot use hardware keys. Use a current Firefox, Chrome, Edge or Safari.",
    );
  }
  try {
    const credential = await ask();
    if (credential instanceof PublicKeyCredential) return credential;
  } catch (error) {
    const reason = error instanceof DOMException ? error.name : "";
    throw new KeyRefused(SENTENCES[reason] ?? NO_TALK);
  }
  throw new KeyRefused(NO_TALK);
}

const NO_TALK =
  "The browser could not talk to the hardware key. Take it out, put it in, and try again.";

const SENTENCES: Readonly<Record<string, string>> = {
  NotAllowedError:
    "No key was touched. Either the time ran out, you cancelled, or the key that was touched is not one of yours. Try again.",
  InvalidStateError: "This hardware key is enrolled for you already. Use another one.",
  SecurityError:
    "The browser does not offer keys at this address. Open the desk by the link that the command line or the console shows.",
  NotSupportedError:
    "This hardware key has none of the algorithms that are accepted here. Use a FIDO2 key.",
  ConstraintError:
    "This hardware key cannot check who you are. Set a PIN on it, or use one that has a PIN or a fingerprint.",
  AbortError: "The question to your key was taken back. Try again.",
};

function bytes(encoded: string): Uint8Array<ArrayBuffer> {
  const decoded = fromBase64url(encoded);
  if (decoded === null) throw new TypeError("not base64url");
  return decoded;
}

function text(buffer: ArrayBuffer): string {
  return toBase64url(new Uint8Array(buffer));
}
