import type {
  CredentialId,
  DeviceId,
  Digest,
  RequestId,
  SecretId,
} from "@countersign/protocol/ids";
import { type Instant, toMilliseconds } from "@countersign/protocol/instants";
import {
  environmentOf,
  type SecretName,
  secretName,
  type TenantId,
  tenantId,
} from "@countersign/protocol/names";
import type { SecretPolicy } from "@countersign/protocol/policy";
import type { Assignment, SigningRole } from "@countersign/protocol/roles";
import type { SecretRef, StatementKind, StatementOf } from "@countersign/protocol/statement";
import { digestOfNow } from "../../../kernel/digest.ts";
import { decideOpen, type OpenCommand } from "../../grants/domain/decide-open.ts";
import type { Key, Person } from "../../roster/domain/roster.ts";
import { identityDigest } from "../../secrets/domain/identity.ts";
import { decideExpiry } from "../domain/decide-expiry.ts";
import { decideStatement } from "../domain/decide-statement.ts";
import type { Decision } from "../domain/decision.ts";
import type { DomainEvent } from "../domain/event.ts";
import { tenantOf } from "../domain/evolve.ts";
import type { State } from "../domain/state.ts";
import { HistoryWorld } from "./history-world.ts";

export const ACME: TenantId = tenantId.parse("acme");
export const GLOBEX: TenantId = tenantId.parse("globex");

export const PII_POLICY: SecretPolicy = {
  owner: "payments-team",
  service: "payments",
  dataClassification: "pii",
  tier: "high",
  rotationPeriodDays: 30,
};

export type SigningOptions = {
  readonly with: CredentialId;
  readonly signCount: number;
  readonly counted: boolean;
  /** The time of the decision; the world's own unless told. */
  readonly at: Instant;
};

/**
 * A world for decisions, given / when / then: people with keys, and statements that are really decided.
 * What is refused changes nothing but what the refusal itself records.
 */
export class DecisionWorld {
  readonly #world: HistoryWorld;
  readonly #counters = new Map<CredentialId, number>();

