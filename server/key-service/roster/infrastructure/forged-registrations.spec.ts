import { describe, expect, it } from "vitest";
import { FORGED_CLIENT_DATA } from "../../../../tests/support/forgeries/client-data.ts";
import { FORGED_FLAGS } from "../../../../tests/support/forgeries/forged-parts.ts";
import { byMakerKey } from "../../../../tests/support/forgeries/forged-registration.ts";
import { FORGED_ORIGINS } from "../../../../tests/support/forgeries/origins.ts";
import { FORGED_ATTESTATIONS } from "../../../../tests/support/forgeries/registration-attestations.ts";
import {
  FORGED_REGISTRATION_CHALLENGES,
  FORGED_REGISTRATION_DATA,
} from "../../../../tests/support/forgeries/registration-data.ts";
import { FORGED_ENVELOPES } from "../../../../tests/support/forgeries/registration-envelopes.ts";
import { FORGED_KEYS } from "../../../../tests/support/forgeries/registration-keys.ts";
import {
  isRegistrationAcceptedByLibraryAlone,
  judgeRegistration,
} from "../../../../tests/support/registration-bench.ts";
import type { RegistrationCheck } from "./registration-checks.ts";

const FORGERIES = [
  ["challenge", FORGED_REGISTRATION_CHALLENGES],
  ["origin", byMakerKey(FORGED_ORIGINS)],
  ["client data", byMakerKey(FORGED_CLIENT_DATA)],
  ["flag or RP id", byMakerKey(FORGED_FLAGS)],
  ["authenticator data", FORGED_REGISTRATION_DATA],
  ["public key", FORGED_KEYS],
  ["attestation", FORGED_ATTESTATIONS],
  ["envelope", FORGED_ENVELOPES],
] as const;

describe.each(FORGERIES)(
  "ID-1 L22 L23 a registration with a forged %s is refused:",
  (_, forgeries) => {
    it.each(forgeries)("%s (%s)", async (_title, check, attempt) => {
      const made = await attempt();
      const before = structuredClone(made);
      const verdict = await judgeRegistration(made);
      expect(verdict).toEqual({
        ok: false,
        error: {
          code: "assertion-rejected",
          message: expect.stringMatching(/nothing was enrolled|cannot be enrolled/),
          check,
        },
      });
      expect(made).toEqual(before);
    });
  },
);

/** Every check, so that a new one does not compile before it has a forgery. */
const CHECKS: Record<RegistrationCheck, true> = {
  shape: true,
  "id-not-raw-id": true,
  "client-data-json": true,
  "client-data-serialisation": true,
  "client-data-shape": true,
  "client-data-member-refused": true,
  type: true,
  "challenge-encoding": true,
  challenge: true,
  origin: true,
  "cross-origin": true,
  "top-origin": true,
  "attestation-object": true,
  "authenticator-data-length": true,
  "attested-credential": true,
  extensions: true,
  "key-encoding": true,
  "key-weak": true,
  "rp-id-hash": true,
  "flags-reserved": true,
  "user-present": true,
  "user-verified": true,
  "backup-flags": true,
  "backup-refused": true,
  "credential-differs": true,
  "credential-id-length": true,
  "attestation-format": true,
  "attestation-algorithm": true,
  "attestation-encoding": true,
  "attestation-statement": true,
  "attestation-chain": true,
  aaguid: true,
};

describe("forged registrations", () => {
  it("ID-1 reach every check by name", () => {
    const reached = new Set(FORGERIES.flatMap(([, them]) => them.map(([, check]) => check)));
    expect([...reached].sort()).toEqual(Object.keys(CHECKS).sort());
  });

  it("that the library alone accepts are these: the reason for the checks before it", async () => {
    const accepted: string[] = [];
    for (const [, forgeries] of FORGERIES) {
      for (const [name, , attempt] of forgeries) {
        if (await isRegistrationAcceptedByLibraryAlone(await attempt())) accepted.push(name);
      }
    }
    expect(accepted).toMatchInlineSnapshot(`
      [
        "crossOrigin true, as in a frame",
        "crossOrigin true with the desk as top origin",
        "crossOrigin as text",
        "crossOrigin null",
        "crossOrigin zero",
        "a top origin without crossOrigin",
        "the desk's own origin as top origin",
        "an empty top origin",
        "a token binding",
        "a payment beside the challenge",
        "two challenges, the right one last",
        "a second challenge whose name is written with an escape",
        "two types",
        "two origins",
        "a name in the client data that is written with an escape",
        "a value in the client data that is written with an escape",
        "white space in the client data",
        "a line after the client data",
        "a byte order mark",
        "bytes that are not UTF-8",
        "an overlong UTF-8 spelling",
        "a member named __proto__",
        "a very deep member",
        "client data larger than any browser makes",
        "an approver's key that can be copied",
        "a reserved flag",
        "the other reserved flag",
        "the id of another key",
        "an id of 15 bytes",
        "an empty id",
        "extensions that are a list",
        "a parameter more",
        "a key id in the key",
        "a parameter less",
        "y under another name",
        "parameters in another order",
        "a private key among the parameters",
        "ES256 on another curve",
        "P-256 with the algorithm of RSA",
        "RSA with the exponent 1",
        "RSA with the exponent 3",
        "RSA of 1024 bits",
        "RSA of 1024 bits with zeros before them",
        "RSA of 2040 bits",
        "RSA of 8192 bits",
        "an even RSA modulus",
        "a point off the curve",
        "the point zero",
        "a coordinate larger than the field",
        "a compressed point",
        "an Ed25519 point under which anybody signs",
        "the same point with the other sign",
        "an Ed25519 point of order eight",
        "Ed448",
        "L23 an allowed model without attestation",
        "L23 an allowed model that vouches for itself",
        "L23 an allowed model under a certificate of the attacker's",
        "L23 the same with a root of the maker's name",
        "L23 the same with the maker's own root behind it",
        "L23 another model of the maker",
        "no roots configured",
        "no models configured",
        "a certificate that ended by the service's clock",
        "a root that ended by the service's clock",
        "a certificate that has not begun by the service's clock",
        "a certificate issued by one that is no authority",
        "the authority between left out",
        "the chain in another order",
        "a chain of five",
        "bytes after the certificate",
        "a certificate in PEM",
        "the algorithm of RSA where the certificate's key is on a curve",
        "a signature in the statement with a length in the long form",
        "a member more in the statement",
        "a member more in the attestation object",
        "bytes after the attestation object",
        "an id with stray low bits",
        "an attestation object that is padded",
        "a member that browsers do not send",
      ]
    `);
  });
});
