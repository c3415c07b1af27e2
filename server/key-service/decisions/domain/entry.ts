import { canonicalise } from "@countersign/protocol/canonical";
import type { Digest } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import type { Statement } from "@countersign/protocol/statement";
import type { DomainEvent } from "./event.ts";
import { evolve } from "./evolve.ts";
import type { State } from "./state.ts";

/** What a hardware key signed, kept so that anybody can check it again. All base64url. */
export type Evidence = {
  readonly statement: Statement;
  readonly digest: Digest;
  readonly assertion: {
    readonly credential: string;
    readonly authenticatorData: string;
    readonly clientDataJSON: string;
    readonly signature: string;
    readonly userHandle: string;
  };
  /** The digests of every statement under that one touch, in order; null where it was this one alone. */
  readonly list: readonly Digest[] | null;
};

/** Where an act came in. */
export type Door = "desk" | "command-line" | "console" | "gateway" | "system";

/**
 * One ledger entry: who, what, when, where, why and the correlation id [AUD-1]. Canonical JSON, so
 * that one content has one hash. Holds no name, no free text, no value.
 */
export type Entry = {
  readonly v: 1;
  readonly at: Instant;
  readonly door: Door;
  readonly correlation: string;
  readonly events: readonly DomainEvent[];
  readonly evidence: Evidence | null;
};

export const MAX_ENTRY_BYTES = 65_535;

export class EntryTooLarge extends Error {
  override readonly name = "EntryTooLarge";
}

/** @throws EntryTooLarge */
export function encodeEntry(entry: Entry): Buffer {
  const bytes = Buffer.from(canonicalise(entry));
  if (bytes.length > MAX_ENTRY_BYTES)
    throw new EntryTooLarge("a ledger entry has 65,535 bytes at most");
  return bytes;
}

/**
 * Reads an entry of our own ledger. The bytes must have been checked against a signed tree head: this
 * trusts their shape, as it is we who wrote them.
 */
export function decodeEntry(bytes: Uint8Array): Entry {
  const entry = JSON.parse(Buffer.from(bytes).toString("utf8")) as Entry; // ours: proven by the tree head
  if (entry.v !== 1) throw new RangeError(`ledger entry of unknown version ${String(entry.v)}`);
  return entry;
}

/** Folds one entry: all of its events stand at one index and one time. */
export function applyEntry(state: State, entry: Entry): void {
  const position = { index: state.size, at: entry.at };
  for (const event of entry.events) evolve(state, event, position);
  state.size += 1;
  state.lastAt = entry.at;
}