  /** @param mode of the genesis; development unless told */
  constructor(seed = 1, mode: "development" | "production" = "development") {
    this.#world = new HistoryWorld(seed);
    this.#world.record(
      [
        {
          type: "GenesisDeclared",
          mode,
          ledgerOrigin: "ledger.test/decisions",
          deskOrigin: "https://desk.localhost",
          restoreEpoch: 0,
          logKey: this.#world.base64url(),
          releaseKey: this.#world.base64url(),
          witnesses: [{ name: "witness.test/one", publicKey: this.#world.base64url() }],
          consoleCredential: this.#world.ids.digest(),
          tenants: [ACME, GLOBEX],
          people: [],
          invitations: [],
        },
      ],
      "system",
    );
  }

  get state(): State {
    return this.#world.state;
  }

  get now(): Instant {
    return this.#world.now;
  }

  get wall(): number {
    return toMilliseconds(this.now);
  }

  /** Every entry so far, as the ledger would have it. */
  get entries(): HistoryWorld["entries"] {
    return this.#world.entries;
  }

  get ids(): HistoryWorld["ids"] {
    return this.#world.ids;
  }

  in(seconds: number): Instant {
    return this.#world.in(seconds);
  }

  /** Time passes. */
  pass(seconds: number): void {
    this.#world.now = this.in(seconds);
  }

  /** Events as they stand, undecided: for what a test takes as given. */
  given(...events: DomainEvent[]): void {
    this.#world.record(events, "system");
  }

  /** A person with one active key, as a genesis would have named them. */
  person(name: string, roles: readonly Assignment[], tenant: TenantId = ACME): Person {
    const person: Person = {
      tenant,
      person: this.ids.person(),
      name: this.#world.commit(tenant, "person-name", name),
      userHandle: this.#world.base64url(),
      status: "active",
      roles,
      sponsors: [],
    };
    tenantOf(this.state, tenant).people.set(person.person, person);
    this.enrolKey(person);
    return person;
  }

  enrolKey(person: Person, sponsors: readonly Person[] = [], backupEligible = false): Key {
    const credential = this.ids.credential();
    this.given({
      type: "KeyEnrolled",
      tenant: person.tenant,
      person: person.person,
      credential,
      publicKey: this.#world.base64url(),
      algorithm: -7,
      aaguid: "01020304-0506-0708-0102-030405060708",
      backupEligible,
      signCount: 0,
      invitation: null,
      sponsors: sponsors.map((it) => it.person),
    });
    return this.keysOf(person).at(-1) ?? unknown("the key was enrolled just now");
  }

  keysOf(person: Person): Key[] {
    return [...this.state.keys.values()].filter((key) => key.person === person.person);
  }

  device(person: Person, label = "laptop"): DeviceId {
    const device = this.ids.device();
    const commitment = this.#world.commit(person.tenant, "device-label", label);
    const publicKey = this.#world.base64url();
    const expiresAt = this.in(30 * 86_400);
    this.given({
      type: "DeviceEnrolled",
      tenant: person.tenant,
      person: person.person,
      device,
      label: commitment,
      publicKey,
      expiresAt,
    });
    return device;
  }

  secret(
    text: string,
    policy: SecretPolicy = PII_POLICY,
    options: { readonly tenant?: TenantId; readonly withValue?: boolean } = {},
  ): SecretId {
    const { tenant = ACME, withValue = true } = options;
    const name: SecretName = secretName.parse(text);
    const secret = this.ids.secret();
    const named = { secret, name, environment: environmentOf(name) };
    this.given({
      type: "SecretRegistered",
      tenant,
      ...named,
      secretType: "database-credential",
      category: "database-user",
      policy,
      policyDigest: digestOfNow("policy", policy),
    });
    const identity = identityDigest(tenant, named, 1);
    if (withValue) {
      this.given({
        type: "VersionAdded",
        tenant,
        secret,
        version: 1,
        envelope: this.ids.digest(),
        identity,
      });
    }
    return secret;
  }

  ref(secret: SecretId, tenant: TenantId = ACME): SecretRef {
    const it =
      tenantOf(this.state, tenant).secrets.get(secret) ?? unknown("a secret is registered first");
    const { name, environment, policyDigest, current } = it;
    return {
      secret,
      name,
      environment,
      version: Math.max(1, current?.version ?? 0),
      policy: policyDigest,
    };
  }

  commit(person: Person, label: Parameters<HistoryWorld["commit"]>[1], text: string) {
    return this.#world.commit(person.tenant, label, text);
  }

  draft<K extends StatementKind>(
    kind: K,
    body: StatementOf<K>["body"],
    signer: Person,
    role: SigningRole,
  ): StatementOf<K> {
    return this.#world.draft(kind, body, signer, role);
  }

  requestBody(
    person: Person,
    device: DeviceId,
    secrets: readonly SecretId[],
    changes: Partial<StatementOf<"request">["body"]> = {},
  ): StatementOf<"request">["body"] {
    const known =
      tenantOf(this.state, person.tenant).devices.get(device) ??
      unknown("a device is enrolled first");
    return {
      request: this.ids.request(),
      secrets: secrets.map((it) => this.ref(it, person.tenant)),
      recipient: { device, label: known.label, enrolledAt: known.enrolledAt },
      justification: this.commit(person, "justification", "Failed payouts"),
      ticket: this.commit(person, "ticket", "PAY-1412"),
      notBefore: this.now,
      expiresAt: this.in(3600),
      maxUses: 1,
      ...changes,
    };
  }

  /** What would be decided of a statement; nothing is recorded. The signer's newest key signs unless told. */
  would(statement: StatementOf<StatementKind>, options: Partial<SigningOptions> = {}): Decision {
    const credential = options.with ?? this.#keyOf(statement);
    const signCount = options.signCount ?? this.nextCount(credential);
    const digest = digestOfNow("statement", statement);
    const signed = { statement, digest, credential, signCount, counted: options.counted ?? false };
    return decideStatement(this.state, signed, options.at ?? this.now);
  }

  /** What an authenticator would send next, which counts by one. */
  nextCount(credential: CredentialId): number {
    return (this.#counters.get(credential) ?? 0) + 1;
  }

  /**
   * Decides a statement as if its signer had signed it with their newest key (or `with`), and records
   * what comes of it. The digest names the statement afterwards.
   */
  submit(
    statement: StatementOf<StatementKind>,
    options: { readonly with?: CredentialId } = {},
  ): Decision & { readonly digest: Digest } {
    const credential = options.with ?? this.#keyOf(statement);
    const decision = this.would(statement, { with: credential });
    if (decision.ok) this.#counters.set(credential, this.nextCount(credential));
    if (decision.events.length > 0) this.given(...decision.events);
    return { ...decision, digest: digestOfNow("statement", statement) };
  }

  #keyOf({ tenant, signer }: StatementOf<StatementKind>): CredentialId {
    const person = this.state.tenants.get(tenant)?.people.get(signer.person);
    const key = person === undefined ? undefined : this.keysOf(person).at(-1);
    return key?.credential ?? unknown("the signer has a key");
  }

  /** Decides one use of a grant and records it, as the device that signed the call. */
  open(command: OpenCommand): Decision {
    const decision = decideOpen(this.state, command, this.now);
    if (decision.events.length > 0) this.given(...decision.events);
    return decision;
  }

  /** What has run out is recorded, as the sweep does. */
  expire(): readonly DomainEvent[] {
    const events = decideExpiry(this.state, this.now, 1000);
    if (events.length > 0) this.given(...events);
    return events;
  }

  /** Drafts and submits. */
  act<K extends StatementKind>(
    kind: K,
    body: StatementOf<K>["body"],
    signer: Person,
    role: SigningRole,
  ) {
    return this.submit(this.draft(kind, body, signer, role));
  }

  approve(proposal: Digest, signer: Person, role: SigningRole) {
    return this.act("approve", { proposal, reason: null }, signer, role);
  }

  /** The request id of a request statement that was accepted. */
  requestOf(proposal: Digest, tenant: TenantId = ACME): RequestId {
    return (
      tenantOf(this.state, tenant).proposals.get(proposal)?.request ??
      unknown("the proposal is a request")
    );
  }

  /** Another copy of this world's state, for tests that spend it. */
  copyState(): State {
    return structuredClone(this.state);
  }
}

function unknown(why: string): never {
  throw new Error(why);
}
