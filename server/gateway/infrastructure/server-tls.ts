import { constants, createHash } from "node:crypto";
import type { SecureContextOptions, TLSSocket } from "node:tls";
import { asDigest, DIGEST_DOMAINS } from "@countersign/protocol/digest";
import type { Digest } from "@countersign/protocol/ids";
import { err, type Result } from "../../kernel/result.ts";
import type { SvidRefusal } from "../domain/refusals.ts";
import { readSvid, type Svid, type SvidRules } from "./svid.ts";

/** PEM. `trust` is the bundle of the one trust domain that this gateway serves. */
export type ServerTls = {
  readonly certificate: string;
  readonly privateKey: string;
  readonly trust: string;
};

/** TLS 1.3 only, and no resumption: a resumed session would skip the certificate it began with [NET-1]. */
export function secureContext({ certificate, privateKey, trust }: ServerTls): SecureContextOptions {
  return {
    cert: certificate,
    key: privateKey,
    ca: trust,
    minVersion: "TLSv1.3",
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
}

/** A peer whose chain the TLS library verified; the digest is what the ledger will name. */
export type Peer = Svid & { readonly certificate: Digest };

export function readPeer(socket: TLSSocket, rules: SvidRules): Result<Peer, SvidRefusal> {
  const der = socket.getPeerCertificate(false)?.raw;
  if (der === undefined || !socket.authorized) return err("not-der");
  const svid = readSvid(der, rules);
  if (!svid.ok) return svid;
  const hash = createHash("sha256").update(DIGEST_DOMAINS.certificate).update(der);
  return { ok: true, value: { ...svid.value, certificate: asDigest(hash.digest()) } };
}
