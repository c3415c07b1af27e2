import { fromBase64url } from "@countersign/protocol/bytes";
import { type Digest, digest } from "@countersign/protocol/ids";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { Attempt } from "../../decisions/application/command-path.ts";
import { type AssertionRecord, parseAssertion } from "../../statements/domain/assertion.ts";
import { refuseAssertion } from "../../statements/domain/assertion-checks.ts";
import { readClientData } from "../../statements/domain/client-data.ts";
import { assertionOptions } from "../../statements/infrastructure/assertion-options.ts";
import { verifyAssertion } from "../../statements/infrastructure/verify-assertion.ts";
import type { PeopleHandlers } from "../infrastructure/people-handlers.ts";
import { identifyChallenge, SingleUse } from "./challenges.ts";
import { type DeskParts, knownPerson, nameOf } from "./desk-parts.ts";

type IdentifyHandlers = Pick<
  PeopleHandlers,
  "/desk/v1/identify/begin" | "/desk/v1/identify/finish" | "/desk/v1/session/end"
>;

const IDENTIFY_MS = 2 * 60_000;

/**
 * *Identify*: a touch that tells the desk who is there, so that it can show what waits for them. It
 * gives no right and is no statement: its challenge is of a domain of its own, and its counter is not
 * kept, since nothing is recorded.
 */
export function identifyHandlers(parts: DeskParts): IdentifyHandlers {
  const challenges = new SingleUse<true>(parts.clock, IDENTIFY_MS, 10_000);
  return {
    "/desk/v1/identify/begin": async () => {
      const challenge = identifyChallenge();
      challenges.put(challenge, true);
      return ok({ options: { ...assertionOptions({ rpId: parts.rpId, challenge }) } });
    },

    "/desk/v1/identify/finish": async ({ assertion }, { correlation }) => {
      const attempt: Attempt = {
        door: "desk",
        correlation,
        what: "identify",
        tenant: null,
        person: null,
        device: null,
        subject: null,
        evidence: null,
      };
      const record = parseAssertion(assertion);
      if (!record.ok) return record;
      const claimed = challengeIn(record.value);
      if (!claimed.ok) {
        parts.path.recordRefusal(attempt, claimed.error);
        return claimed;
      }
      const challenge = claimed.value;
      if (challenges.take(challenge) === null) {
        return err(
          refuse("draft-expired", "This took longer than 2 minutes. Touch your key again."),
        );
      }
      const { state } = parts.path;
      const key = state.keys.get(record.value.credential);
      const person =
        key === undefined ? undefined : state.tenants.get(key.tenant)?.people.get(key.person);
      const verified = await verifyAssertion({
        record: record.value,
        expectedChallenge: challenge,
        rpId: parts.rpId,
        origin: parts.deskOrigin,
        credential:
          key === undefined || person === undefined
            ? null
            : { ...key, userHandle: person.userHandle },
        mayBeBackedUp: true,
      });
      if (!verified.ok) {
        parts.path.recordRefusal({ ...attempt, tenant: key?.tenant ?? null }, verified.error);
        return verified;
      }
      if (key === undefined || key.status !== "active") {
        return err(
          refuse(
            "key-revoked",
            "This hardware key was locked or revoked. Use another one of yours.",
          ),
        );
      }
      const known = knownPerson(parts, key);
      if (!known.ok) return known;
      const { person: id, tenant } = known.value.person;
      return ok({ person: id, tenant, name: await nameOf(parts, known.value.person) });
    },

    "/desk/v1/session/end": async () => ok({}),
  };
}

/** Which challenge the client says it signed: only to look it up; the verification compares it in full. */
function challengeIn({ clientDataJSON }: AssertionRecord): Result<Digest, Refusal> {
  const bytes = fromBase64url(clientDataJSON);
  if (bytes === null) return err(refuseAssertion("shape"));
  const read = readClientData(bytes);
  if (!read.ok) return err(refuseAssertion(read.error));
  const found = digest.safeParse(read.value.challenge);
  return found.success ? ok(found.data) : err(refuseAssertion("challenge"));
}
