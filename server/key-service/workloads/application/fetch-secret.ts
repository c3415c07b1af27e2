import type { Digest } from "@countersign/protocol/ids";
import { type Instant, toInstant } from "@countersign/protocol/instants";
import { valueExpiresAt } from "@countersign/protocol/metadata-gate";
import type { SecretName, SpiffeId } from "@countersign/protocol/names";
import type { Refusal } from "@countersign/protocol/refusals";
import type { SecretType } from "@countersign/protocol/taxonomy";
import { ok, type Result } from "../../../kernel/result.ts";
import type { Sensitive } from "../../../kernel/sensitive.ts";
import type { Attempt, CommandPath } from "../../decisions/application/command-path.ts";
import type { DomainEvent, RegisteredGateway } from "../../decisions/domain/event.ts";
import type { State } from "../../decisions/domain/state.ts";
import type { AskForRow, ReadCurrentValue } from "../../secrets/application/read-current-value.ts";
import { decideFetch, type Witnessed } from "../domain/decide-fetch.ts";
import { placeOf } from "../domain/workload-place.ts";
import type { DoneBatch } from "./done-batch.ts";

export type FetchParts = {
  readonly path: CommandPath;
  /** What a quorum of witnesses last cosigned, and when they said it was. */
  readonly witnessed: () => Witnessed;
  readonly askForRow: AskForRow;
  readonly readCurrentValue: ReadCurrentValue;
  readonly done: Pick<DoneBatch, "add">;
};

export type FetchSecret = {
  readonly gateway: RegisteredGateway;
  readonly workload: SpiffeId;
  readonly certificate: Digest;
  readonly name: SecretName;
  readonly correlation: string;
};

export type Fetched = {
  readonly name: SecretName;
  readonly version: number;
  readonly type: SecretType;
  /** When the value ends; a client asks again before. */
  readonly expiresAt: Instant | null;
  /** Index of the ledger entry that says it left. */
  readonly intent: number;
  /** The caller wipes it. */
  readonly value: Sensitive;
};

/**
 * A value leaves for a workload, each step after the one before it is done: decide and append the
 * intent -> durable -> unwrap -> hand over. That witnesses know the binding is part of the decision;
 * they learn of this fetch with the next checkpoint. The sealed row is read while the intent is written.
 *
 * @throws KeyProviderFault where the HSM cannot be asked; the intent stands and counts as disclosed
 */
export async function fetchSecret(
  parts: FetchParts,
  { correlation, ...command }: FetchSecret,
): Promise<Result<Fetched, Refusal>> {
  const { path } = parts;
  const tenant = placeOf(command.workload)?.tenant ?? null;
  const room = tenant === null ? undefined : path.state.tenants.get(tenant);
  const attempt: Attempt = {
    door: "gateway",
    correlation,
    what: "fetch",
    tenant: room === undefined ? null : tenant,
    person: null,
    device: null,
    workload: command.workload,
    subject: room?.secretsByName.get(command.name) ?? null,
    evidence: null,
  };
  let row: Promise<Buffer | null> | undefined;
  const intending = path.execute(attempt, (state, now) => {
    const decision = decideFetch(state, command, parts.witnessed(), now);
    if (decision.ok) row = parts.askForRow(intendedIn(state, decision.events));
    return decision;
  });
  const [intended] = await Promise.all([intending, row]);
  if (!intended.ok) return intended;
  const { tenant: owner, secret, version } = intendedIn(path.state, intended.value.events);

  const value = await parts.readCurrentValue(owner, secret, version, correlation, row);
  if (!value.ok) return value;
  parts.done.add(owner, intended.value.index);
  return ok({
    name: secret.name,
    version,
    type: secret.type,
    expiresAt: valueExpiresAt(secret),
    intent: intended.value.index,
    value: value.value,
  });
}

/** Of what an intent speaks. */
function intendedIn(state: State, [event]: readonly DomainEvent[]) {
  if (event?.type !== "FetchIntended") throw new Error("a fetch that is decided is one intent");
  const { tenant, version } = event;
  const secret = state.tenants.get(tenant)?.secrets.get(event.secret);
  if (secret === undefined) throw new Error("an intent is recorded for what the fold knows only");
  return { tenant, secret, version };
}

/** How a ledger's witnesses stand, for the decision. */
export function witnessedBy(ledger: {
  witnessedCheckpoint(): { readonly size: number } | null;
  newestWitnessTime(): { readonly timestampSeconds: number } | null;
}): Witnessed {
  const checkpoint = ledger.witnessedCheckpoint();
  const time = ledger.newestWitnessTime();
  if (checkpoint === null || time === null) return null;
  return { size: checkpoint.size, at: toInstant(time.timestampSeconds * 1000) };
}
