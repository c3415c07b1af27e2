import { X509Certificate } from "node:crypto";
import { equalBytes } from "../../statements/domain/equal-bytes.ts";

/** An attestation chain as keys have it: leaf, at most three authorities between, pinned root. */
const MAX_CERTIFICATES = 4;

/**
 * Whether the certificates of an attestation statement, leaf first, lead to a pinned certificate: each one
 * issued and signed by the next, each valid at `now` (UTC milliseconds), each issuer an authority. The leaf
 * itself may be pinned, as WebAuthn Level 3 section 7.1 step 23 allows.
 *
 * Decided here and not in the library, whose roots are one setting for the whole process and which fetches
 * revocation lists from addresses that the certificates name. Nothing is fetched: a root or model that is
 * known to be broken is taken out of the configuration. Path length and name constraints are not judged;
 * whoever could use them already holds an authority under a pinned root.
 *
 * @throws Error where a pinned root is not a PEM certificate: a fault of the configuration
 */
export function isChainPinned(
  certificates: readonly Uint8Array[],
  roots: readonly string[],
  now: number,
): boolean {
  const anchors = roots.map((pem) => new X509Certificate(pem));
  if (certificates.length > MAX_CERTIFICATES) return false;
  const chain = certificates.map(parseCertificate);
  for (const [i, certificate] of chain.entries()) {
    if (certificate === null || !isValidAt(certificate, now)) return false;
    if (anchors.some((anchor) => anchor.fingerprint256 === certificate.fingerprint256)) return true;
    if (anchors.some((anchor) => isValidAt(anchor, now) && isIssuedBy(certificate, anchor)))
      return true;
    const next = chain[i + 1];
    if (!next || !isIssuedBy(certificate, next)) return false;
  }
  return false;
}

function parseCertificate(bytes: Uint8Array): X509Certificate | null {
  try {
    const certificate = new X509Certificate(bytes);
    // OpenSSL reads PEM as well, and past the end of DER.
    return equalBytes(certificate.raw, bytes) ? certificate : null;
  } catch {
    return null; // the only input is the certificate
  }
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isValidAt(certificate: X509Certificate, now: number): boolean {
  return Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo);
}
