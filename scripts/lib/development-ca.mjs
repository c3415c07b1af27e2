// A certificate authority for development and tests, standing in for SPIRE or a company's own issuer.
// Production brings its issuer; nothing of the product asks this one.
import "reflect-metadata";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/**
 * @typedef {{ certificate: import("@peculiar/x509").X509Certificate, keys: CryptoKeyPair, pem: string, keyPem: string }} Issued
 * @typedef {import("@peculiar/x509").Extension} Extension
 */

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const { digitalSignature, keyCertSign, cRLSign } = KeyUsageFlags;

/**
 * The root of a trust domain.
 * @param {string} trustDomain
 * @param {number} [days]
 * @returns {Promise<Issued>}
 */
export async function createAuthority(trustDomain, days = 365) {
  return make({
    subject: `CN=Countersign development CA, O=${trustDomain}`,
    seconds: days * 86_400,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(keyCertSign | cRLSign, true),
      new SubjectAlternativeNameExtension([{ type: "url", value: `spiffe://${trustDomain}` }]),
    ],
  });
}

/**
 * A workload's X509-SVID.
 * @param {Issued} authority
 * @param {string} spiffeId
 * @param {{ seconds?: number, startsIn?: number, extensions?: Extension[] }} [options] `extensions` instead of an SVID's own
 * @returns {Promise<Issued>}
 */
export async function issueSvid(authority, spiffeId, options = {}) {
  return make({
    subject: "O=workload",
    issuer: authority,
    seconds: options.seconds ?? 3_600,
    startsIn: options.startsIn,
    extensions: options.extensions ?? svidExtensions(spiffeId),
  });
}

/**
 * What an X509-SVID carries (X509-SVID sections 3 to 5).
 * @param {string} spiffeId
 * @returns {Extension[]}
 */
export function svidExtensions(spiffeId) {
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth, ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension([{ type: "url", value: spiffeId }], true),
  ];
}

/**
 * A server's certificate.
 * @param {Issued} authority
 * @param {readonly string[]} hosts names and addresses
 * @param {number} [days]
 * @returns {Promise<Issued>}
 */
export async function issueServer(authority, hosts, days = 30) {
  const names = hosts.map((value) =>
    /^[\d.]+$|:/.test(value)
      ? /** @type {const} */ ({ type: "ip", value })
      : /** @type {const} */ ({ type: "dns", value }),
  );
  return make({
    subject: `CN=${hosts[0]}`,
    issuer: authority,
    seconds: days * 86_400,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(names),
    ],
  });
}

/**
 * @param {{ subject: string, issuer?: Issued, seconds: number, startsIn?: number | undefined, extensions: Extension[] }} of
 * @returns {Promise<Issued>}
 */
async function make({ subject, issuer, seconds, startsIn = -60, extensions }) {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const from = Date.now() + startsIn * 1000;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("hex"),
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    notBefore: new Date(from),
    notAfter: new Date(from + seconds * 1000),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: issuer?.keys.privateKey ?? keys.privateKey,
    extensions,
  });
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificate,
    keys,
    pem: `${certificate.toString("pem")}\n`,
    keyPem: `${PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`,
  };
}

/**
 * An authority that was written as PEM before.
 * @param {string} pem
 * @param {string} keyPem
 * @returns {Promise<Issued>}
 */
export async function readAuthority(pem, keyPem) {
  const { X509Certificate } = await import("@peculiar/x509");
  const certificate = new X509Certificate(pem);
  const [pkcs8] = PemConverter.decode(keyPem);
  if (pkcs8 === undefined) throw new TypeError("no private key in PEM");
  const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, true, ["sign"]);
  const publicKey = await certificate.publicKey.export();
  return { certificate, keys: { privateKey, publicKey }, pem, keyPem };
}
