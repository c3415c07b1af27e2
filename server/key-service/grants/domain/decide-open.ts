import type { DeviceId, Digest, RequestId, SecretId } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import type { TenantId } from "@countersign/protocol/names";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import { type Decision, decided, refused } from "../../decisions/domain/decision.ts";
import type { State, TenantState } from "../../decisions/domain/state.ts";
import { rulesOf } from "../../requests/domain/act-rules.ts";
import { isComplete, stricter } from "../../requests/domain/chain.ts";
import { isProposerStanding, standingApprovals } from "../../requests/domain/standing-approvals.ts";
import type { Person } from "../../roster/domain/roster.ts";
import { isDeviceActive } from "../../roster/domain/roster.ts";
import type { Grant, GrantedSecret } from "./grant.ts";

export type OpenCommand = {
  readonly tenant: TenantId;
  /** The device that signed the call: proven, not claimed. */
  readonly device: DeviceId;
  readonly request: RequestId;
  readonly secret: SecretId;
  readonly use: number;
  /** Digest of the HPKE key that the value would be sealed to. */
  readonly recipientKey: Digest;
};

/**
 * Whether one use of a grant opens now. Every question that was asked when it was approved is asked
 * again: the person, the device, the window, the secret as it is, the metadata, the people who signed.
 *
 * One use is bound to one recipient key. The same use with the same key is a retry after a crash and
 * is allowed until the grant ends; with another key it is somebody racing, and refused [lesson L4].
 */
export function decideOpen(state: State, command: OpenCommand, now: Instant): Decision {
  const tenant = state.tenants.get(command.tenant);
  const grant = tenant?.grants.get(command.request);
  const granted = grant?.secrets.find((it) => it.secret === command.secret);
  const device = tenant?.devices.get(command.device);
  if (tenant === undefined || device === undefined) return refused(NOT_FOUND);
  if (grant === undefined) return refused(whyNoGrant(tenant, command, device.person));
  if (grant.person !== device.person || granted === undefined) return refused(NOT_FOUND);

  const person = tenant.people.get(grant.person);
  if (person === undefined || person.status !== "active") {
    return refused(refuse("not-allowed", "You have no access any more."));
  }
  if (grant.device !== command.device) {
    return refused(
      refuse("other-device", "This was approved for another device of yours. Ask again from here."),
    );
  }
  if (!isDeviceActive(device, now)) {
    return refused(
      refuse("device-inactive", "This device's enrolment has ended. Run `secrets login` again."),
    );
  }
  const over = whyOver(grant, now);
  if (over !== null) return refused(over);
  const stands = whyApprovalFell(state, tenant, grant, person, now);
  if (stands !== null) return refused(stands);
  const use = whyNotUse(grant, granted, command);
  if (use !== null) return refused(use);

  return decided({
    type: "ReleaseIntended",
    tenant: command.tenant,
    request: command.request,
    secret: command.secret,
    version: granted.version,
    use: command.use,
    person: grant.person,
    device: command.device,
    recipientKey: command.recipientKey,
  });
}

function whyNoGrant(
  tenant: TenantState,
  { request }: OpenCommand,
  person: Person["person"],
): Refusal {
  const digest = tenant.requests.get(request);
  const proposal = digest === undefined ? undefined : tenant.proposals.get(digest);
  if (proposal === undefined || proposal.by !== person) return NOT_FOUND;
  return proposal.status === "pending"
    ? refuse("not-approved", "This still waits for people to sign.")
    : refuse("not-approved", `This request is ${proposal.status}. Ask again.`);
}

function whyOver(grant: Grant, now: Instant): Refusal | null {
  if (grant.status === "revoked")
    return refuse("grant-revoked", "This access was revoked. Ask again.");
  if (grant.status === "expired" || grant.expiresAt <= now) {
    return refuse("grant-expired", `This access ended at ${grant.expiresAt}. Ask again.`);
  }
  if (now < grant.notBefore) return refuse("not-yet", `This access begins at ${grant.notBefore}.`);
  return null;
}

/** The stricter of the rules at approval and the rules now, over the approvals that still stand. */
function whyApprovalFell(
  state: State,
  tenant: TenantState,
  grant: Grant,
  signer: Person,
  now: Instant,
): Refusal | null {
  const proposal = tenant.proposals.get(grant.proposal);
  if (proposal === undefined) return NOT_FOUND;
  const judged = rulesOf(proposal.statement).judge({ state, tenant, signer, now });
  if (!judged.ok) return judged.error;
  if (!isProposerStanding({ state, tenant }, proposal)) {
    return refuse(
      "grant-revoked",
      "The key that asked for this was revoked or locked. Ask again with another key.",
    );
  }
  const standing = standingApprovals({ state, tenant }, proposal);
  const chain = stricter(proposal.chain, judged.value.chain);
  return isComplete(
    chain,
    standing.map((it) => it.role),
  )
    ? null
    : refuse(
        "grant-revoked",
        "Somebody who approved this, or their key, may do so no more, or the rules became stricter. Ask again.",
      );
}

function whyNotUse(grant: Grant, granted: GrantedSecret, command: OpenCommand): Refusal | null {
  const taken = granted.uses.find((it) => it.use === command.use);
  if (taken !== undefined) {
    return taken.recipientKey === command.recipientKey
      ? null
      : refuse(
          "uses-spent",
          "This use was opened before, to another key. Take the next use or ask again.",
        );
  }
  if (command.use > grant.maxUses || granted.uses.length >= grant.maxUses) {
    return refuse("uses-spent", "Every use of this access is spent. Ask again.");
  }
  return null;
}

const NOT_FOUND = refuse("not-found", "There is no such access of yours.");
