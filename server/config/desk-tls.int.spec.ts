import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { writeTlsFiles } from "../../tests/support/tls-certificates.ts";
import { deskTlsFiles, readDeskTls } from "./desk-tls.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-desk-tls-"));
afterAll(() => rmSync(folder, { recursive: true }));
const host = "desk.example.com";
const good = { ...writeTlsFiles(folder, host), host };
const other = writeTlsFiles(folder, "other.example.com", "other");

const named = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

describe("the desk's certificate", () => {
  it("is read with its key", () => {
    expect(readDeskTls(good)).toEqual({
      certificate: readFileSync(good.certificateFile, "utf8"),
      privateKey: readFileSync(good.keyFile, "utf8").trimEnd(),
    });
  });

  it.each<[string, Partial<typeof good>, RegExp]>([
    ["another certificate's key", { keyFile: other.keyFile }, /_KEY: .*not the private key of/],
    ["a key that is none", { keyFile: named("none.key", "nonsense") }, /_KEY: .*not the private/],
    ["a file that is no certificate", { certificateFile: named("none.crt", "x") }, /_CERT: .*PEM/],
    ["a certificate that is missing", { certificateFile: join(folder, "gone") }, /_CERT: .*PEM/],
    ["a key that is missing", { keyFile: join(folder, "gone") }, /_KEY: .*cannot be read/],
    ["a certificate for another host", { host: "desk.example.net" }, /_CERT: .*not for desk\.ex/],
  ])("refuses %s, names the variable and no byte of the key", (_, change, sentence) => {
    const read = () => readDeskTls({ ...good, ...change });
    expect(read).toThrow(sentence);
    expect(read).not.toThrow(/BEGIN|nonsense/);
  });

  it("LEAK-2 refuses a key that others can read", () => {
    const keyFile = join(folder, "open.key");
    copyFileSync(good.keyFile, keyFile);
    chmodSync(keyFile, 0o644);
    expect(() => readDeskTls({ ...good, keyFile })).toThrow(/chmod 600/);
  });

  it.each([-1, 2])(
    "refuses a certificate that is not in date: today is day %i of its one",
    (day) => {
      const now = new Date(Date.now() + day * 86_400_000);
      expect(() => readDeskTls(good, now)).toThrow(/_CERT: .*not now. Renew it, or set the clock/);
    },
  );

  it("wants both files or neither, and https", () => {
    const origin = `https://${host}`;
    const { certificateFile, keyFile } = good;
    expect(deskTlsFiles(undefined, undefined, origin)).toBeNull();
    expect(deskTlsFiles(certificateFile, keyFile, origin)).toEqual(good);
    expect(() => deskTlsFiles(certificateFile, undefined, origin)).toThrow(/_KEY: is missing/);
    expect(() => deskTlsFiles(undefined, keyFile, origin)).toThrow(/_CERT: is missing/);
    expect(() => deskTlsFiles(certificateFile, keyFile, `http://${host}`)).toThrow(
      /COUNTERSIGN_DESK_ORIGIN: is http/,
    );
  });
});
