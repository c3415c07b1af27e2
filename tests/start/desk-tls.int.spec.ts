import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startOutcome } from "../support/dba-room.ts";
import { type Installation, startInstallation } from "../support/installation.ts";
import { type TlsFiles, writeTlsFiles } from "../support/tls-certificates.ts";

const HOST = "desk.example.com";

type Seen = { readonly status: number; readonly fingerprint: string; readonly protocol: string };

/* The key service terminates TLS itself: nobody stands between a person and what the desk shows. */
describe("the desk with a certificate of its own", () => {
  let folder: string;
  let files: TlsFiles;
  let installation: Installation;
  let environment: Readonly<Record<string, string>>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "countersign-desk-tls-"));
    files = writeTlsFiles(folder, HOST);
    environment = {
      COUNTERSIGN_DESK_ORIGIN: `https://${HOST}`,
      COUNTERSIGN_DESK_TLS_CERT: files.certificateFile,
      COUNTERSIGN_DESK_TLS_KEY: files.keyFile,
    };
    installation = await startInstallation({ environment });
  });
  afterAll(async () => {
    await installation?.stop();
    rmSync(folder, { recursive: true });
  });

  /** As a browser that trusts `certificate` and nobody else asks for the desk's page. */
  const visit = (certificate: string, maxVersion: "TLSv1.2" | "TLSv1.3" = "TLSv1.3") =>
    new Promise<Seen>((done, fail) => {
      const target = { host: "127.0.0.1", port: installation.deskPort, path: "/", agent: false };
      const trust = { ca: certificate, servername: HOST, maxVersion };
      const sent = request({ ...target, ...trust, headers: { host: HOST } }, (response) => {
        const socket = response.socket as TLSSocket; // it was asked for over https
        const fingerprint = socket.getPeerCertificate().fingerprint256;
        const protocol = socket.getProtocol() ?? "";
        response
          .resume()
          .on("end", () => done({ status: response.statusCode ?? 0, fingerprint, protocol }));
      });
      sent.on("error", fail).end();
    });
  const certificate = () => readFileSync(files.certificateFile, "utf8");

  /** Asks the process to read its files again, and waits for what it says of it. */
  async function renewed(): Promise<string> {
    const { child, output } = installation.keyService();
    const before = output().length;
    child.kill("SIGHUP");
    const said = () => output().slice(before);
    await expect.poll(said, { timeout: 10_000 }).toContain('"certificate"');
    return said();
  }

  it("NET-1 serves the desk over TLS 1.3 and nothing older", async () => {
    expect(await visit(certificate())).toMatchObject({ status: 200, protocol: "TLSv1.3" });
    await expect(visit(certificate(), "TLSv1.2")).rejects.toThrow(/protocol version/i);
  });

  it("NET-1 takes a renewed certificate on SIGHUP, without a restart", async () => {
    const before = await visit(certificate());
    writeTlsFiles(folder, HOST);
    await expect(visit(certificate())).rejects.toThrow(/self-signed|unable to verify/i);
    expect(await renewed()).toContain("was read again");
    const after = await visit(certificate());
    expect(after.status).toBe(200);
    expect(after.fingerprint).not.toBe(before.fingerprint);
    expect(installation.keyService().child.exitCode).toBeNull();
  });

  it("NET-1 keeps the certificate that it has where the renewed one is damaged, and says so", async () => {
    const good = certificate();
    const kept = join(folder, "kept.crt");
    copyFileSync(files.certificateFile, kept);
    writeFileSync(files.certificateFile, "half a certifi");
    expect(await renewed()).toMatch(/not renewed; the one before stays.*COUNTERSIGN_DESK_TLS_CERT/);
    expect(await visit(good)).toMatchObject({ status: 200 });
    copyFileSync(kept, files.certificateFile);
  });

  it("does not start with a certificate for another host, and begins nothing", async () => {
    const other = writeTlsFiles(folder, "other.example.com", "other");
    const refusal = await startOutcome(installation, {
      COUNTERSIGN_DESK_TLS_CERT: other.certificateFile,
      COUNTERSIGN_DESK_TLS_KEY: other.keyFile,
    });
    expect(refusal).toMatch(/COUNTERSIGN_DESK_TLS_CERT: .*not for desk\.example\.com/);
  });
});
