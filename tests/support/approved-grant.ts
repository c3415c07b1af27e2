import { digest } from "@countersign/protocol/ids";
import { serviceName } from "@countersign/protocol/names";
import { ACME, DecisionWorld } from "../../server/key-service/decisions/testing/decision-world.ts";
import type { OpenCommand } from "../../server/key-service/grants/domain/decide-open.ts";

/** A grant for one use, approved by two security admins, and the command that opens it. */
export function approvedGrant() {
  const world = new DecisionWorld();
  const payments = serviceName.parse("payments");
  const olivia = world.person("Olivia", [{ role: "service-owner", service: payments }]);
  const approvers = ["Sam", "Priya"].map((name) =>
    world.person(name, [{ role: "security-admin", service: null }]),
  );
  const device = world.device(olivia);
  const secret = world.secret("payments/prod/postgres/app-password");
  const asked = world.act(
    "request",
    world.requestBody(olivia, device, [secret]),
    olivia,
    "service-owner",
  );
  for (const approver of approvers) {
    const approved = world.approve(asked.digest, approver, "security-admin");
    if (!approved.ok) throw new Error(approved.refusal.message);
  }
  const command: OpenCommand = {
    tenant: ACME,
    device,
    request: world.requestOf(asked.digest),
    secret,
    use: 1,
    recipientKey: digest.parse("A".repeat(43)),
  };
  return { world, olivia, approvers, command, at: world.wall, state: () => world.copyState() };
}
