import type { ValueInput } from "@countersign/protocol/acts";
import type { DeviceId } from "@countersign/protocol/ids";
import { sealedValueDigest } from "@countersign/protocol/intake";
import { serviceOf, type TenantId } from "@countersign/protocol/names";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { Statement, ValueRef } from "@countersign/protocol/statement";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { Sensitive } from "../../../kernel/sensitive.ts";
import type { IntakeKeys } from "../../delivery/infrastructure/intake-keys.ts";
import type { KeyLabel, KeyProvider } from "../../keys/domain/key-provider.ts";
import type { StageValue } from "../../statements/application/draft-act.ts";
import { sealValue } from "../envelope/application/seal-value.ts";
import { generateValue } from "../generation/generate-value.ts";
import { isRefused, judgeValue } from "../generation/judge-value.ts";
import type { EnvelopeStore } from "../infrastructure/envelope-store.ts";

export type StageValueParts = {
  readonly keys: KeyProvider;
  readonly intake: IntakeKeys;
  readonly envelopes: EnvelopeStore;
  /** The key that the ledger records for a tenant, proven to be on the token. */
  readonly kekOf: (tenant: TenantId) => Promise<KeyLabel>;
};

/** What one device sealed, no other may hand in. */
export type StageValueFor = (device: DeviceId | null) => StageValue;

/**
 * Takes a value in: opens what was sealed, or generates it in the HSM, judges it by its kind, and stores
 * its envelope. Staged, it opens for nobody until a signed statement names its digest. Without a device
 * (the console) a value can only be generated.
 */
export function createStageValue(parts: StageValueParts): StageValueFor {
  return (device) => async (input) => {
    const { identity, category } = input;
    const value = await takeIn(parts, device, input);
    if (!value.ok) return value;
    try {
      const findings = judgeValue(category, value.value);
      if (isRefused(findings)) {
        const reasons = findings.filter((it) => it.severity === "refusal").map((it) => it.sentence);
        return err(refuse("value-rejected", `This value is not stored: ${reasons.join("; ")}.`));
      }
      const { tenant, version, ...named } = identity;
      const kek = await parts.kekOf(tenant);
      const sealed = await sealValue(parts.keys, {
        tenant,
        secret: named,
        version,
        kek,
        value: value.value,
      });
      if (!sealed.ok) return err(refuse("value-rejected", sealed.error.message));
      const { digest, bytes } = sealed.value;
      await parts.envelopes.stage({ digest, tenant, secret: named.secret, version, bytes });
      return ok(await valueRef(input.value, digest));
    } finally {
      value.value.wipe();
    }
  };
}

async function takeIn(
  { intake, keys }: StageValueParts,
  device: DeviceId | null,
  { value, identity, category }: Parameters<StageValue>[0],
): Promise<Result<Sensitive, Refusal>> {
  if (value.source === "generated") {
    const service = serviceOf(identity.name);
    const generated = await generateValue({ category, service, length: value.length }, (size) =>
      keys.randomBytes(size),
    );
    return generated.ok ? generated : err(refuse("value-rejected", `${generated.error.message}.`));
  }
  if (device === null) {
    return err(
      refuse("not-allowed", "Values come in through the command line, never through the console."),
    );
  }
  const opened = await intake.openSealedValue(device, value.sealed);
  return opened.ok ? opened : err(refuse("malformed", `${opened.error.message}.`));
}

async function valueRef(value: ValueInput, envelope: ValueRef["envelope"]): Promise<ValueRef> {
  return value.source === "generated"
    ? { source: "generated", envelope }
    : { source: "sealed", sealed: await sealedValueDigest(value.sealed), envelope };
}

/** Refuses a statement that names an envelope which is not stored, before it is recorded as accepted. */
export function createWhyValueMissing(envelopes: EnvelopeStore) {
  return async (statement: Statement): Promise<Refusal | null> => {
    if (statement.kind !== "put-value" && statement.kind !== "register-secret") return null;
    const { value } = statement.body;
    if (value === null || (await envelopes.load(statement.tenant, value.envelope)) !== null)
      return null;
    return refuse("draft-gone", "The value that this names is not stored any more. Put it again.");
  };
}
