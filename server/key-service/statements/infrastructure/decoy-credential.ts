import { generateKeyPairSync } from "node:crypto";
import { toBase64url } from "@countersign/protocol/bytes";
import { type CredentialId, personId } from "@countersign/protocol/ids";
import type { EnrolledCredential } from "../domain/assertion.ts";

/**
 * Stands in for a credential that nobody has, so that refusing it takes the work of refusing a known one
 * (lesson L5). Its private key is dropped here; `verifyAssertion` refuses whatever it says of it.
 */
export function decoyCredential(credential: CredentialId): EnrolledCredential {
  return { ...DECOY, credential };
}

const DECOY: Omit<EnrolledCredential, "credential"> = {
  publicKey: unusableKey(),
  algorithm: -7,
  person: personId.parse(`p-${"0".repeat(26)}`),
  userHandle: toBase64url(new Uint8Array(32)),
  backupEligible: false,
  signCount: 0,
};

function unusableKey(): string {
  const spki = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({
    type: "spki",
    format: "der",
  });
  const point = spki.subarray(-64); // uncompressed, x and y
  const [head, middle] = [Buffer.from("a5010203262001215820", "hex"), Buffer.from("225820", "hex")];
  return toBase64url(Buffer.concat([head, point.subarray(0, 32), middle, point.subarray(32)]));
}
