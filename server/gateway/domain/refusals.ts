import { refuse } from "@countersign/protocol/refusals";

/** Why a certificate that its issuer signed names no workload all the same. */
export type SvidRefusal =
  | "not-der"
  | "extension-twice"
  | "no-uri"
  | "several-uris"
  | "not-a-spiffe-id"
  | "other-trust-domain"
  | "is-a-ca"
  | "key-may-not-sign"
  | "key-may-certify"
  | "not-for-clients"
  | "lives-too-long"
  | "not-valid-now";

const WHY = {
  "not-der": "it is not a certificate in DER",
  "extension-twice": "it has an extension twice",
  "no-uri": "it names no SPIFFE ID in its subject alternative names",
  "several-uris": "it names several URIs; an SVID names exactly one",
  "not-a-spiffe-id": "its URI is not a SPIFFE ID",
  "other-trust-domain": "its SPIFFE ID is of another trust domain",
  "is-a-ca": "it is a certificate authority's",
  "key-may-not-sign": "its key usage lacks digitalSignature",
  "key-may-certify": "its key may sign certificates",
  "not-for-clients": "its extended key usage lacks clientAuth",
  "lives-too-long": "it lives longer than a workload's identity may",
  "not-valid-now": "it is not valid at this time",
} as const satisfies Record<SvidRefusal, string>;

export const notAWorkload = (why: SvidRefusal) =>
  refuse(
    "not-signed-in",
    `This certificate is no workload's identity: ${WHY[why]}. Fetch a new SVID.`,
  );

export const EXPIRED = refuse(
  "not-signed-in",
  "The SVID of this connection has ended. Connect again with a new one.",
);

export const tooFast = (seconds: number) =>
  refuse(
    "rate-limited",
    `This workload fetches too often. Keep the value, and come again in ${seconds} s.`,
  );

export const NOT_A_NAME = refuse(
  "malformed",
  "A secret's name is service/environment/path/name, of a to z, 0 to 9, dot and hyphen.",
);
export const NO_SUCH_PATH = refuse(
  "not-found",
  "Fetch one secret with GET /v1/secrets/<service>/<environment>/<path>/<name>.",
);
export const UNREADABLE = refuse(
  "malformed",
  "This request cannot be read. It is a GET without a body.",
);
export const failedInside = (correlation: string) =>
  refuse("unavailable", `Something failed inside. Its record is ${correlation}. Try again.`);
