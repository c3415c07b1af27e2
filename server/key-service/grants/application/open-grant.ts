import { createHash } from "node:crypto";
import { fromBase64url } from "@countersign/protocol/bytes";
import { asDigest } from "@countersign/protocol/digest";
import type { DeviceId, RequestId, SecretId } from "@countersign/protocol/ids";
import type { TenantId } from "@countersign/protocol/names";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { ReleaseMessage } from "@countersign/protocol/release-message";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { Sensitive } from "../../../kernel/sensitive.ts";
import type { Attempt, CommandPath } from "../../decisions/application/command-path.ts";
import { decided } from "../../decisions/domain/decision.ts";
import { sealRelease } from "../../delivery/application/seal-release.ts";
import type { KeyLabel, KeyProvider } from "../../keys/domain/key-provider.ts";
import { awaitWitnesses, type WitnessesParts } from "../../ledger/application/await-witnesses.ts";
import type { ReadCurrentValue } from "../../secrets/application/read-current-value.ts";
import { decideOpen } from "../domain/decide-open.ts";

export type OpenGrantParts = WitnessesParts & {
  readonly path: CommandPath;
  readonly keys: KeyProvider;
  readonly releaseKey: KeyLabel;
  readonly readCurrentValue: ReadCurrentValue;
};

export type OpenGrant = {
  readonly tenant: TenantId;
  /** Proven by the signature on the call. */
  readonly device: DeviceId;
  readonly request: RequestId;
  readonly secret: SecretId;
  readonly use: number;
  /** P-256, uncompressed point, base64url. */
  readonly recipientKey: string;
  readonly correlation: string;
};

/**
 * The one way a value leaves for a person. In this order, each step after the one before it is done:
 * decide and append `release-intent` -> durable -> cosigned by the witnesses -> unwrap -> seal to the
 * recipient -> append `release-done`. A crash anywhere leaves an intent, which counts as disclosed, and
 * a use that the same device can have sealed again to the same key.
 *
 * @throws KeyProviderFault where the HSM cannot be asked; the intent stands and the use can be retried.
 */
export async function openGrant(
  parts: OpenGrantParts,
  command: OpenGrant,
): Promise<Result<ReleaseMessage, Refusal>> {
  const recipient = fromBase64url(command.recipientKey);
  if (recipient === null) return err(refuse("malformed", "The key to seal to is not base64url."));
  const { path } = parts;
  const { tenant, device, request, secret, use } = command;
  const room = path.state.tenants.get(tenant);
  const attempt: Attempt = {
    door: "command-line",
    correlation: command.correlation,
    what: "open",
    tenant,
    person: room?.devices.get(device)?.person ?? null,
    device,
    subject: request,
    evidence: null,
  };
  const recipientKey = asDigest(createHash("sha256").update(recipient).digest());
  const intended = await path.execute(attempt, (state, now) =>
    decideOpen(state, { tenant, device, request, secret, use, recipientKey }, now),
  );
  if (!intended.ok) return intended;
  const intent = intended.value.index;

  const granted = room?.grants.get(request)?.secrets.find((it) => it.secret === secret);
  const known = room?.secrets.get(secret);
  if (room === undefined || granted === undefined || known === undefined) {
    throw new Error("an intent is recorded for what the fold knows only");
  }
  const witnessed = await awaitWitnesses(parts, intent, UNWITNESSED);
  if (!witnessed.ok) return witnessed;

  const value = await parts.readCurrentValue(tenant, known, granted.version, command.correlation);
  if (!value.ok) return value;
  const sealed = await sealAndWipe(parts, value.value, recipient, {
    request,
    use,
    device,
    secret,
    secretVersion: granted.version,
    intent,
  });
  if (!sealed.ok) return err(refuse("malformed", sealed.error.message));

  const done = { type: "ReleaseDone", tenant, request, secret, use } as const;
  // The value may leave now: the intent is durable, and an intent without a done counts as disclosed.
  // Where that cannot be recorded, the path recovers by itself and has said why.
  path.execute({ ...attempt, what: "release" }, () => decided(done)).catch(() => undefined);
  return ok(sealed.value);
}

async function sealAndWipe(
  { keys, releaseKey }: OpenGrantParts,
  value: Sensitive,
  recipientPublicKey: Uint8Array,
  context: Parameters<typeof sealRelease>[1]["context"],
) {
  try {
    return await sealRelease({ keys, releaseKey }, { context, recipientPublicKey, value });
  } finally {
    value.wipe();
  }
}

const UNWITNESSED = {
  record: "opening",
  so: "the value stays closed",
  again: "it is the same use",
};
