import { secondsBetween } from "@countersign/protocol/instants";
import { refuse } from "@countersign/protocol/refusals";
import type { StatementOf } from "@countersign/protocol/statement";
import { type Decision, decided, refused } from "../../decisions/domain/decision.ts";
import type { ActContext } from "../../requests/domain/proposal-rules.ts";

export const MAX_DEVICE_SECONDS = 90 * 86_400;
export const MAX_DEVICES = 20;

/** *Enrol device*: a person's own signature names the key to which values are released to them. */
export function decideEnrolDevice(
  { tenant, signer, now }: ActContext,
  body: StatementOf<"enrol-device">["body"],
): Decision {
  const devices = [...tenant.devices.values()];
  if (tenant.devices.has(body.device) || devices.some((it) => it.publicKey === body.publicKey)) {
    return refused(
      refuse("already-exists", "This device key is enrolled already. Run `secrets login` again."),
    );
  }
  const life = secondsBetween(now, body.expiresAt);
  if (life <= 0 || life > MAX_DEVICE_SECONDS) {
    return refused(refuse("malformed", "A device is enrolled for 90 days at most."));
  }
  const own = devices.filter(
    (it) => it.person === signer.person && it.status === "active" && it.expiresAt > now,
  );
  if (own.length >= MAX_DEVICES) {
    return refused(refuse("not-allowed", `You have ${MAX_DEVICES} devices. Revoke one first.`));
  }
  const { device, label, publicKey, expiresAt } = body;
  const { tenant: tenantId, person } = signer;
  return decided({
    type: "DeviceEnrolled",
    tenant: tenantId,
    person,
    device,
    label,
    publicKey,
    expiresAt,
  });
}
