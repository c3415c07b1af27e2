import { existsSync, readFileSync } from "node:fs";
import { inState } from "./paths.mjs";
import { writePrivate } from "./secrets-files.mjs";

/** Of the development genesis; production names its own. */
export const TRUST_DOMAIN = "countersign.localhost";

export const caFile = () => inState("workload-ca", "ca.pem");
export const caKeyFile = () => inState("workload-ca", "ca.key");

/** What the gateway shows and whom it trusts, in its own folder. */
export const gatewayFiles = () => ({
  certificate: inState("gateway", "server.pem"),
  key: inState("gateway", "server.key"),
  trust: inState("gateway", "trust.pem"),
});

/**
 * The development issuer of workloads' identities: made once, and with it the gateway's own certificate,
 * which is made anew at each start. The CA's key stays in the state folder of this checkout.
 * @param {(note: string) => void} note
 */
export async function ensureWorkloadCa(note) {
  const { createAuthority, issueServer } = await import("./development-ca.mjs");
  const known = existsSync(caKeyFile());
  const authority = known ? await developmentAuthority() : await createAuthority(TRUST_DOMAIN);
  if (!known) {
    writePrivate(caFile(), authority.pem);
    writePrivate(caKeyFile(), authority.keyPem);
  }
  const server = await issueServer(authority, ["localhost", "127.0.0.1"]);
  const files = gatewayFiles();
  writePrivate(files.key, server.keyPem);
  writePrivate(files.certificate, server.pem);
  writePrivate(files.trust, authority.pem);
  note(known ? "current" : "made");
}

/** Whether `npm start` has made the issuer. */
export const hasWorkloadCa = () => existsSync(caKeyFile());

async function developmentAuthority() {
  const { readAuthority } = await import("./development-ca.mjs");
  return readAuthority(readFileSync(caFile(), "utf8"), readFileSync(caKeyFile(), "utf8"));
}

/**
 * Writes a workload's SVID, which lives for a day.
 * @param {string} path `<tenant>/<environment>/<service>[/<anything>]`
 */
export async function writeSvid(path) {
  const { issueSvid } = await import("./development-ca.mjs");
  const id = `spiffe://${TRUST_DOMAIN}/${path}`;
  const svid = await issueSvid(await developmentAuthority(), id, { seconds: 86_400 });
  const name = path.replaceAll("/", "_");
  const files = {
    certificate: inState("svids", `${name}.pem`),
    key: inState("svids", `${name}.key`),
    trust: gatewayFiles().trust,
  };
  writePrivate(files.key, svid.keyPem);
  writePrivate(files.certificate, svid.pem);
  return { id, files };
}
