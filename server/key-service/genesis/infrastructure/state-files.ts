import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { toBase32 } from "@countersign/protocol/bytes";
import type { InvitedPerson } from "../application/declare-genesis.ts";

/** Small files of the key service's own state folder, 0600, each replaced in one step. */
export class StateFiles {
  readonly #folder: string;
  readonly #people: string;

  constructor(folder: string, people: string) {
    this.#folder = folder;
    this.#people = people;
  }

  /**
   * The ledger's origin, made with the log key and fixed for ever.
   * @throws Error where the folder does not have it
   */
  ledgerOrigin(): string {
    const path = join(this.#folder, "ledger-origin");
    if (existsSync(path)) return readFileSync(path, "utf8").trim();
    throw new Error(
      `${path} is missing: this is not the state folder of an installation. Restore it from its backup; on a development checkout run \`npm run reset\`.`,
    );
  }

  /** Random, so that no two ledgers ever share one. Made once, before the log's key is announced. */
  ensureLedgerOrigin(): string {
    const path = join(this.#folder, "ledger-origin");
    if (existsSync(path)) return this.ledgerOrigin();
    const origin = `countersign/${toBase32(randomBytes(16))}`;
    replaceFile(path, `${origin}\n`);
    return origin;
  }

  /** The console's bearer credential for the RPC socket; genesis holds its digest. */
  consoleCredential(): string {
    return this.#credential("console-credential");
  }

  /** The development gateway's bearer credential for its socket; genesis holds its digest. */
  gatewayCredential(): string {
    return this.#credential("gateway-credential");
  }

  #credential(name: string): string {
    const path = join(this.#folder, name);
    if (existsSync(path)) return readFileSync(path, "utf8").trim();
    const credential = randomBytes(32).toString("base64url");
    replaceFile(path, `${credential}\n`);
    return credential;
  }

  writePeople(people: readonly InvitedPerson[]): void {
    replaceFile(this.#people, `${JSON.stringify(people, null, 2)}\n`);
  }

  /** Marks a person's link as used, so that nobody is sent to a dead one. */
  markEnrolled(person: string): void {
    if (!existsSync(this.#people)) return;
    const people = JSON.parse(readFileSync(this.#people, "utf8")) as InvitedPerson[]; // written by writePeople
    this.writePeople(people.map((it) => (it.person === person ? { ...it, enrolled: true } : it)));
  }

  get checkpoint(): string {
    return join(this.#folder, "checkpoint");
  }
}

/** Durable on return: the old file or the new one, never half of one. */
export function replaceFile(path: string, text: string): void {
  const fresh = `${path}.${process.pid}.new`;
  const file = openSync(fresh, "w", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
