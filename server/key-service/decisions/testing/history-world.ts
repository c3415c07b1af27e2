import { createHash } from "node:crypto";
import type { Opening } from "@countersign/protocol/commitment";
import {
  bindingId,
  type Commitment,
  commitment,
  credentialId,
  type Digest,
  deviceId,
  digest,
  idText,
  nonce,
  personId,
  requestId,
  type SecretId,
  salt,
  secretId,
} from "@countersign/protocol/ids";
import { addSeconds, type Instant, instant } from "@countersign/protocol/instants";
import type { TenantId } from "@countersign/protocol/names";
import type { SigningRole } from "@countersign/protocol/roles";
import { type StatementKind, type StatementOf, statement } from "@countersign/protocol/statement";
import type { TextLabel } from "@countersign/protocol/text";
import { digestBytesNow, digestOfNow } from "../../../kernel/digest.ts";
import type { Key, Person } from "../../roster/domain/roster.ts";
import { FLOOR_DIGEST } from "../domain/decide-statement.ts";
import { applyEntry, type Door, type Entry, type Evidence } from "../domain/entry.ts";
import type { DomainEvent } from "../domain/event.ts";
import { emptyState, type State } from "../domain/state.ts";

/** An opening as its table holds it. */
export type OpeningRow = Opening & { readonly tenant: TenantId; readonly commitment: Commitment };

/** A sealed value as its table holds it. The bytes are no envelope, only as good as one for its digest. */
export type EnvelopeRow = {
  readonly digest: Digest;
  readonly tenant: TenantId;
  readonly secret: SecretId;
  readonly version: number;
  readonly sealed: Buffer;
};

/**
 * The world that a made-up history happens in: deterministic ids and times, statements as the key service
 * drafts them, and the fold so far. Everything follows from the seed.
 */
export class HistoryWorld {
  readonly state: State = emptyState();
  readonly entries: Entry[] = [];
  readonly openings: OpeningRow[] = [];
  readonly envelopes: EnvelopeRow[] = [];
  now: Instant = instant.parse("2026-03-02T08:00:00Z");
  readonly #seed: number;
  #drawn = 0;
  #random: number;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = seed | 0;
  }

  /** Uniform in [0, 1): mulberry32. */
  random(): number {
    this.#random = (this.#random + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.random() * from.length)];
  }

  /** 32 bytes that differ at each call, and are the same in each run. */
  bytes(): Buffer {
    this.#drawn += 1;
    return createHash("sha256").update(`${this.#seed} ${this.#drawn}`).digest();
  }

  base64url(): string {
    return this.bytes().toString("base64url");
  }

  readonly ids = {
    person: () => personId.parse(idText("p", this.bytes().subarray(0, 16))),
    device: () => deviceId.parse(idText("d", this.bytes().subarray(0, 16))),
    secret: () => secretId.parse(idText("s", this.bytes().subarray(0, 16))),
    request: () => requestId.parse(idText("r", this.bytes().subarray(0, 16))),
    binding: () => bindingId.parse(idText("b", this.bytes().subarray(0, 16))),
    credential: () => credentialId.parse(this.base64url()),
    digest: () => digest.parse(this.base64url()),
  };

  /** A commitment to the text, whose opening is kept. */
  commit(tenant: TenantId, label: TextLabel, value: string): Commitment {
    const fresh = salt.parse(this.base64url());
    const made = commitment.parse(digestOfNow("commitment", { label, salt: fresh, value }));
    this.openings.push({ tenant, commitment: made, label, salt: fresh, value });
    return made;
  }

  /** Digest of an envelope that is kept. */
  seal(tenant: TenantId, secret: SecretId, version: number): Digest {
    const sealed = this.bytes();
    const made = digestBytesNow("envelope", sealed);
    this.envelopes.push({ digest: made, tenant, secret, version, sealed });
    return made;
  }

  in(seconds: number): Instant {
    return addSeconds(this.now, seconds);
  }

  draft<K extends StatementKind>(
    kind: K,
    body: StatementOf<K>["body"],
    signer: Person,
    role: SigningRole,
  ): StatementOf<K> {
    const { genesis, rosterEpoch, size } = this.state;
    const drafted = statement.parse({
      kind,
      version: 1,
      tenant: signer.tenant,
      signer: { person: signer.person, name: signer.name, role },
      nonce: nonce.parse(this.base64url()),
      draftedAt: this.in(-60),
      signBy: this.in(600),
      restoreEpoch: genesis?.restoreEpoch,
      rosterEpoch,
      floor: FLOOR_DIGEST,
      checkpoint: { size, root: this.base64url() },
      body,
    });
    return drafted as StatementOf<K>; // parsed with the kind that was put in
  }

  /** One entry of one signed statement: its nonce, what it did, and the counter of the key. */
  sign(
    of: StatementOf<StatementKind>,
    key: Pick<Key, "credential" | "signCount">,
    effects: (digest: Digest) => readonly DomainEvent[],
  ): Digest {
    const named = digestOfNow("statement", of);
    const events: DomainEvent[] = [
      { type: "NonceConsumed", nonce: of.nonce, signBy: of.signBy },
      ...effects(named),
      { type: "KeyCounted", credential: key.credential, signCount: key.signCount + 1 },
    ];
    const assertion = {
      credential: key.credential,
      authenticatorData: Buffer.concat([this.bytes(), Buffer.alloc(5)]).toString("base64url"),
      clientDataJSON: Buffer.from(JSON.stringify({ challenge: named })).toString("base64url"),
      signature: Buffer.concat([this.bytes(), this.bytes()]).toString("base64url"),
      userHandle: this.base64url(),
    };
    this.record(events, "desk", { statement: of, digest: named, assertion, list: null });
    return named;
  }

  record(events: readonly DomainEvent[], door: Door, evidence: Evidence | null = null): void {
    const correlation = this.bytes().subarray(0, 12).toString("hex");
    const entry: Entry = { v: 1, at: this.now, door, correlation, events, evidence };
    applyEntry(this.state, entry);
    this.entries.push(entry);
  }
}
