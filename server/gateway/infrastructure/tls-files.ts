import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ServerTls } from "./server-tls.ts";

export type TlsFiles = { readonly [K in keyof ServerTls]: string };

/** The gateway's certificate, its key or the trust bundle cannot be used. Says which file and why. */
export class TlsFault extends Error {
  override readonly name = "TlsFault";
}

/**
 * Reads all three, and refuses what would only fail at the first connection: no certificate in a file,
 * an empty bundle, a key that is another certificate's.
 * @throws TlsFault
 */
export function readTls(files: TlsFiles): ServerTls {
  const tls = {
    certificate: read(files.certificate),
    privateKey: read(files.privateKey),
    trust: read(files.trust),
  };
  certificatesIn(tls.certificate, files.certificate);
  for (const ca of certificatesIn(tls.trust, files.trust)) {
    if (!ca.ca) {
      throw new TlsFault(
        `${files.trust} holds a certificate that is no authority's. Put the trust domain's CA certificates there.`,
      );
    }
  }
  return tls;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new TlsFault(`${path} cannot be read. Create it, or correct the path.`);
  }
}

function certificatesIn(pem: string, path: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new TlsFault(`${path} holds no certificate in PEM.`);
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    throw new TlsFault(`${path} holds a certificate that cannot be read.`);
  }
}
