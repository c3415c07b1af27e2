import { createHash, timingSafeEqual } from "node:crypto";
import type { SealedValue } from "@countersign/protocol/acts";
import type { DeviceId, PersonId } from "@countersign/protocol/ids";
import type { TenantId } from "@countersign/protocol/names";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { Clock } from "../../../kernel/clock.ts";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { Sensitive } from "../../../kernel/sensitive.ts";
import type { CommandPath } from "../../decisions/application/command-path.ts";
import type { IntakeKeys } from "../../delivery/infrastructure/intake-keys.ts";
import { awaitWitnesses, type WitnessesParts } from "../../ledger/application/await-witnesses.ts";
import { decideCheck } from "../domain/decide-check.ts";
import type { Secret } from "../domain/secret.ts";
import type { ReadCurrentValue } from "./read-current-value.ts";

/** A person may ask this often about one secret: enough to find a stale copy, useless to guess a value. */
const CHECKS_PER_HOUR = 10;
const HOUR_MS = 3_600_000;

export type CheckValueParts = WitnessesParts & {
  readonly path: CommandPath;
  readonly intake: IntakeKeys;
  readonly readCurrentValue: ReadCurrentValue;
  readonly clock: Clock;
  /** When each (person, secret) was asked about lately, by the monotonic clock. */
  readonly recent: Map<string, number[]>;
};

export type CheckValue = {
  readonly tenant: TenantId;
  readonly person: PersonId;
  readonly device: DeviceId;
  readonly secret: Secret;
  readonly candidate: SealedValue;
  readonly correlation: string;
};

/**
 * Is this candidate the stored value? The candidate comes sealed and neither value leaves; the answer is
 * an entry, durable and cosigned, before it is given.
 */
export async function checkValue(
  parts: CheckValueParts,
  { tenant, person, device, secret, candidate, correlation }: CheckValue,
): Promise<Result<{ equal: boolean; version: number }, Refusal>> {
  const attempt = {
    door: "command-line",
    correlation,
    what: "check-value",
    tenant,
    person,
    device,
    subject: secret.secret,
    evidence: null,
  } as const;
  if (!mayAskNow(parts, `${person} ${secret.secret}`)) {
    parts.path.recordRefusal(attempt, TOO_OFTEN);
    return err(TOO_OFTEN);
  }
  const opened = await parts.intake.openSealedValue(device, candidate);
  if (!opened.ok) return err(refuse("malformed", opened.error.message));
  try {
    const version = secret.current?.version;
    if (version === undefined) return err(refuse("no-value", `${secret.name} has no value yet.`));
    const stored = await parts.readCurrentValue(tenant, secret, version, correlation);
    if (!stored.ok) return stored;
    const equal = isEqual(opened.value, stored.value);
    stored.value.wipe();
    const recorded = await parts.path.execute(attempt, (state) =>
      decideCheck(state, { tenant, device, secret: secret.secret, version, equal }),
    );
    if (!recorded.ok) return recorded;
    const witnessed = await awaitWitnesses(parts, recorded.value.index, UNWITNESSED);
    return witnessed.ok ? ok({ equal, version }) : witnessed;
  } finally {
    opened.value.wipe();
  }
}

function mayAskNow({ clock, recent }: CheckValueParts, key: string): boolean {
  const now = clock.monotonic();
  for (const [other, times] of recent) {
    if (times.every((at) => now - at > HOUR_MS)) recent.delete(other);
  }
  const times = (recent.get(key) ?? []).filter((at) => now - at <= HOUR_MS);
  if (times.length >= CHECKS_PER_HOUR) return false;
  recent.set(key, [...times, now]);
  return true;
}

/** In time that depends on neither value: both are hashed first, so that lengths do not show. */
function isEqual(a: Sensitive, b: Sensitive): boolean {
  const hash = (of: Sensitive) => of.use((bytes) => createHash("sha256").update(bytes).digest());
  return timingSafeEqual(hash(a), hash(b));
}

const TOO_OFTEN = refuse(
  "rate-limited",
  "You asked about this secret 10 times within an hour. Ask again later.",
);
const UNWITNESSED = {
  record: "check",
  so: "it is not answered",
  again: "it is a new check",
};
