import { describe, expect, it } from "vitest";
import { ADMIN_HELP, parseAdminCommand } from "./admin-command.ts";
import { BackupFault } from "./backup-fault.ts";
import { missingOf, notesOf } from "./backup-report.ts";

const parse = (line: string) => parseAdminCommand(line.split(" ").filter((it) => it !== ""));

describe("the words of `secrets admin`", () => {
  it("KEY-6 backup names who can open it and where it goes; restore and verify a file and a key", () => {
    expect(parse("backup --to a --to b --out f --json")).toEqual({
      do: "backup",
      to: ["a", "b"],
      out: "f",
      json: true,
    });
    expect(parse("restore f --key k")).toEqual({ do: "restore", file: "f", key: "k", json: false });
    expect(parse("verify-backup --key k f")).toMatchObject({ do: "verify-backup", file: "f" });
    expect(parse("new-backup-key --out k")).toEqual({ do: "new-backup-key", out: "k" });
  });

  it("shows help for nothing, for help, and beside any command", () => {
    for (const line of ["", "help", "restore --help"]) expect(parse(line)).toEqual({ do: "help" });
    for (const name of ["new-backup-key", "backup", "verify-backup", "restore"])
      expect(ADMIN_HELP).toContain(`secrets admin ${name} `);
  });

  it.each([
    ["backup --out f", /--to is missing/],
    ["backup --to a", /--out is missing/],
    ["backup --to a --out f --out g", /--out is given twice/],
    ["backup --to a --out f more", /"more" is too much/],
    ["backup --to --out f", /--to needs a value/],
    ["restore --key k", /name one file/],
    ["restore f g --key k", /name one file/],
    ["restore f", /--key is missing/],
    ["restore f --key k --force yes", /--force is not known here/],
    ["new-backup-key --out k --json", /--json is not known here/],
    ["wipe", /there is no "wipe"/],
  ])("refuses `%s` as wrong use, with exit code 2", (line, sentence) => {
    let refused: unknown;
    try {
      parse(line);
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(BackupFault);
    expect(refused).toMatchObject({ exitCode: 2, message: expect.stringMatching(sentence) });
  });
});

describe("KEY-6 what a report says", () => {
  it("names the PIN as missing with a software token, and the vendor's backup with any other", () => {
    expect(missingOf({ token: { kind: "folder", label: "t" } })[0]).toMatch(
      /^The PIN of the token/,
    );
    expect(missingOf({ token: { kind: "vendor", label: "t", library: "libluna.so" } })[0]).toMatch(
      /take a backup with its vendor's tool \(libluna\.so\)/,
    );
  });

  it("AUD-2 says of each witness that remembers more, or does not answer, what follows", () => {
    const notes = notesOf(10, [
      { witness: "same", size: 10, answers: true },
      { witness: "older", size: 3, answers: true },
      { witness: "new", size: null, answers: true },
      { witness: "newer", size: 12, answers: true },
      { witness: "silent", size: null, answers: false },
    ]);
    expect(notes).toHaveLength(2);
    expect(notes[0]).toMatch(/newer remembers 12 entries.*2 recorded entries would be forgotten/);
    expect(notes[1]).toMatch(/silent did not answer/);
  });
});
