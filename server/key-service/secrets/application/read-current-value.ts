import type { TenantId } from "@countersign/protocol/names";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { Sensitive } from "../../../kernel/sensitive.ts";
import type { Look } from "../../decisions/application/tampering-reports.ts";
import type { KeyProvider } from "../../keys/domain/key-provider.ts";
import type { Secret } from "../domain/secret.ts";
import { openEnvelope } from "../envelope/application/open-envelope.ts";
import type { ValueKeyCache } from "../envelope/infrastructure/value-key-cache.ts";
import type { EnvelopeStore } from "../infrastructure/envelope-store.ts";

/**
 * The value of a secret's current version, for a use that was decided and recorded before. The caller
 * wipes it. Refuses where the version is not current any more, and where the stored row is not the one
 * that the ledger names.
 */
export type ReadCurrentValue = (
  tenant: TenantId,
  secret: Secret,
  version: number,
  correlation: string,
  /** What `askForRow` gave at the decision, where time matters; else it is read now. */
  row?: Promise<Buffer | null>,
) => Promise<Result<Sensitive, Refusal>>;

/** The row of the version that is current now: ciphertext, which says nothing before its use is recorded. */
export type AskForRow = (of: {
  readonly tenant: TenantId;
  readonly secret: Secret;
}) => Promise<Buffer | null>;

export function createAskForRow(envelopes: Pick<EnvelopeStore, "load">): AskForRow {
  return async ({ tenant, secret: { current } }) =>
    current === null ? null : envelopes.load(tenant, current.envelope);
}

export function createReadCurrentValue(parts: {
  readonly keys: KeyProvider;
  readonly valueKeys: ValueKeyCache;
  readonly envelopes: EnvelopeStore;
  readonly onLook: Look;
}): ReadCurrentValue {
  const { keys, valueKeys, envelopes, onLook } = parts;
  return async (tenant, secret, version, correlation, asked) => {
    const { current } = secret;
    if (current === null || current.version !== version) {
      return err(refuse("secret-changed", `${secret.name} has a new value since. Ask again.`));
    }
    const name = `the envelope of ${secret.secret} version ${version}`;
    const bytes = await (asked ?? envelopes.load(tenant, current.envelope));
    if (bytes === null) {
      onLook(name, "is missing", correlation);
      return err(TAMPERED);
    }
    const opened = await openEnvelope(
      { keys, valueKeys },
      { tenant, secret, version, digest: current.envelope, bytes },
    );
    onLook(name, opened.ok ? null : `does not open: ${opened.error.reason}`, correlation);
    if (opened.ok) return ok(opened.value);
    return err(TAMPERED);
  };
}

const TAMPERED = refuse(
  "tampering-found",
  "What is stored for this secret is not what the ledger records, so it stays closed. This was reported; its owner can put the value anew.",
);
