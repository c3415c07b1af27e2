import { createHash } from "node:crypto";
import { utf8 } from "@countersign/protocol/bytes";
import type { CredentialId, Digest } from "@countersign/protocol/ids";
import { toMilliseconds } from "@countersign/protocol/instants";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { StatementOf } from "@countersign/protocol/statement";
import { digestBytesNow } from "../../../kernel/digest.ts";
import { err, ok, type Result } from "../../../kernel/result.ts";
import { keysOf } from "../../decisions/domain/state.ts";
import {
  APPROVING_ROLES,
  holdsAnywhere,
  type Invitation,
  type Person,
} from "../../roster/domain/roster.ts";
import type { RegistrationPolicy } from "../../roster/infrastructure/attestation.ts";
import { registrationOptions } from "../../roster/infrastructure/registration-options.ts";
import { verifyRegistration } from "../../roster/infrastructure/verify-registration.ts";
import { personRef } from "../../statements/application/draft-act.ts";
import { Texts } from "../../statements/application/drafter.ts";
import type { PeopleHandlers } from "../infrastructure/people-handlers.ts";
import { registrationChallenge, SingleUse } from "./challenges.ts";
import { type DeskParts, knownPerson, nameOf } from "./desk-parts.ts";

type EnrolmentHandlers = Pick<
  PeopleHandlers,
  | "/desk/v1/enrolment/begin"
  | "/desk/v1/enrolment/finish"
  | "/desk/v1/further-key/begin"
  | "/desk/v1/further-key/finish"
>;

const REGISTRATION_MS = 5 * 60_000;

/** The name of an invitation in the ledger; its token is known to whoever holds the link. */
export function invitationDigest(token: string): Digest {
  return digestBytesNow("invitation", utf8(token));
}

/** Making a hardware key known: the first by a one-time link, a further one from an identified session. */
export function enrolmentHandlers(parts: DeskParts, policy: RegistrationPolicy): EnrolmentHandlers {
  const challenges = new SingleUse<Digest>(parts.clock, REGISTRATION_MS, 1000);

  const options = async (person: Person, slot: string) => {
    const challenge = registrationChallenge();
    challenges.put(slot, challenge);
    return {
      ...registrationOptions({
        rpId: parts.rpId,
        personName: await nameOf(parts, person),
        userHandle: person.userHandle,
        challenge,
        exclude: keysOf(parts.path.state, person).map((key) => key.credential),
      }),
    };
  };

  const draft = async (
    person: Person,
    slot: string,
    registration: unknown,
    authority: StatementOf<"enrol-key">["body"]["authority"],
  ) => {
    const now = parts.path.now();
    if (!now.ok) return now;
    const challenge = challenges.take(slot);
    if (challenge === null)
      return err(refuse("draft-expired", "This took longer than 5 minutes. Start again."));
    const approver = APPROVING_ROLES.some((role) => holdsAnywhere(person, role));
    const verified = await verifyRegistration({
      json: registration,
      expectedChallenge: challenge,
      rpId: parts.rpId,
      origin: parts.deskOrigin,
      mayBeBackedUp: policy.mode === "development" || !approver,
      policy,
      now: toMilliseconds(now.value),
    });
    if (!verified.ok) return verified;
    const { signCount: _, ...key } = verified.value;
    const body = { person: personRef(person), ...key, authority };
    const drafted = await parts.drafter.draft({
      signer: person,
      role: "member",
      kind: "enrol-key",
      body,
      texts: new Texts(),
    });
    return drafted.ok ? ok({ draft: drafted.value.draft }) : drafted;
  };

  return {
    "/desk/v1/enrolment/begin": async ({ token }) => {
      const invited = invitedPerson(parts, token);
      if (!invited.ok) return invited;
      const { person } = invited.value;
      return ok({
        person: await nameOf(parts, person),
        tenant: person.tenant,
        options: await options(person, slotOf(token)),
      });
    },

    "/desk/v1/enrolment/finish": async ({ token, registration }) => {
      const invited = invitedPerson(parts, token);
      if (!invited.ok) return invited;
      const { person, invitation } = invited.value;
      return draft(person, slotOf(token), registration, {
        by: "invitation",
        invitation: invitation.invitation,
      });
    },

    "/desk/v1/further-key/begin": async (_, caller) => {
      const known = knownPerson(parts, caller);
      if (!known.ok) return known;
      return ok({ options: await options(known.value.person, caller.person) });
    },

    "/desk/v1/further-key/finish": async ({ registration }, caller) => {
      const known = knownPerson(parts, caller);
      if (!known.ok) return known;
      const { person } = known.value;
      const own = vouchingKey(parts, person);
      if (own === null)
        return err(refuse("key-revoked", "None of your keys is active. Ask two officers."));
      return draft(person, caller.person, registration, { by: "own-key", credential: own });
    },
  };
}

function vouchingKey({ path }: DeskParts, person: Person): CredentialId | null {
  return keysOf(path.state, person).find((key) => key.status === "active")?.credential ?? null;
}

function invitedPerson(
  { path }: DeskParts,
  token: string,
): Result<{ readonly invitation: Invitation; readonly person: Person }, Refusal> {
  const invitation = path.state.invitations.get(invitationDigest(token));
  const now = path.now();
  if (!now.ok) return now;
  const person =
    invitation === undefined
      ? undefined
      : path.state.tenants.get(invitation.tenant)?.people.get(invitation.person);
  if (
    invitation === undefined ||
    person === undefined ||
    invitation.status !== "open" ||
    invitation.expiresAt <= now.value
  ) {
    return err(
      refuse("invitation-used", "This enrolment link was used or has ended. Ask for a new one."),
    );
  }
  return ok({ invitation, person });
}

/** The token itself is not kept in memory. */
function slotOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
