import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeCertificate } from "../../tests/support/attestation-certificates.ts";
import { readAttestation } from "./attestation-files.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-attestation-"));
afterAll(() => rmSync(folder, { recursive: true }));
const MODEL = "2fc0579f-8113-47ea-b116-bb5a8db9202a";
const root = makeCertificate({ subject: "Root", isAuthority: true }).pem;
const second = makeCertificate({ subject: "Second", isAuthority: true }).pem;

let made = 0;
function rootsDir(files: Readonly<Record<string, string>>): string {
  made += 1;
  const path = join(folder, `roots-${made}`);
  mkdirSync(path);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}
function aaguidsFile(content: unknown): string {
  made += 1;
  const path = join(folder, `aaguids-${made}.json`);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}
const roots = rootsDir({ "maker.pem": root });
const aaguids = aaguidsFile([MODEL]);

describe("which hardware keys production enrols", () => {
  it("is read from a folder of certificates and a list of models, in any case", () => {
    const several = rootsDir({ "a.pem": root + second, "b.crt": second, ".note": "kept by hand" });
    const read = readAttestation(several, aaguidsFile([MODEL.toUpperCase()]));
    expect(read).toEqual({
      roots: [root.trim(), second.trim(), second.trim()],
      aaguids: [MODEL],
    });
  });

  it("is nothing where neither is named, and a mistake where one is", () => {
    expect(readAttestation(undefined, undefined)).toBeNull();
    expect(() => readAttestation(roots, undefined)).toThrow(/AAGUIDS_FILE: is missing, while/);
    expect(() => readAttestation(undefined, aaguids)).toThrow(/ROOTS_DIR: is missing, while/);
  });

  it.each([
    ["is missing", join(folder, "gone"), /ROOTS_DIR: the folder .*gone cannot be read/],
    ["is empty", rootsDir({}), /ROOTS_DIR: the folder .* is empty/],
    ["holds only a hidden file", rootsDir({ ".root.pem": root }), /is empty/],
    ["holds no PEM", rootsDir({ "a.pem": root, "b.der": "\x30\x82" }), /b\.der does not hold cert/],
    [
      "holds a damaged certificate",
      rootsDir({ "a.pem": root.replace(/\n.{20}/, "\nAAAAAAAAAAAAAAAAAAAA") }),
      /a\.pem does not hold certificates in PEM that can be read/,
    ],
    ["holds a folder", join(roots, ".."), /does not hold certificates|cannot be read/],
  ])("L23 refuses a folder of roots that %s, and names what to mend", (_, path, sentence) => {
    expect(() => readAttestation(path, aaguids)).toThrow(sentence);
  });

  it.each([
    ["is missing", join(folder, "gone.json"), /cannot be read as JSON/],
    ["is no JSON", aaguidsFile("[oops"), /cannot be read as JSON/],
    ["is empty", aaguidsFile([]), /must be a list of 1 to 1000/],
    ["has no UUIDs", aaguidsFile(["yubikey"]), /must be a list of 1 to 1000/],
    ["names a model twice", aaguidsFile([MODEL, MODEL.toUpperCase()]), /each once/],
    [
      "allows keys without a model",
      aaguidsFile([`${"0".repeat(8)}-0000-0000-0000-${"0".repeat(12)}`]),
      /not 0000/,
    ],
    ["is an object", aaguidsFile({ [MODEL]: true }), /must be a list/],
  ])("L23 refuses a list of models that %s", (_, path, sentence) => {
    expect(() => readAttestation(roots, path)).toThrow(sentence);
  });
});
