import { BackupFault } from "./backup-fault.ts";

export type AdminCommand =
  | { readonly do: "help" }
  | { readonly do: "new-backup-key"; readonly out: string }
  | {
      readonly do: "backup";
      /** Public keys, as they are written. */
      readonly to: readonly string[];
      readonly out: string;
      readonly json: boolean;
    }
  | {
      readonly do: "restore" | "verify-backup";
      readonly file: string;
      /** Path of the private key. */
      readonly key: string;
      readonly json: boolean;
    };

export const ADMIN_HELP = `secrets admin: what an operator does at the server, with the key service's configuration

  secrets admin new-backup-key --out <file>
      Makes a pair of keys. The private one goes into the file (0600): keep it away from the server.
      The public one is printed.

  secrets admin backup --to <public key> [--to <public key>] --out <file> [--json]
      Writes database and token into one file that only these keys open. The key service may run.

  secrets admin verify-backup <file> --key <private key file> [--json]
      Reads all of it and proves it. Writes nothing.

  secrets admin restore <file> --key <private key file> [--json]
      Proves it, then restores it into an empty database, an empty state folder and an empty token folder.

docs/runbooks/backup.md and docs/runbooks/restore.md say when, and what comes before and after.
`;

/** @param args without the program's name. @throws BackupFault for wrong use */
export function parseAdminCommand(args: readonly string[]): AdminCommand {
  const [name, ...rest] = args;
  if (name === undefined || name === "help" || rest.includes("--help")) return { do: "help" };
  const given = options(rest);
  const json = given.flags.has("--json");
  switch (name) {
    case "new-backup-key":
      only(given, ["--out"], [], 0);
      return { do: name, out: one(given, "--out") };
    case "backup": {
      only(given, ["--out", "--to"], ["--json"], 0);
      const to = given.values.get("--to") ?? [];
      if (to.length === 0) throw wrongUse("--to is missing: whose key opens it?");
      return { do: name, to, out: one(given, "--out"), json };
    }
    case "restore":
    case "verify-backup": {
      only(given, ["--key"], ["--json"], 1);
      const [file = ""] = given.rest;
      return { do: name, file, key: one(given, "--key"), json };
    }
    default:
      throw wrongUse(`there is no "${name}"`);
  }
}

type Options = {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly flags: ReadonlySet<string>;
  readonly rest: readonly string[];
};

function options(args: readonly string[]): Options {
  const values = new Map<string, string[]>();
  const flags = new Set<string>();
  const rest: string[] = [];
  for (let i = 0; i < args.length; i += 1) {
    const word = args[i] ?? "";
    if (word === "--json") flags.add(word);
    else if (word.startsWith("--")) {
      const value = args[i + 1];
      if (value === undefined || value.startsWith("--")) throw wrongUse(`${word} needs a value`);
      values.set(word, [...(values.get(word) ?? []), value]);
      i += 1;
    } else rest.push(word);
  }
  return { values, flags, rest };
}

function only(
  { values, flags, rest }: Options,
  names: readonly string[],
  switches: readonly string[],
  files: number,
): void {
  const odd = [...values.keys()].find((it) => !names.includes(it));
  if (odd !== undefined) throw wrongUse(`${odd} is not known here`);
  const flag = [...flags].find((it) => !switches.includes(it));
  if (flag !== undefined) throw wrongUse(`${flag} is not known here`);
  if (rest.length !== files)
    throw wrongUse(files === 1 ? "name one file" : `"${rest[0]}" is too much`);
}

function one({ values }: Options, name: string): string {
  const [first, ...more] = values.get(name) ?? [];
  if (first === undefined) throw wrongUse(`${name} is missing`);
  if (more.length > 0) throw wrongUse(`${name} is given twice`);
  return first;
}

function wrongUse(what: string): BackupFault {
  return new BackupFault(`${what}.`, "`secrets admin help` shows how.", { exitCode: 2 });
}
