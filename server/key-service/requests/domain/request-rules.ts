import { secondsBetween, toMilliseconds } from "@countersign/protocol/instants";
import { metadataGaps, valueExpiresAt } from "@countersign/protocol/metadata-gate";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { SigningRole } from "@countersign/protocol/roles";
import type { SecretRef, StatementOf } from "@countersign/protocol/statement";
import { err, ok, type Result } from "../../../kernel/result.ts";
import { isDeviceActive } from "../../roster/domain/roster.ts";
import { ownSecret } from "../../secrets/domain/own-secret.ts";
import type { Secret } from "../../secrets/domain/secret.ts";
import { chainForUse, stricter } from "./chain.ts";
import type { ActContext, ActRules } from "./proposal-rules.ts";

export const MAX_GRANT_SECONDS = 8 * 3600;
export const MAX_WAIT_SECONDS = 7 * 86_400;

/** *Request*: a person of the service asks to open secrets on one of their devices, for a while [JIT-1]. */
export const requestRules: ActRules<"request"> = {
  judge(context, statement) {
    const { body } = statement;
    const window = judgeWindow(context, body);
    if (window !== null) return err(window);

    const device = context.tenant.devices.get(body.recipient.device);
    if (device === undefined || device.person !== context.signer.person) {
      return err(
        refuse("other-device", "This device is not enrolled for you. Run `secrets login` on it."),
      );
    }
    if (!isDeviceActive(device, context.now)) {
      return err(
        refuse("device-inactive", "This device's enrolment has ended. Run `secrets login` again."),
      );
    }
    if (device.label !== body.recipient.label || device.enrolledAt !== body.recipient.enrolledAt) {
      return err(refuse("facts-differ", "The statement describes the device wrongly. Ask again."));
    }
    if (new Set(body.secrets.map((it) => it.secret)).size !== body.secrets.length) {
      return err(refuse("malformed", "The same secret is named twice."));
    }
    const known = context.tenant.requests.get(body.request);
    if (
      known !== undefined &&
      context.tenant.proposals.get(known)?.statement.nonce !== statement.nonce
    ) {
      return err(refuse("already-exists", "This request was made before. Ask again."));
    }

    let chain = chainOfNothing;
    for (const ref of body.secrets) {
      const secret = usableSecret(context, statement.signer.role, ref);
      if (!secret.ok) return secret;
      const { policy, environment, current } = secret.value;
      chain = stricter(chain, chainForUse(policy, environment, current?.personalData ?? true));
    }
    return ok({ chain, beneficiaries: [context.signer.person] });
  },

  effects({ signer: { tenant, person } }, { body }, { proposal }) {
    return [
      {
        type: "GrantIssued",
        tenant,
        request: body.request,
        proposal,
        person,
        device: body.recipient.device,
        secrets: body.secrets.map(({ secret, version, policy }) => ({ secret, version, policy })),
        notBefore: body.notBefore,
        expiresAt: body.expiresAt,
        maxUses: body.maxUses,
      },
    ];
  },
};

const chainOfNothing: ReturnType<typeof chainForUse> = [];

function judgeWindow({ now }: ActContext, body: StatementOf<"request">["body"]): Refusal | null {
  if (body.expiresAt <= now)
    return refuse("grant-expired", "The time asked for is over. Ask again.");
  const length = secondsBetween(body.notBefore, body.expiresAt);
  if (length <= 0) return refuse("malformed", "The time asked for ends before it begins.");
  if (length > MAX_GRANT_SECONDS) return refuse("malformed", "8 hours at most can be asked for.");
  if (toMilliseconds(body.notBefore) - toMilliseconds(now) > MAX_WAIT_SECONDS * 1000) {
    return refuse("malformed", "The time asked for begins more than 7 days from now.");
  }
  return null;
}

/** A secret that this person may open, as it is now: of their service, with a value, metadata whole, not ended. */
export function usableSecret(
  context: Pick<ActContext, "tenant" | "signer" | "now">,
  role: SigningRole,
  ref: SecretRef,
): Result<Secret, Refusal> {
  const found = ownSecret(context, role, ref, "current");
  if (!found.ok) return found;
  const secret = found.value;
  if (secret.type === "encryption-key" && role === "service-admin") {
    return err(refuse("not-allowed", "Service admins open no encryption keys. Its owner can ask."));
  }
  if (secret.current === null) {
    return err(refuse("no-value", `${secret.name} has no value yet. Its owner can put one.`));
  }
  const gaps = metadataGaps(secret);
  if (gaps.length > 0) {
    const list = gaps.map((gap) => gap.message).join("; ");
    return err(
      refuse("metadata-incomplete", `${secret.name} is never handed out like this: ${list}.`),
    );
  }
  const expiresAt = valueExpiresAt(secret);
  if (expiresAt !== null && expiresAt <= context.now) {
    return err(
      refuse("value-expired", `The value of ${secret.name} ended at ${expiresAt}. Put a new one.`),
    );
  }
  return found;
}
