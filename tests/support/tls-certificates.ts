import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";

export type TlsFiles = { readonly certificateFile: string; readonly keyFile: string };

/** A fresh P-256 key and a certificate that it signs itself, for one host, valid for a day. Replaces what is there. */
export function writeTlsFiles(folder: string, host: string, name = "desk"): TlsFiles {
  const files = {
    certificateFile: join(folder, `${name}.crt`),
    keyFile: join(folder, `${name}.key`),
  };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const subject = ["-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`, "-days", "1"];
  const out = ["-keyout", files.keyFile, "-out", files.certificateFile];
  execFileSync("openssl", ["req", "-x509", ...key, ...subject, ...out], { stdio: "ignore" });
  chmodSync(files.keyFile, 0o600);
  return files;
}
